"""A result on its way into a chat, and the words a bot and the scheduler exchange about it."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from scheduler.jobs.model import JobView


class DeliveryState(StrEnum):
    """No bot of ours reports UNCERTAIN: they post by edits, which can be repeated; it is for one that must send."""

    WAITING = "waiting"  # the job runs; its owner shows progress
    DUE = "due"  # the job ended; the result is to be posted
    POSTED = "posted"
    UNCERTAIN = "uncertain"  # a send whose answer was lost: never sent again by itself
    DEAD = "dead"  # cannot be posted: blocked, kicked, gone


class DeliveryView(BaseModel):
    job: JobView
    user: str  # "telegram:42"
    locale: str | None
    bot_id: str
    state: DeliveryState
    address: dict[str, Any]  # as it came with the submit
    message: dict[str, Any] | None  # the status message, as the bot stored it
    tries: int


class Claim(BaseModel):
    """Ask for work and say what is still held: claims on `holding` are renewed, free deliveries are taken."""

    model_config = ConfigDict(extra="forbid")

    bot_id: str = Field(min_length=1, max_length=50)
    process: str = Field(min_length=1, max_length=100)
    holding: list[UUID] = Field(default_factory=list, max_length=2000)
    limit: int = Field(50, ge=0, le=500)
    only_due: bool = False  # of the free ones: whoever holds many takes no more that wait, but results must not


class Claimed(BaseModel):
    deliveries: list[DeliveryView]  # newly taken, and held ones that have become due
    lost: list[UUID]  # named in `holding`, but no longer this process's
    claim_seconds: float  # how long a claim lasts unless it is renewed


class Report(BaseModel):
    """What became of a delivery. WAITING or DUE with a `message` stores the status message; DUE with
    `retry_after_seconds` hands it back for later."""

    model_config = ConfigDict(extra="forbid")

    process: str = Field(min_length=1, max_length=100)
    state: DeliveryState
    message: dict[str, Any] | None = None
    address: dict[str, Any] | None = None  # replaces the address: a group became a supergroup
    retry_after_seconds: float | None = Field(None, ge=0, le=86_400)
    error: str | None = Field(None, max_length=500)


class Reported(BaseModel):
    kept: bool  # False: this process no longer owned the delivery, and nothing was changed


class DeadLetter(BaseModel):
    """A result that could not be posted; who is to get it, and why not."""

    job_id: UUID
    user: str  # "telegram:42"
    bot_id: str
    error: str | None  # as the bot said it: blocked, message deleted, ...
    tries: int
    age_seconds: float  # since it was due


class DeadLetters(BaseModel):
    letters: list[DeadLetter]  # the newest


class Revival(BaseModel):
    """Which dead letter is to be tried again; without a job, all."""

    model_config = ConfigDict(extra="forbid")

    job_id: UUID | None = None


class Revived(BaseModel):
    count: int  # letters that are due again
