"""A request on its way in, and the answers it may get."""

import hashlib
import os
import random
import time
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from asyncpg.pgproto import pgproto

from scheduler.accounts.model import Caller
from scheduler.errors import Refusal
from scheduler.films.model import Cut
from scheduler.jobs.agenda.model import Booking
from scheduler.jobs.lineage import Parent
from scheduler.jobs.model import SEED_LIMIT, WISHES, Destination, JobRequest
from scheduler.jobs.queries.admission import NewJob
from scheduler.uploads.model import Picture

LATER = {*WISHES, "picture", "film", "start_at", "after"}  # fields that requests did not have from the beginning
SEED_BITS = SEED_LIMIT.bit_length()


def new_id() -> UUID:
    """UUID version 7 (RFC 9562): new ids stand together at the end of every index, and their pages in memory.
    Of asyncpg's kind, which is hashed and written in a tenth of the time: each job's id is looked up a dozen times."""
    milliseconds, chance = time.time_ns() // 1_000_000, int.from_bytes(os.urandom(10))
    value = milliseconds << 80 | 0x7 << 76 | (chance >> 68) << 64 | 0b10 << 62 | chance & (1 << 62) - 1
    made: UUID = pgproto.UUID(value.to_bytes(16))
    return made


@dataclass(frozen=True, slots=True)
class Submit:
    """One request on its way in, with what must be chosen before the rules are asked."""

    caller: Caller
    request: JobRequest
    key: str | None
    destination: Destination | None
    parent: Parent | None
    picture: Picture | None = None  # that the request names
    cut: Cut | None = None  # the film that the request asks for
    booking: Booking | None = None  # that it joins the line later
    job_id: UUID = field(default_factory=new_id)
    seed: int = field(default_factory=lambda: random.getrandbits(SEED_BITS))
    request_hash: bytes = field(init=False)

    def __post_init__(self) -> None:
        request, unsaid = self.request, LATER
        if not LATER.isdisjoint(request.model_fields_set):
            unsaid = {name for name in LATER if getattr(request, name) in (None, ())}
        said = request.model_dump_json(exclude=unsaid)  # as if there were no such fields
        object.__setattr__(self, "request_hash", hashlib.sha256(said.encode()).digest())

    @property
    def parent_id(self) -> UUID | None:
        return self.request.parent_id if self.parent is None or self.parent.own else None

    @property
    def shaped(self) -> JobRequest:
        """The request; without a size of its own it has the shape of its picture. A film is as long as its clips."""
        request, picture = self.request, self.picture
        if self.cut is not None:
            return request.model_copy(update=self.cut.shaping(request.width, request.height))
        if picture is None or request.width or request.height:
            return request
        width, height = picture.shape()
        return request.model_copy(update={"width": width, "height": height})


@dataclass(frozen=True, slots=True)
class Admitted:
    job: NewJob
    tokens_left: Decimal  # of the day's allowance and the balance
    booking: Booking | None = None  # it is CREATED, and nothing is held for it yet


@dataclass(frozen=True, slots=True)
class Replayed:
    """The key came before; this is its job."""

    job_id: UUID


Answer = Admitted | Replayed | Refusal
