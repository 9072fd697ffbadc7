"""Who calls, for whom, and what the caller is told about the account."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from scheduler.plans.model import PlanView

# The headers in which a bot names the user it acts for; values are percent-encoded UTF-8.
ACT_FOR = "Tessera-User"  # telegram:42
ACT_NAME = "Tessera-User-Name"
ACT_LOCALE = "Tessera-User-Locale"
ACT_ADDRESS = "Tessera-User-Address"  # the network address of a web visitor


class Platform(StrEnum):
    TELEGRAM = "telegram"
    DISCORD = "discord"
    WEB = "web"


class Scope(StrEnum):
    """What a bot's key may be used for."""

    ACT = "act"  # to act for users of its platform
    DELIVER = "deliver"  # to hear of its jobs, and to post their results
    ADMIN = "admin"  # to act for admins as admins


@dataclass(frozen=True, slots=True)
class Service:
    """Who holds a service key; without platform and bot it is good for all."""

    name: str
    platform: Platform | None
    bot_id: str | None
    scopes: frozenset[Scope]

    def speaks_for(self, bot_id: str) -> bool:
        return self.bot_id in (None, bot_id)


@dataclass(frozen=True, slots=True)
class Party:
    """Whose places at the door a request takes: of a bot's each of its users may have a few; people with keys of their
    own share theirs as if one bot had sent them all, and so do strangers, who are told apart by their networks."""

    key: str
    user: str | None = None

    @property
    def is_bot(self) -> bool:
        return self.key not in (PEOPLE, STRANGERS)


PEOPLE, STRANGERS = "people", "strangers"


@dataclass(frozen=True, slots=True)
class Caller:
    """The user a request is made for, and how it came in."""

    user_id: int
    platform: Platform
    platform_user_id: str
    frontend: str  # telegram, discord, web, api: where the request came from
    is_admin: bool
    via_service: bool  # a bot's service key, acting for the user
    locale: str | None = None
    bot_id: str | None = None  # the only bot that the service key speaks for; None: any

    @property
    def ref(self) -> str:
        """`telegram:42`: how users are named outside the database."""
        return self.platform + ":" + self.platform_user_id


class TokensView(BaseModel):
    daily_limit: int
    used_today: Decimal  # of the allowance
    left_today: Decimal  # of the allowance
    balance: Decimal
    spendable: Decimal
    refill_at: datetime


class UsageDay(BaseModel):
    date: date
    tokens_used: Decimal
    jobs_completed: int
    jobs_failed: int
    tokens_image: Decimal
    tokens_video: Decimal
    tokens_text: Decimal
    tokens_audio: Decimal


class AccountView(BaseModel):
    user: str
    display_name: str | None
    plan: PlanView
    tokens: TokensView
    open_jobs: int
    banned: bool
    is_admin: bool
    today: UsageDay
    has_api_key: bool


class UsageList(BaseModel):
    days: list[UsageDay]  # newest first


class ApiKey(BaseModel):
    """A new key: shown once, stored only as SHA-256."""

    key: str


class Grant(BaseModel):
    model_config = ConfigDict(extra="forbid")

    tokens: Decimal = Field(gt=0, le=1_000_000, decimal_places=2)
    note: str | None = Field(None, max_length=200)


class Purchase(BaseModel):
    """What somebody has bought elsewhere. The reference is that of the payment; it is booked once."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    tokens: Decimal = Field(gt=0, le=1_000_000, decimal_places=2)
    reference: str = Field(min_length=1, max_length=100)
    note: str | None = Field(None, max_length=200)


class Correction(BaseModel):
    """What was wrong with a balance: added, or, below zero, taken."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    tokens: Decimal = Field(ge=-1_000_000, le=1_000_000, decimal_places=2)
    reason: str = Field(min_length=1, max_length=200)

    @field_validator("tokens")
    @classmethod
    def of_something(cls, tokens: Decimal) -> Decimal:
        if not tokens:
            raise ValueError("must not be zero")
        return tokens


class Ban(BaseModel):
    """Why somebody is banned: for the audit log, not for them."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: str = Field(min_length=1, max_length=200)


class Unban(BaseModel):
    """Why somebody is not banned any more."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: str | None = Field(None, max_length=200)


class PauseOrder(BaseModel):
    """What an admin wants paused, or resumed."""

    model_config = ConfigDict(extra="forbid")

    subject: str = Field("all", max_length=120)  # all, capability:image, model:sdxl
    reason: str | None = Field(None, max_length=200)


class Pause(BaseModel):
    """What is paused now."""

    subject: str
    reason: str | None = None
    ends_in_seconds: float | None = None  # it failed everywhere; None: an admin paused it, until an admin resumes it
    ends_at: datetime | None = None  # the same as a moment


class PauseList(BaseModel):
    pauses: list[Pause]


class WorkerView(BaseModel):
    worker_id: str
    name: str
    state: str
    slots: int
    running: int
    models: list[str]
    warm: list[str]
    seen_seconds_ago: float
    aside_seconds: float | None = None  # put aside for that long: it failed where others succeeded


class SystemStatus(BaseModel):
    """What /admin status shows."""

    queued: int
    running: int
    completed_today: int
    failed_today: int
    oldest_wait_seconds: float | None
    workers: list[WorkerView]
    pauses: list[Pause]
    deliveries_due: int
    deliveries_dead: int
    leader: str | None


class AdminUserView(BaseModel):
    account: AccountView
    recent_jobs: list[dict[str, Any]]
