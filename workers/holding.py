"""What this worker has in its hands: attempts that wait or run, and outcomes nobody acknowledged yet."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from scheduler.wire import BEAT_SECONDS, AttemptRef, Outcome
from workers.attempt import Attempt
from workers.recent import Recent
from workers.speeds import Speeds
from workers.spool import Spool

SEEN_SECONDS = 3600.0  # a duplicate that comes later than this was lost for good
SEEN_MOST = 10_000


@dataclass(slots=True)
class Kept:
    """An outcome as it goes over the wire, and when it last did."""

    text: str
    begun: bool  # whether it ever had a slot
    sent_at: float | None = None

    def due(self, now: float) -> bool:
        return self.sent_at is None or now - self.sent_at >= BEAT_SECONDS * 0.9


@dataclass(slots=True)
class Holding:
    """Shared by the loops of one worker, all on one event loop; `changed` asks for a beat at once."""

    spool: Spool | None = None  # keeps the outcomes on disk as well
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    state: Literal["ready", "draining", "gone"] = "ready"
    warm: tuple[str, ...] = ()
    unready: Mapping[str, str] = field(default_factory=dict)  # models that are not offered now, and why
    speeds: Speeds = field(default_factory=Speeds)
    attempts: dict[AttemptRef, Attempt] = field(default_factory=dict)
    outcomes: dict[AttemptRef, Kept] = field(default_factory=dict)
    idle: asyncio.Event = field(default_factory=asyncio.Event)  # no attempt waits or runs
    settled: asyncio.Event = field(default_factory=asyncio.Event)  # idle, and every outcome is acknowledged
    _ended: Recent = field(default_factory=lambda: Recent(SEEN_SECONDS, SEEN_MOST))

    def __post_init__(self) -> None:
        self._changed()

    @property
    def refs(self) -> list[AttemptRef]:
        return list({**self.attempts, **self.outcomes})

    @property
    def waiting(self) -> list[AttemptRef]:
        """Those that have no slot, or ended without."""
        held: list[tuple[AttemptRef, Attempt | Kept]] = [*self.outcomes.items(), *self.attempts.items()]
        return [ref for ref, one in held if not one.begun]

    @property
    def passes(self) -> list[list[UUID]]:
        """The jobs that share a slot, where they are more than one."""
        passes: dict[UUID | None, list[UUID]] = {}
        for attempt in self.attempts.values():
            passes.setdefault(attempt.assignment.pass_id, []).append(attempt.assignment.job_id)
        return [jobs for pass_id, jobs in passes.items() if pass_id and len(jobs) > 1]

    def knows(self, ref: AttemptRef) -> bool:
        """Whether this attempt is or was here: then a second assignment of it says nothing new."""
        return ref in self.attempts or ref in self.outcomes or ref in self._ended

    def take(self, attempt: Attempt) -> None:
        self.attempts[attempt.ref] = attempt
        self._changed()

    def begin(self, attempt: Attempt) -> None:
        """The attempt has a slot from now on."""
        attempt.begun = True
        self._changed()

    def end(self, ref: AttemptRef, outcome: Outcome | None) -> None:
        """The attempt is over; its outcome, if anybody waits for one, is kept until it is acknowledged."""
        attempt = self.attempts.pop(ref, None)
        self._ended.add(ref)
        if outcome is not None:
            self._keep(ref, outcome, begun=attempt is not None and attempt.begun)
        self._changed()

    def adopt(self, outcomes: Iterable[Outcome], worker_id: str) -> None:
        """Say from now on what a killed process of this place could not say; answers come to this worker."""
        for outcome in list(outcomes):
            ref = AttemptRef(job_id=outcome.job_id, attempt=outcome.attempt)
            mine = outcome.model_copy(update={"worker_id": worker_id})
            self._keep(ref, mine, begun=outcome.run_seconds > 0)
        self._changed()

    def forget(self, ref: AttemptRef) -> None:
        """The outcome was acknowledged."""
        if self.outcomes.pop(ref, None):
            if self.spool:
                self.spool.forget(ref)
            self._changed()

    def due(self, now: float) -> list[Kept]:
        """The outcomes to send now: new ones, and those a beat ago that nobody acknowledged."""
        return [kept for kept in self.outcomes.values() if kept.due(now)]

    def warmed(self, models: Iterable[str]) -> None:
        warm = tuple(sorted(set(models)))
        if warm != self.warm:
            self.warm = warm
            self._changed()

    def lack(self, unready: Mapping[str, str]) -> None:
        """Only these of the models are not offered."""
        offers_change = unready.keys() != self.unready.keys()
        self.unready = unready
        if offers_change:
            self._changed()

    def leave(self, state: Literal["draining", "gone"]) -> None:
        self.state = state
        self._changed()

    def _keep(self, ref: AttemptRef, outcome: Outcome, *, begun: bool) -> None:
        self.outcomes[ref] = Kept(outcome.model_dump_json(), begun)
        if self.spool:
            self.spool.keep(ref, self.outcomes[ref].text)

    def _changed(self) -> None:
        set_if(self.idle, not self.attempts)
        set_if(self.settled, not self.attempts and not self.outcomes)
        self.changed.set()


def set_if(event: asyncio.Event, value: bool) -> None:
    if value:
        event.set()
    else:
        event.clear()
