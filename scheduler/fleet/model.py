"""Workers and attempts as the leader remembers them: plain values, times on the monotonic clock, in seconds."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from scheduler.catalogue.model import Model
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
    started_at: float
    renewed_at: float
    timeout_seconds: float
    cancel_requested: bool = False
    missed: int = 0


@dataclass(slots=True)
class LiveWorker:
    """A worker by its newest beat."""

    beat: Beat
    seen_at: float
    busy: set[UUID] = field(default_factory=set)  # jobs dispatched to it

    @property
    def free_slots(self) -> int:
        return max(0, self.beat.slots - len(self.busy)) if self.beat.state == "ready" else 0

    def server(self, models: Mapping[str, Model], paused: Collection[str]) -> Server:
        """What the policy sees of it: the models it offers, without those that are paused."""
        return Server(
            self.beat.name,
            {offer.model: offer.max_side for offer in self.beat.offers if not is_paused(offer.model, models, paused)},
        )


def is_paused(model_id: str, models: Mapping[str, Model], paused: Collection[str]) -> bool:
    if not paused:
        return False
    model = models.get(model_id)
    subjects = {"all", f"model:{model_id}"} | ({f"capability:{model.capability}"} if model else set())
    return not subjects.isdisjoint(paused)
