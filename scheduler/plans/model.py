"""What a plan allows, and what admission must know of an account to decide."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel

Tokens = Decimal  # two decimals, as numeric(12, 2)


@dataclass(frozen=True, slots=True)
class Plan:
    """One row of `plans`."""

    id: int
    name: str
    tier: str
    daily_token_limit: int
    requests_per_minute: int
    max_concurrent_jobs: int
    max_waiting_jobs: int
    priority: int
    max_resolution: int
    allowed_models: frozenset[str]
    price_cents: int
    max_pixels: int | None = None  # of one picture; None: the square of max_resolution

    def allows(self, model: str) -> bool:
        return "*" in self.allowed_models or model in self.allowed_models

    def makes(self, width: int, height: int) -> bool:
        """Whether a picture of this size is within the plan: its longest side, and its pixels."""
        return max(width, height) <= self.max_resolution and (
            self.max_pixels is None or width * height <= self.max_pixels
        )

    @property
    def max_open_jobs(self) -> int:
        """Jobs a user may have that did not end yet: those that run and those that wait."""
        return self.max_concurrent_jobs + self.max_waiting_jobs


@dataclass(slots=True)
class Standing:
    """An account as admission sees and changes it, request by request, inside one batch."""

    user_id: int
    plan_id: int
    balance: Tokens
    allowance_day: date
    allowance_used: Tokens
    open_jobs: int
    rate_tat: datetime  # GCRA's theoretical arrival time
    banned: bool
    last_seq: int


class PlanView(BaseModel):
    """A plan as the API shows it."""

    name: str
    tier: str
    daily_token_limit: int
    requests_per_minute: int
    max_concurrent_jobs: int
    max_waiting_jobs: int
    max_resolution: int  # pixels of the longest side
    max_pixels: int  # of one picture
    allowed_models: list[str]
    price_cents: int
