"""What the policy knows of a job and of a worker, and what must match between them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from scheduler.jobs.kinds import Kind

CLASSES = 4  # a plan's priority, 0..3
NEWCOMERS = 200  # count as one user: what they are served moves virtual time on by so small a part
FEW = 1000  # old entries that do no harm
GUESSED_PACE = 1.0  # seconds a token takes, until it was measured


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job that could start."""

    id: UUID
    seq: int  # order of admission; a retry keeps it
    user_id: int
    priority: int  # 0..3
    kind: Kind
    cost: float  # tokens of its user's share
    avoid: frozenset[str] = frozenset()  # names of workers it failed on


@dataclass(frozen=True, slots=True)
class Server:
    """A live worker."""

    id: str  # of this incarnation
    name: str
    models: Mapping[str, int]  # model -> longest side it can make
    batch: Mapping[str, int] = field(default_factory=dict)  # model -> jobs in one GPU pass; one where it says nothing
    slots: int = 1
    draining: bool = False
    warm: frozenset[str] = frozenset()  # models loaded, or being loaded
    paces: Mapping[str, float] = field(default_factory=dict)  # model -> seconds a token takes, measured
    load_seconds: float = 0.0  # to load a model, measured; until then loading counts as free
    takes_picture: frozenset[str] = frozenset()  # models that can start from a given one
    needs_picture: frozenset[str] = frozenset()  # those that make nothing without

    def can(self, kind: Kind) -> bool:
        fits = self.models.get(kind.model, 0) >= kind.side
        return fits and (kind.model in self.takes_picture if kind.picture else kind.model not in self.needs_picture)

    @property
    def room(self) -> int:
        """Jobs that it runs at a time, where they share passes."""
        return self.slots * max(self.batch.values(), default=1)

    def rate(self, model: str) -> float:
        """Tokens a second, over all slots."""
        return self.slots / self.paces.get(model, GUESSED_PACE)


class LookAhead(NamedTuple):
    """What a job at hand may be."""

    models: Collection[str]  # of one of these, which will be loaded when it begins
    idle: Collection[str] = ()  # of no kind that one of these idle workers can run


class Reason(StrEnum):
    """Why a job waits, the most binding first."""

    PAUSED = "paused"  # an admin paused its model
    IMPOSSIBLE = "impossible"  # no live worker can run it
    DRAINING = "draining"  # those that could are being drained
    LIMIT = "limit"  # its user runs as many as the plan allows
    OWN = "own"  # an earlier job of its line goes first
    LOADING = "loading"  # its model is not loaded anywhere yet
    TURN = "turn"  # others of its class, or of a higher one, go first


class Taken(NamedTuple):
    """A decision: jobs of one kind for one slot, or none and when to ask again although nothing else happens. At that
    time a model may be loaded, so that a look-ahead, which never loads, has no such time."""

    jobs: tuple[Waiting, ...] = ()
    again_at: float | None = None
    level: int = 0  # the class that they were served in
