"""What the page and the server say to each other, as JSON; every text comes ready to show."""

from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from scheduler.jobs.model import LARGEST_SIDE, LONGEST_SECONDS, MOST_IMAGES, MOST_TOKENS, SMALLEST_SIDE


class Changes(BaseModel):
    """What a helping button changes in a request that was refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID  # made by the page for each send: the same one again never makes a second job
    use: str | None = Field(None, max_length=100)  # another model
    fit: int | None = Field(None, ge=SMALLEST_SIDE, le=LARGEST_SIDE)  # the longest side
    fewer: int | None = Field(None, ge=1, le=MOST_IMAGES)  # how many
    shorter: int | None = Field(None, ge=1, le=LONGEST_SECONDS)  # seconds
    briefer: int | None = Field(None, ge=1, le=MOST_TOKENS)  # of language, in an answer


class Said(Changes):
    """The body of POST /chat: words, and the choices beside the field; a flag among the words wins."""

    text: str = Field(max_length=1_000_000)
    size: str | None = Field(None, max_length=20)
    model: str | None = Field(None, max_length=100)
    seed: int | None = Field(None, ge=0, le=10**12)  # what a seed may be is the commands' to say
    picture: UUID | None = None  # that was given before


class Pressed(Changes):
    """The body of POST /jobs/{id}/{action}."""


class Given(BaseModel):
    """The answer to POST /uploads: a picture that words may start from."""

    kind: Literal["picture"] = "picture"
    id: UUID
    width: int
    height: int


class ButtonView(BaseModel):
    label: str
    action: str
    subject: str


class PictureView(BaseModel):
    """A finished file of a job; `url` plus "/thumbnail" is a small one."""

    url: str
    web: str  # where the file for screens is; the same as `url`, unless that is larger
    blurhash: str | None
    width: int | None
    height: int | None
    filename: str
    expired: bool
    kind: str = "image"  # video, audio or text


class Card(BaseModel):
    """A job as the page shows it."""

    id: UUID
    status: str
    open: bool  # it has not ended
    waits: bool  # its place in line may change
    stopping: bool  # its end was asked for
    prompt: str
    capability: str = "image"
    line: str  # the small words under the picture
    width: int | None
    height: int | None
    count: int
    attempt: int
    created_at: datetime
    preview: str
    pictures: list[PictureView]
    buttons: list[ButtonView]


class Purse(BaseModel):
    """What the visitor has left today."""

    line: str
    left: float  # share of the day's allowance, 0..1
    user: str


class ModelChoice(BaseModel):
    id: str
    label: str
    default: bool


class Chat(BaseModel):
    """The answer to GET /chat."""

    purse: Purse
    models: list[ModelChoice]
    lead: str  # what the plan gives, for a visitor who has made nothing yet
    cards: list[Card]  # newest first
    next: str | None  # pass as `before` for older ones


class Kind(StrEnum):
    JOB = "job"  # accepted: the card says how it stands
    NOTE = "note"  # an answer in words
    REFUSAL = "refusal"
    DOWN = "down"  # no answer from the scheduler: the same again may pass


class Answer(BaseModel):
    """The answer to everything that a visitor says or presses."""

    kind: Kind
    text: str = ""
    buttons: list[ButtonView] = []
    card: Card | None = None
    purse: Purse | None = None
    edit: bool = False  # the words need a change: they go back to the field
    wait_seconds: float | None = None  # until "Try again" may pass; the page counts it down


class Happening(BaseModel):
    """One event in the stream of a tab."""

    kind: Literal["accepted", "running", "requeued", "progress", "ended"]
    job: UUID
    attempt: int
    fraction: float | None = None
    line: str | None = None
    preview: int | None = None  # number of the newest preview picture
