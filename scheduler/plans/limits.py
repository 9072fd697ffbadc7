"""Whether a request may become a job: the rules of every limit, written once, pure.

The order is fixed, so that a person is told first what no waiting would mend: the account, the model, the size; then
what frees by itself: the rate, the waiting jobs, the tokens. A refused request changes nothing.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache, partial
from typing import NamedTuple

from scheduler.catalogue.model import Model, price
from scheduler.errors import Code, Fact, Refusal
from scheduler.jobs.kinds import largest_side
from scheduler.jobs.model import PROMPT_LIMIT, JobRequest
from scheduler.plans.choice import Market, cheapest, choose_model, dated, makes, seconds_until
from scheduler.plans.extent import lasts, max_tokens_of, seconds_of, side_within, size_of, steps_of, work_of
from scheduler.plans.instead import alternative, within
from scheduler.plans.model import Plan, Standing, Tokens
from scheduler.plans.upgrades import freed, proven


class Admission(NamedTuple):
    """An admitted request: what will be made, and what is held for it."""

    model: Model
    width: int
    height: int  # 0 by 0 where there is no size
    steps: int  # 0 where none were asked for, or the model has none
    seconds: float  # 0 where it takes no time
    max_tokens: int  # of language; 0 where no language model answers
    cost: Tokens
    from_allowance: Tokens
    from_balance: Tokens


def check_prompt(prompt: str) -> Refusal | None:
    """The limits of the prompt itself, the same for everybody."""
    if not prompt.strip():
        return Refusal(Code.PROMPT_EMPTY)
    if len(prompt) > PROMPT_LIMIT:
        return Refusal(Code.PROMPT_TOO_LONG, {"length": len(prompt), "limit": PROMPT_LIMIT})
    return None


def decide(request: JobRequest, plan: Plan, standing: Standing, market: Market, now: datetime) -> Admission | Refusal:
    """Admit the request, changing `standing` for the next one in the batch, or say why not."""
    decision = judge(request, plan, standing, market, now)
    if isinstance(decision, Admission):
        return decision
    alone = partial(freed, decision.code, standing, market, now)
    return proven(decision, market.plans, lambda other: judge(request, other, *alone(), now))


def judge(request: JobRequest, plan: Plan, standing: Standing, market: Market, now: datetime) -> Admission | Refusal:
    """The same, with the cheapest plan that lifts the limit which was reached, whatever its other limits say."""
    turned = renew_day(standing, now.date())
    chosen = choose_model(request, plan, market)
    market = market if request.picture is None else market.from_picture()
    if standing.banned:
        return Refusal(Code.BANNED)
    if isinstance(chosen, Refusal):
        return dated(helped(chosen, request, plan, turned, market), market, now)
    width, height = size_of(request, chosen)
    steps = steps_of(request, chosen)
    seconds = seconds_of(request, chosen)
    max_tokens = max_tokens_of(request, chosen)
    cost = price(chosen, work_of(request, width, height, steps, seconds, max_tokens))
    refusal = (
        too_large(chosen, width, height, plan, market)
        or beyond_workers(request, chosen, width, height, plan, turned, market)
        or too_long(request, chosen, seconds, plan, turned, market)
        or too_fast(plan, standing, market.plans, now)
        or too_many(plan, standing, market.plans)
        or out_of_tokens(request, chosen, cost, plan, turned, market, now)
    )
    if refusal:
        return refusal
    allowance = min(cost, allowance_left(plan, turned))
    admission = Admission(chosen, width, height, steps, seconds, max_tokens, cost, allowance, cost - allowance)
    charge(standing, turned, admission, plan, now)
    return admission


def helped(chosen: Refusal, request: JobRequest, plan: Plan, standing: Standing, market: Market) -> Refusal:
    """Why it does not get its model, with another one that it would get now."""
    asked = market.models.get(request.model or "")
    of_the_kind = asked if asked and asked.capability is request.capability else None
    other = alternative(request, of_the_kind, plan, market, spendable(plan, standing))
    return Refusal(chosen.code, {**chosen.facts, "alternative": other})


def charge(standing: Standing, turned: Standing, admission: Admission, plan: Plan, now: datetime) -> None:
    """Write an admission into the standing."""
    standing.allowance_day = turned.allowance_day
    standing.allowance_used = turned.allowance_used + admission.from_allowance
    standing.balance -= admission.from_balance
    standing.rate_tat = max(standing.rate_tat, now) + interval(plan)
    standing.open_jobs += 1
    standing.last_seq += 1


def too_large(model: Model, width: int, height: int, plan: Plan, market: Market) -> Refusal | None:
    if plan.makes(width, height):
        return None
    upgrade = cheapest(market.plans, lambda p: p.makes(width, height))
    limit = longest_side(width, height, plan)
    facts = size_facts(width, height, limit) | {"smaller": min(limit, side_made(model, market))}
    if plan.max_pixels is not None and width * height > plan.max_pixels:
        facts |= {"pixels": width * height, "max_pixels": plan.max_pixels}
    return Refusal(Code.RESOLUTION_TOO_HIGH, facts | {"plan": plan.name, "upgrade": upgrade})


def longest_side(width: int, height: int, plan: Plan) -> int:
    """The longest side that the plan has for a picture of this shape."""
    side = min(max(width, height), plan.max_resolution)
    if plan.max_pixels is None or width * height * side**2 <= plan.max_pixels * max(width, height) ** 2:
        return side
    return side_within(width, height, plan.max_pixels)


def beyond_workers(
    request: JobRequest, model: Model, width: int, height: int, plan: Plan, standing: Standing, market: Market
) -> Refusal | None:
    """No worker ever made such a size, whatever the plan says."""
    if makes(model, width, height, market.offered):
        return None
    facts = size_facts(width, height, largest_side(market.offered[model.id])) | {
        "model": model.id,
        "smaller": side_made(model, market),
        "alternative": alternative(request, model, plan, market, spendable(plan, standing)),
    }
    return Refusal(Code.RESOLUTION_TOO_HIGH, facts)


def size_facts(width: int, height: int, limit: int) -> dict[str, Fact]:
    return {"asked": max(width, height), "width": width, "height": height, "limit": limit}


def side_made(model: Model, market: Market) -> int:
    """The longest side that a live worker makes with the model; where none lives, that any ever made."""
    return largest_side(market.online.get(model.id) or market.offered[model.id])


def too_long(
    request: JobRequest, model: Model, seconds: float, plan: Plan, standing: Standing, market: Market
) -> Refusal | None:
    """Of the model's own bound; a shorter one passes, and maybe another model."""
    if model.max_seconds is None or lasts(model, seconds):
        return None
    facts: dict[str, Fact] = {"asked": seconds, "limit": model.max_seconds, "model": model.id}
    shorter = model.max_seconds if model.default_seconds is not None else None  # otherwise the words decide
    other = alternative(request, model, plan, market, spendable(plan, standing))
    return Refusal(Code.DURATION_TOO_LONG, facts | {"shorter": shorter, "alternative": other})


