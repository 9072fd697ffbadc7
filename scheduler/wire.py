"""The messages between scheduler and workers, and the names of the Redis keys that carry them.

Every message may be lost, repeated or late. A worker repeats an outcome with each beat until it is acknowledged; the
scheduler repeats an assignment that a beat does not list. Keys are `{tagged}` so that a Redis Cluster can hold them.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, TypeAdapter

BEAT_SECONDS = 2.0  # between two beats of a worker
LOADING_SECONDS = 900.0  # that a model may take until it is loaded
BEATS = "tessera:{beats}"  # stream, worker -> every scheduler: Beat
REPORTS = "tessera:{reports}"  # stream, worker -> one scheduler of the group: Outcome
REPORTS_GROUP = "schedulers"
STREAM_LENGTH = 100_000  # entries kept, roughly; everything in a stream can be said again


def inbox(worker_id: str) -> str:
    """Stream, scheduler -> worker: Assignment, Cancel, Recall, Acknowledged."""
    return f"tessera:{{worker:{worker_id}}}:inbox"


def preview_key(job_id: UUID | str) -> str:
    """Bytes of the newest preview picture (JPEG), expiring after PREVIEW_SECONDS."""
    return f"tessera:{{preview:{job_id}}}"


PREVIEW_SECONDS = 300
EVENTS_PREFIX = "tessera:events:"


def events_channel(bot_id: str | None) -> str:
    """Pub/sub: Progress from workers and job events from schedulers, one a line, of all jobs of one bot."""
    return f"{EVENTS_PREFIX}{bot_id or 'api'}"


ASKS = "tessera:asks"  # pub/sub between schedulers, to who leads
ANSWERS_PREFIX = "tessera:answers:"  # pub/sub, to the scheduler of the name
MARKET_CHANNEL = EVENTS_PREFIX  # pub/sub: something was paused or resumed; no bot has an empty name


LARGEST = 2**31 - 1  # of a number that is stored
LONGEST_SPEED = 1e6  # seconds
Number = Annotated[int, Field(ge=0, le=LARGEST)]
Speed = Annotated[float, Field(ge=0, le=LONGEST_SPEED)]
Word = Annotated[str, Field(pattern=r"^[^\x00]*$")]  # PostgreSQL cannot store a NUL


class Offer(BaseModel):
    """One model that a worker can run."""

    model: str
    capability: str
    max_side: Number
    memory_gib: float = Field(0.0, ge=0, le=1e6)
    batch: Number = 1  # attempts that share one pass, and one slot
    takes_picture: bool = False
    needs_picture: bool = False  # it makes nothing without one


class AttemptRef(BaseModel, frozen=True):
    job_id: UUID
    attempt: Number


class Beat(BaseModel):
    """Registers and keeps alive: all a scheduler must know of a worker stands in every beat."""

    kind: Literal["beat"] = "beat"
    worker_id: str = Field(max_length=50)  # names an incarnation: name and eight random hex digits
    name: str = Field(max_length=40)
    slots: int = Field(ge=1, le=1000)
    memory_gib: float = Field(0.0, ge=0, le=1e6)
    offers: list[Offer]
    warm: list[str] = []
    paces: dict[str, Speed] = {}  # model -> seconds for each token that a job is charged, as measured here
    load_seconds: dict[str, Speed] = {}  # model -> as measured here
    holding: list[AttemptRef] = []  # at hand, running, or ended and not yet acknowledged
    waiting: list[AttemptRef] = []  # of these, at hand and not begun yet
    passes: list[list[UUID]] = []  # jobs that share a slot, where they are more than one; at hand or running
    looks_ahead: bool = False  # wants the next pass at hand while all slots run
    state: Literal["ready", "draining", "gone"] = "ready"
    version: str = ""
    sent_at: datetime


class Rendition(BaseModel):
    """A smaller file of the same, for screens and for chats that do not take the original; told by its ending."""

    path: str
    width: int
    height: int
    size_bytes: int


class Made(BaseModel):
    """One stored file of an outcome. Paths are below the artifact store, inside the attempt's folder."""

    type: str
    format: str
    path: str
    thumbnail_path: str | None = None
    web: Rendition | None = None  # None: the original serves as it
    blurhash: str | None = None
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    took_seconds: float | None = None  # that are paid for, where nobody knew before how long it would be
    took_tokens: int | None = None  # of language, likewise
    size_bytes: int
    metadata: dict[str, Any] = {}


class Outcome(BaseModel):
    """How an attempt ended."""

    kind: Literal["outcome"] = "outcome"
    worker_id: Word = Field(max_length=50)
    job_id: UUID
    attempt: Number
    lease_token: UUID
    status: Literal["completed", "failed", "cancelled", "handed_back"]
    error_code: Word | None = None  # see scheduler.jobs.model.JobError
    error_fault: Word | None = Field(None, max_length=50)  # likewise
    error_message: str | None = Field(None, max_length=500)  # safe to show to a person
    retryable: bool = False  # another worker might succeed
    run_seconds: float = 0.0
    unused_fraction: float = Field(0.0, ge=0, le=1)  # of the cost, after a cancel under way
    artifacts: list[Made] = []


class Assignment(BaseModel):
    """Run this. The same attempt number may come again; a worker that holds or held it does nothing then."""

    kind: Literal["assignment"] = "assignment"
    job_id: UUID
    attempt: int
    lease_token: UUID
    capability: str
    model: str
    params: dict[str, Any]  # prompt, seed, count, size, wishes; picture_path, inputs: below the store
    folder: str  # below the artifact store; files of this attempt go here and nowhere else
    timeout_seconds: float  # from when its pass begins, loading and all: for workers that do not know `work_seconds`
    work_seconds: float = 0.0  # from when its model is loaded; those of a pass have theirs together; 0: not said
    tokens: float = 0.0  # that it counts of a share, the measure of its worker's pace; 0: unknown
    events_channel: str  # where progress is published
    pass_id: UUID | None = None  # those of one worker that come in one entry with the same share a pass, and a slot


class Cancel(BaseModel):
    kind: Literal["cancel"] = "cancel"
    job_id: UUID
    attempt: int


class Recall(BaseModel):
    """Somebody else can begin it sooner: hand it back, unless it was begun."""

    kind: Literal["recall"] = "recall"
    job_id: UUID
    attempt: int


class Acknowledged(BaseModel):
    """The outcome was filed, was filed before, or is superseded: forget it."""

    kind: Literal["acknowledged"] = "acknowledged"
    job_id: UUID
    attempt: int


class Progress(BaseModel):
    """Published, never stored. Has the fields of scheduler.jobs.model.JobEvent that it can know."""

    kind: Literal["progress"] = "progress"
    job_id: UUID
    attempt: int
    fraction: float = Field(ge=0, le=1)
    seconds_left: float | None = None
    preview: int | None = None  # counts the previews of this attempt; its bytes are under preview_key


ToWorker: TypeAdapter[Assignment | Cancel | Recall | Acknowledged] = TypeAdapter(
    Annotated[Assignment | Cancel | Recall | Acknowledged, Field(discriminator="kind")]
)
FIELD = "m"  # the one field of each stream entry: messages as JSON, one a line


def packed(messages: Iterable[str]) -> dict[Any, Any]:
    """The fields of one entry for several messages: what was written at one moment travels together."""
    return {FIELD: "\n".join(messages)}


def unpacked(fields: Mapping[bytes, bytes]) -> list[bytes]:
    """The messages in the fields of an entry, each to be read by itself: an unreadable one harms no other."""
    return fields.get(FIELD.encode(), b"").split(b"\n")
