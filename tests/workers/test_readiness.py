"""Models of engines with servers elsewhere are offered while those servers can run them."""

from collections.abc import Iterable, Sequence

from workers.bench import Bench
from workers.engines.protocol import ModelOffer, Remote, Report, Result, Served, Task
from workers.holding import Holding
from workers.readiness import Readiness, unready


class FarAway:
    """Offers `near` and `far`; what `away` names no server can run."""

    name = "far-away"

    def __init__(self) -> None:
        self.away: dict[str, str] = {}

    def offers(self) -> Iterable[ModelOffer]:
        for model in ("near", "far"):
            yield ModelOffer(model, "image", model, max_side=1024, memory_gib=0.0)

    def load(self, model: str) -> None: ...

    def unload(self, model: str) -> None: ...

    def run(self, tasks: Sequence[Task], report: Report) -> Sequence[Result]:
        return []

    def servers(self) -> Iterable[Served]:
        return [Served(model, "s1", self.away.get(model)) for model in ("near", "far")]


async def test_what_cannot_run_is_not_offered_until_it_can() -> None:
    engine, holding = FarAway(), Holding()
    assert isinstance(engine, Remote)
    readiness = Readiness(Bench([engine]), holding)
    assert set(holding.unready) == {"near", "far"}  # nobody was asked yet

    engine.away = {"far": "it does not answer"}
    holding.changed.clear()
    await readiness.tick()
    assert holding.unready == {"far": "s1: it does not answer"}
    assert holding.changed.is_set()

    engine.away = {"far": "it lacks a node"}  # another reason, the same offers: nobody needs a beat for that
    holding.changed.clear()
    await readiness.tick()
    assert holding.unready == {"far": "s1: it lacks a node"}
    assert not holding.changed.is_set()

    engine.away = {}
    await readiness.tick()
    assert holding.unready == {}
    assert holding.changed.is_set()


def test_a_worker_without_such_engines_asks_nobody() -> None:
    holding = Holding()

    assert Readiness(Bench([]), holding).loops() == []
    assert holding.unready == {}


def test_one_server_that_can_is_enough() -> None:
    assert unready([Served("a", "s1", "it does not answer"), Served("a", "s2", None)]) == {}
    assert unready([Served("a", "s1", "it does not answer"), Served("a", "s2", "it lacks a node")]) == {
        "a": "s1: it does not answer; s2: it lacks a node"
    }
