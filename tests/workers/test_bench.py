"""Models are loaded when they are needed and unloaded when others need the room."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from workers.bench import Bench
from workers.engines.protocol import Broken, ModelOffer, OutOfMemory, Report, Result, Task


class Shelf:
    """An engine with three models; it has room for `room` of them, whatever they are said to take."""

    name = "shelf"

    def __init__(self, room: int = 3) -> None:
        self.room = room
        self.loaded: list[str] = []

    def offers(self) -> Iterable[ModelOffer]:
        return [ModelOffer(model, "image", model, max_side=1024, memory_gib=4.0) for model in "abc"]

    def load(self, model: str) -> None:
        if len(self.loaded) >= self.room:
            raise OutOfMemory
        self.loaded.append(model)

    def unload(self, model: str) -> None:
        self.loaded.remove(model)

    def run(self, tasks: Sequence[Task], report: Report) -> Sequence[Result]:
        raise NotImplementedError


def task(model: str) -> Task:
    return Task("job", 1, "image", model, {}, Path())


def test_models_stay_until_another_one_needs_their_room() -> None:
    shelf = Shelf()
    bench = Bench([shelf], memory_gib=10.0)
    for model in "abac":
        bench.load(task(model))

    assert shelf.loaded == ["a", "c"]
    assert bench.warm == ("a", "c")


def test_a_model_that_takes_more_than_it_says_gets_all_there_is() -> None:
    shelf = Shelf(room=1)
    bench = Bench([shelf])
    bench.load(task("a"))
    bench.load(task("b"))

    assert shelf.loaded == ["b"]


def test_what_does_not_fit_alone_is_not_called_warm() -> None:
    bench = Bench([Shelf(room=0)])
    with pytest.raises(OutOfMemory):
        bench.load(task("a"))

    assert bench.warm == ()


def test_a_model_that_nobody_offers_is_for_another_worker() -> None:
    with pytest.raises(Broken):
        Bench([Shelf()]).load(task("z"))
