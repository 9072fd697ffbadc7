"""Whether the plan that a refusal names would let the request pass: pure."""

from collections.abc import Callable, Sequence
from itertools import dropwhile

from scheduler.errors import Code, Refusal
from scheduler.plans.choice import cheapest
from scheduler.plans.model import Plan

FREES = {Code.RATE_LIMITED, Code.TOO_MANY_WAITING, Code.CAPABILITY_PAUSED}  # what stands in the way for a time


def proven(refusal: Refusal, plans: Sequence[Plan], answer: Callable[[Plan], object]) -> Refusal:
    """The same with the cheapest plan by which the request passes, from the one on that it names because of its own
    limit: nobody is to buy what is refused for another reason. `answer`: what the request would be told by a plan."""
    named = refusal.facts.get("upgrade")
    if named is None:
        return refusal
    dearer = dropwhile(lambda plan: plan.name != named, plans)
    return Refusal(refusal.code, {**refusal.facts, "upgrade": cheapest(dearer, lambda p: helps(answer(p), refusal))})


def helps(answer: object, instead_of: Refusal) -> bool:
    """Whether nothing is in the way any more, or only what goes by itself: sooner, where it is the same."""
    if not isinstance(answer, Refusal):
        return True
    if answer.code is not instead_of.code:
        return answer.code in FREES or "refill_at" in answer.facts
    before, after = instead_of.retry_after_seconds, answer.retry_after_seconds
    return before is not None and after is not None and after < before and "refill_at" not in answer.facts
