"""Workers and attempts as the leader remembers them: plain values, times on the monotonic clock, in seconds."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from scheduler.catalogue.model import Model
from scheduler.jobs.policy.waits import Speeds
from scheduler.jobs.queue import Server
from scheduler.wire import Beat

MISSED_BEATS = 2  # an attempt that this many beats in a row do not list is sent again


@dataclass(slots=True)
class Attempt:
    """A dispatched attempt; `attempt` is 0 until the dispatch is committed."""

    job_id: UUID
    attempt: int
    user_id: int
    worker_id: str
    started_at: float | None  # None: at hand, its worker has not begun it
    renewed_at: float
    timeout_seconds: float
    pass_id: UUID  # attempts of one worker that have the same share a slot; that of the first job
    cancel_requested: bool = False
    missed: int = 0
    cold: bool = False  # its model was not loaded when it was dispatched
    recalled_at: float = float("-inf")
    pass_seconds: float = float("-inf")  # the most that its pass was allowed to take

    def has_run(self, seconds: float, now: float) -> bool:
        """Whether it was begun so long ago."""
        return self.started_at is not None and now - self.started_at > seconds


@dataclass(slots=True)
class LiveWorker:
    """A worker by its newest beat."""

    beat: Beat
    seen_at: float
    busy: dict[UUID, Attempt] = field(default_factory=dict)  # by job: dispatched to it, what is at hand included
    aside: bool = False  # it failed where others succeed, and gets nothing for a while
    batches: bool = field(init=False)  # attempts may share a pass here; where none do, hundreds need not be compared

    def __post_init__(self) -> None:
        self.batches = any(offer.batch > 1 for offer in self.beat.offers)

    def hear(self, beat: Beat, now: float) -> None:
        """Its newest beat."""
        self.beat, self.seen_at = beat, now
        self.__post_init__()

    @property
    def ready(self) -> bool:
        return self.beat.state == "ready" and not self.aside

    @property
    def free_slots(self) -> int:
        return max(0, self.beat.slots - self.passes) if self.ready else 0

    @property
    def passes(self) -> int:
        """How many slots what was dispatched to it takes; one more with what is at hand."""
        return len({attempt.pass_id for attempt in self.busy.values()}) if self.batches else len(self.busy)

    def together(self, attempt: Attempt) -> list[Attempt]:
        """Those that share the attempt's pass, itself included."""
        return [one for one in self.busy.values() if one.pass_id == attempt.pass_id] if self.batches else [attempt]

    def share(self, passes: Sequence[Sequence[UUID]]) -> None:
        """What shares a slot, as the worker says."""
        for job_ids in passes:
            for attempt in (self.busy[job_id] for job_id in job_ids if job_id in self.busy):
                attempt.pass_id = job_ids[0]

    def server(self, loading: Collection[str], speeds: Speeds) -> Server:
        """What the policy sees of it. `loading`: models of the jobs it was given, which a beat may not name yet."""
        name, models = self.beat.name, {offer.model: offer.max_side for offer in self.beat.offers}
        return Server(
            id=self.beat.worker_id,
            name=name,
            models=models,
            batch={offer.model: offer.batch for offer in self.beat.offers if offer.batch > 1},
            slots=self.beat.slots,
            draining=not self.ready,
            warm=frozenset([*self.beat.warm, *loading]),
            paces=speeds.paces(models, name),
            load_seconds=speeds.load_seconds(name),
            takes_picture=frozenset(offer.model for offer in self.beat.offers if offer.takes_picture),
            needs_picture=frozenset(offer.model for offer in self.beat.offers if offer.needs_picture),
        )


def is_paused(model_id: str, models: Mapping[str, Model], paused: Collection[str]) -> bool:
    if not paused:
        return False
    model = models.get(model_id)
    subjects = {"all", f"model:{model_id}"} | ({f"capability:{model.capability}"} if model else set())
    return not subjects.isdisjoint(paused)
