"""Whether the plan that a refusal names would let the request pass: pure."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import dropwhile

from scheduler.errors import Code, Refusal
from scheduler.plans.choice import Market, cheapest
from scheduler.plans.model import Plan, Standing


def proven(refusal: Refusal, plans: Sequence[Plan], answer: Callable[[Plan], object]) -> Refusal:
    """The same with the cheapest plan by which the request passes, from the one on that it names because of its own
    limit: nobody is to buy what is refused for another reason. `answer`: what the request would be told by a plan, if
    this limit alone stood in its way for a time (`freed`)."""
    named = refusal.facts.get("upgrade")
    if named is None:
        return refusal
    dearer = dropwhile(lambda plan: plan.name != named, plans)
    return Refusal(refusal.code, {**refusal.facts, "upgrade": cheapest(dearer, lambda p: helps(answer(p), refusal))})


def freed(code: Code, standing: Standing, market: Market, now: datetime) -> tuple[Standing, Market]:
    """Both without what goes by itself, unless it is what was refused (`code`): what it hides may be there to stay."""
    rested = replace(
        standing,
        rate_tat=standing.rate_tat if code is Code.RATE_LIMITED else now,
        open_jobs=standing.open_jobs if code is Code.TOO_MANY_WAITING else 0,
    )
    return rested, market if code is Code.CAPABILITY_PAUSED else replace(market, paused={})


def helps(answer: object, instead_of: Refusal) -> bool:
    """Whether nothing is in the way any more, or only what goes by itself: sooner, where it is the same."""
    if not isinstance(answer, Refusal):
        return True
    if answer.code is not instead_of.code:
        return "refill_at" in answer.facts
    before, after = instead_of.retry_after_seconds, answer.retry_after_seconds
    return before is not None and after is not None and after < before and "refill_at" not in answer.facts
