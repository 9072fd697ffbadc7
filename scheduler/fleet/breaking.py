"""When a model is paused because it fails everywhere, and when a worker is put aside because it alone fails: pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

WINDOW = timedelta(minutes=10)  # older failures say nothing about now
SLOW_WINDOW = timedelta(hours=3)  # of those that take their time: films may run for half an hour
MODEL_RESTS = timedelta(minutes=15)  # then a few more may find out whether it works again
WORKER_RESTS = timedelta(minutes=5)
ENOUGH_OF_SEVERAL = 5  # failures, of at least two people: what one person asks for may be to blame
ENOUGH_OF_ONE = 10
OF_THE_STORE = "store_failed"  # says nothing about the model
TIMED_OUT, LOST = "timeout", "worker_lost"
SLOW = (TIMED_OUT, LOST)


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt that failed though another worker might have succeeded, took too long, or was lost."""

    at: datetime
    job_id: UUID
    user_id: int
    model: str
    worker_id: str
    code: str


@dataclass(frozen=True, slots=True)
class Tripped:
    """Models to pause and workers to put aside."""

    models: frozenset[str] = frozenset()
    workers: frozenset[str] = frozenset()


Completions = Mapping[tuple[str, str], datetime]  # model and worker -> when it last succeeded
Offers = Mapping[str, Collection[str]]  # live worker -> its models


def suspicious(failures: Sequence[Failure]) -> bool:
    """Whether it is worth a look at what succeeded."""
    telling = evidence(failures)
    models, workers = {one.model for one in telling}, {one.worker_id for one in telling}
    return any(enough(of(telling, model=model)) for model in models) or any(
        enough(of(telling, worker_id=worker_id)) for worker_id in workers
    )


def tripped(failures: Sequence[Failure], completed: Completions, offers: Offers) -> Tripped:
    """A model is paused when it has failed often, nowhere succeeded since, and every live worker that offers it took
    part. A worker is put aside when it has failed often, succeeded with nothing since, and another did. One lost
    attempt may have any reason: it speaks against the model once a second one of the same job was lost, too."""
    models = frozenset(model for model in {one.model for one in failures} if fails(model, failures, completed, offers))
    rest = [one for one in failures if one.model not in models]
    workers = {one.worker_id for one in rest if one.worker_id in offers}
    return Tripped(models, frozenset(one for one in workers if alone_fails(one, rest, completed)))


def fails(model: str, failures: Sequence[Failure], completed: Completions, offers: Offers) -> bool:
    successes = [at for (name, _), at in completed.items() if name == model]
    streak = [one for one in since(successes, of(evidence(failures), model=model)) if one.code != OF_THE_STORE]
    able = {worker_id for worker_id, models in offers.items() if model in models}
    return enough(streak) and bool(able) and all(took_part(worker_id, streak) for worker_id in able)


def evidence(failures: Sequence[Failure]) -> list[Failure]:
    """Without attempts that alone of their job were lost."""
    lost = Counter(one.job_id for one in failures if one.code == LOST)
    return [one for one in failures if one.code != LOST or lost[one.job_id] > 1]


def took_part(worker_id: str, streak: Iterable[Failure]) -> bool:
    """A worker that was lost is not seen again: whoever has its name now stands for it."""
    name = worker_name(worker_id)
    return any(
        one.worker_id == worker_id or (one.code == LOST and worker_name(one.worker_id) == name) for one in streak
    )


def alone_fails(worker_id: str, failures: Sequence[Failure], completed: Completions) -> bool:
    successes = [at for (_, name), at in completed.items() if name == worker_id]
    streak = since(successes, of(failures, worker_id=worker_id))
    if not enough(streak):
        return False
    models, first = {one.model for one in streak}, min(one.at for one in streak)
    return any(name != worker_id and model in models and at > first for (model, name), at in completed.items())


def since(successes: Iterable[datetime], failures: Iterable[Failure]) -> list[Failure]:
    """The failures after the newest success."""
    last = max(successes, default=None)
    return [one for one in failures if last is None or one.at > last]


def enough(streak: Sequence[Failure]) -> bool:
    """A worker that takes several attempts with it is lost once."""
    several = len({one.user_id for one in streak}) > 1
    lost = [one.worker_id for one in streak if one.code == LOST]
    return len(streak) - len(lost) + len(set(lost)) >= (ENOUGH_OF_SEVERAL if several else ENOUGH_OF_ONE)


def worker_name(worker_id: str) -> str:
    """The name in an incarnation's id."""
    return worker_id.rpartition("-")[0] or worker_id


def of(failures: Iterable[Failure], *, model: str | None = None, worker_id: str | None = None) -> list[Failure]:
    return [one for one in failures if one.model == model or one.worker_id == worker_id]
