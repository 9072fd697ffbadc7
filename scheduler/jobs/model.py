"""What people ask for, and what a job looks like from outside."""

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from scheduler.artifacts.model import ArtifactView
from scheduler.catalogue.model import Capability
from scheduler.films.model import COMPOSE, Film

PROMPT_LIMIT = 2_000  # characters
SEED_LIMIT = 2**31 - 1
SIDE_STEP = 8  # pixels: widths and heights are multiples of it
SMALLEST_SIDE = 64
LARGEST_SIDE = 8192
MOST_IMAGES = 4
LONGEST_SECONDS = 600.0
MOST_TOKENS = 100_000  # of language
SLOWEST, FASTEST = 40, 220  # beats a minute
MOST_STEPS = 200  # of diffusion
MOST_PARENTS = 10
LONGEST_AHEAD = timedelta(days=30)
# Of a request; most requests have none of them.
WISHES = ("negative", "steps", "seconds", "format", "mood", "tempo", "voice", "max_tokens")

FILM_FORMATS = ("mp4", "hls")
NOT_OF_A_FILM = ("picture", "strength", *(name for name in WISHES if name != "format"))


class Status(StrEnum):
    CREATED = "CREATED"
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def ended(self) -> bool:
        return self in (Status.COMPLETED, Status.FAILED, Status.CANCELLED)


class JobRequest(BaseModel):
    """What a person asks for. What is None is chosen at admission: the model by capability, the size by the model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    capability: Capability = Capability.IMAGE
    prompt: str = Field(max_length=1_000_000)  # the limit people are told about is PROMPT_LIMIT, checked at admission
    model: str | None = Field(None, max_length=100)
    width: int | None = Field(None, ge=SMALLEST_SIDE, le=LARGEST_SIDE)
    height: int | None = Field(None, ge=SMALLEST_SIDE, le=LARGEST_SIDE)
    seed: int | None = Field(None, ge=0, le=SEED_LIMIT)
    count: int = Field(1, ge=1, le=MOST_IMAGES)
    # the caller's own job that this one repeats; with a strength, that it varies. Of a bot also another's, where it is
    # followed if its result was posted in the same chat, and with a strength turned down if not
    parent_id: UUID | None = None
    strength: float | None = Field(None, ge=0, le=1)  # how far a variation may leave its parent, or the picture
    picture: UUID | None = None  # the caller's own upload or finished picture to start from
    negative: str | None = Field(None, max_length=PROMPT_LIMIT)  # what a diffusion model is to keep out
    steps: int | None = Field(None, ge=1, le=MOST_STEPS)  # of a diffusion model; more than it takes counts as its most
    seconds: float | None = Field(None, ge=1, le=LONGEST_SECONDS)  # of video and music
    format: str | None = Field(None, pattern="^(ogg|mp3|mp4|hls)$")  # ogg or mp3 of sound, mp4 or hls of a film
    mood: str | None = Field(None, pattern="^[a-z]{1,20}$")  # of music; otherwise the words decide
    tempo: int | None = Field(None, ge=SLOWEST, le=FASTEST)  # of music, in beats a minute
    voice: str | None = Field(None, pattern="^[A-Za-z0-9-]{1,20}$")  # of speech: a language such as en-gb
    max_tokens: int | None = Field(None, ge=1, le=MOST_TOKENS)  # of a language model's answer
    film: Film | None = None  # what `compose` makes one of; the prompt is its title
    start_at: AwareDatetime | None = None  # not before; a time that has passed is now
    after: tuple[UUID, ...] = Field((), max_length=MOST_PARENTS)  # the caller's own jobs that must complete first

    @model_validator(mode="after")
    def of_a_film(self) -> Self:
        if fault := film_fault(self):
            raise ValueError(fault)
        return self


def film_fault(request: JobRequest) -> str | None:
    """What a request says that a film has not, or says of a film without one."""
    if request.film is None:
        return f"format {request.format} is for a film" if request.format in FILM_FORMATS else None
    if request.capability is not Capability.VIDEO or request.model not in (None, COMPOSE):
        return f"a film is a video, made by the model {COMPOSE}"
    if request.format not in (None, *FILM_FORMATS):
        return f"format of a film is {' or '.join(FILM_FORMATS)}"
    said = [name for name in NOT_OF_A_FILM if getattr(request, name) is not None]
    if said:
        return f"{said[0]} is nothing that a film has"
    return "count of a film is 1" if request.count != 1 else None


class Destination(BaseModel):
    """Where a bot wants the answer: only bots send it, with the process that will own the status message."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bot_id: str = Field(min_length=1, max_length=50)
    process: str = Field(min_length=1, max_length=100)
    address: dict[str, Any] | None = None  # the chat in the platform's terms; None: no message will be owned (web)