def interval(plan: Plan) -> timedelta:
    return interval_of(plan.requests_per_minute)


@lru_cache(100)
def interval_of(requests_per_minute: int) -> timedelta:
    """Time between two requests at the rate, in whole microseconds, rounded up: never faster than the rate."""
    return timedelta(microseconds=-(-60_000_000 // requests_per_minute))


def too_fast(plan: Plan, standing: Standing, plans: Iterable[Plan], now: datetime) -> Refusal | None:
    """GCRA (ITU-T I.371): a burst of n requests, then one every 60/n seconds."""
    if standing.rate_tat <= now:
        return None
    burst = interval(plan) * (plan.requests_per_minute - 1)
    wait = standing.rate_tat - now - burst
    if wait <= timedelta(0):
        return None
    facts: dict[str, Fact] = {
        "limit": plan.requests_per_minute,
        "every_seconds": round(60 / plan.requests_per_minute, 2),
        "retry_after_seconds": seconds_until(wait),
        "plan": plan.name,
        "upgrade": cheapest(plans, lambda p: p.requests_per_minute > plan.requests_per_minute),
    }
    return Refusal(Code.RATE_LIMITED, facts)


def too_many(plan: Plan, standing: Standing, plans: Iterable[Plan]) -> Refusal | None:
    """Unfinished jobs: those that may run and those that may wait. It frees when one of them ends, or when more do,
    where there are more than that since the limit was lowered."""
    limit, there = plan.max_open_jobs, standing.open_jobs
    if there < limit:
        return None
    facts: dict[str, Fact] = {"open": there} if there > limit else {}
    upgrade = cheapest(plans, lambda p: p.max_open_jobs > there)
    return Refusal(Code.TOO_MANY_WAITING, facts | {"limit": limit, "plan": plan.name, "upgrade": upgrade})


def out_of_tokens(
    request: JobRequest, model: Model, cost: Tokens, plan: Plan, standing: Standing, market: Market, now: datetime
) -> Refusal | None:
    """The allowance of the day is spent first, then the balance. A new day helps only where its allowance is enough, a
    larger plan only where what is left of its own is."""
    left = spendable(plan, standing)
    if cost <= left:
        return None
    facts: dict[str, Fact] = {
        "cost": plain(cost),
        "spendable": plain(left),
        "used": plain(standing.allowance_used),
        "limit": plan.daily_token_limit,
        "plan": plan.name,
        "upgrade": cheapest(market.plans, lambda p: cost <= spendable(p, standing)),
    }
    if cost <= plan.daily_token_limit + standing.balance:
        refill = next_midnight(now)
        facts |= {
            "refill_at": refill.isoformat(),
            "retry_after_seconds": seconds_until(refill - now),
        }
    return Refusal(Code.OUT_OF_TOKENS, facts | within(left, request, model, plan, market))


def renew_day(standing: Standing, today: date) -> Standing:
    """The standing as of today: the given one, or another with a new allowance. A day only ever moves forward."""
    if today <= standing.allowance_day:
        return standing
    return replace(standing, allowance_day=today, allowance_used=Decimal(0))


def allowance_left(plan: Plan, standing: Standing) -> Tokens:
    """Zero, never less, when the limit was lowered below what is used."""
    return max(Decimal(0), plan.daily_token_limit - standing.allowance_used)


def spendable(plan: Plan, standing: Standing) -> Tokens:
    return allowance_left(plan, standing) + standing.balance


def next_midnight(now: datetime) -> datetime:
    """The turn of the UTC day, when allowances are new."""
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)


def plain(tokens: Tokens) -> float:
    """Tokens as a JSON number."""
    return float(tokens)