class Submission(BaseModel):
    """The body of POST /v1/jobs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    request: JobRequest
    destination: Destination | None = None


class Why(StrEnum):
    """Why a job waits."""

    TURN = "turn"  # others go first
    OWN_JOBS = "own_jobs"  # the plan's limit of jobs at a time
    NO_WORKER = "no_worker"  # no live worker can run it
    PAUSED = "paused"  # an admin paused its capability or model
    NEXT = "next"  # nothing is before it
    START_TIME = "start_time"  # it is in no line yet: not before the time it was asked for
    PARENT = "parent"  # it is in no line yet: jobs it comes after have not completed
    OTHER = "other"  # one that a newer scheduler says and this client has no name for

    @classmethod
    def _missing_(cls, value: object) -> "Why":
        return cls.OTHER


class Wait(BaseModel):
    """Where a waiting job stands. The seconds, and the exact place, are known to the scheduler that leads, which the
    others ask; while nobody leads, who was admitted before is counted."""

    position: int  # 1: next in line; 0: in no line yet
    seconds: float | None  # expected until it starts: half of such jobs start sooner; None: unknown
    p90_seconds: float | None = None  # nine of ten such jobs start sooner
    why: Why
    until: datetime | None = None  # NO_WORKER: how long its place is kept; START_TIME and PARENT: not before


class JobError(BaseModel):
    """Why a job failed: a stable code for words, and a sentence that is safe to show."""

    # worker_lost, timeout, engine_failed, bad_request, out_of_memory, no_worker_in_time, store_failed;
    # of a job that was to start later: parent_failed, or the code of what refused it when its time had come
    code: str
    message: str
    fault: str | None = None  # bad_request: what was wrong, a code again: picture_unreadable, unknown_voice, ...


class JobView(BaseModel):
    """A job as its owner sees it."""

    id: UUID
    status: Status
    capability: Capability
    model: str
    prompt: str
    width: int | None
    height: int | None
    seed: int | None
    count: int
    strength: float | None = None
    picture: UUID | None = None
    negative: str | None = None
    steps: int | None = None
    seconds: float | None = None
    format: str | None = None
    mood: str | None = None
    tempo: int | None = None
    voice: str | None = None
    max_tokens: int | None = None
    film: Film | None = None
    parent_id: UUID | None = None
    start_at: datetime | None = None
    after: list[UUID] = []  # without those that had completed when it was asked for
    cost_tokens: Decimal  # held once it is in line; once the job has ended, what it really cost
    tokens_back: Decimal = Decimal(0)  # of what was held, once the job has ended
    bot_id: str | None
    attempt: int
    cancel_requested: bool
    wait: Wait | None  # only until it is begun: while CREATED or QUEUED, and while a worker has it at hand
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    run_seconds: float | None
    error: JobError | None
    artifacts: list[ArtifactView]

    @property
    def is_next(self) -> bool:
        """It is RUNNING, but its worker has something else to end before."""
        return self.status is Status.RUNNING and self.wait is not None


class JobList(BaseModel):
    jobs: list[JobView]  # newest first
    next: str | None  # pass as `before` for the next page


class Accepted(BaseModel):
    """The answer to a submit."""

    job: JobView
    replayed: bool  # the same key came before: this is the first answer's job, as it is now
    tokens_left: Decimal  # of today's allowance and the balance together
    owned: bool  # the calling process owns the status message
    message: dict[str, Any] | None  # the status message, when it was already opened


class Quote(BaseModel):
    """What a submit of the same body would be answered at this moment. Nothing is held or written for it."""

    model: str
    width: int | None  # None: of what has no size
    height: int | None
    seconds: float | None = None  # of what takes time
    count: int
    cost_tokens: Decimal
    from_allowance: Decimal  # of the cost, if it is held now; the rest is of the balance
    from_balance: Decimal
    tokens_left: Decimal  # of today's allowance and the balance together, after it
    wait: Wait | None  # where it would stand; None: nobody leads just now


class JobEvent(BaseModel):
    """One line of an event stream. `progress` is lost when nobody listens; the rest can be read from the job."""

    kind: Literal["accepted", "running", "requeued", "progress", "ended"]
    job_id: UUID
    attempt: int = 0
    user: str | None = None  # "telegram:42"; not in progress events
    bot_id: str | None = None
    status: Status | None = None
    begun: bool | None = None  # requeued: False when no worker had begun it
    why: str | None = None  # requeued: what failed, a code of JobError; None: its worker was lost or gave it back
    fraction: float | None = None  # 0..1
    seconds_left: float | None = None
    preview: int | None = None  # number of the newest preview picture; GET /v1/jobs/{id}/preview
