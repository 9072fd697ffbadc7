"""What would pass in the place of what is refused, each change by itself: pure."""

from dataclasses import replace
from decimal import Decimal

from scheduler.catalogue.model import (
    CHARACTERS_OF_A_TOKEN,
    PIXELS_OF_ONE_PRICE,
    SECONDS_OF_ONE_PRICE,
    SMALLEST_PART,
    TOKENS_OF_ONE_PRICE,
    Model,
    Work,
    price,
    units,
)
from scheduler.errors import Fact
from scheduler.jobs.model import JobRequest
from scheduler.plans.choice import Market, makes, pause_of, suited
from scheduler.plans.extent import lasts, seconds_of, side_within, size_of, work_for
from scheduler.plans.model import Plan, Tokens

BRIEFEST = 50  # tokens of language: fewer are hardly an answer


def alternative(request: JobRequest, instead_of: Model | None, plan: Plan, market: Market, left: Tokens) -> str | None:
    """The best other model that would make the like now: the plan has it and the size, nothing of it is paused, a live
    worker makes what is asked, and what is left pays for it."""
    others = (one for one in suited(request, market) if instead_of is None or are_alike(one, instead_of))
    return next((one.id for one in others if would_pass(request, one, plan, market, left)), None)


def are_alike(one: Model, other: Model) -> bool:
    """Whether one may stand in for the other: music is no speech, and titles are no answers."""
    of_a_kind = (one.default_seconds is None, one.max_tokens is None) == (
        other.default_seconds is None,
        other.max_tokens is None,
    )
    return one.id != other.id and of_a_kind


def would_pass(request: JobRequest, model: Model, plan: Plan, market: Market, left: Tokens) -> bool:
    width, height = size_of(request, model)
    return (
        plan.allows(model.id)
        and plan.makes(width, height)
        and pause_of(model, market) is None
        and lasts(model, seconds_of(request, model))
        and makes(model, width, height, market.online)
        and price(model, work_for(request, model)) <= left
    )


def within(left: Tokens, request: JobRequest, model: Model, plan: Plan, market: Market) -> dict[str, Fact]:
    """The changes that what is left pays for, the slightest first: fewer, smaller, shorter, briefer, another model."""
    if left <= 0:
        return {}
    work = work_for(request, model)
    changes: dict[str, Fact] = {
        "fewer": fewer(left, model, work),
        "smaller": smaller(left, request, model, work),
        "shorter": shorter(left, request, model, work),
        "briefer": briefer(left, model, work),
        "alternative": alternative(request, model, plan, market, left),
    }
    return {name: change for name, change in changes.items() if change is not None}


def fewer(left: Tokens, model: Model, work: Work) -> int | None:
    """How many at a time."""
    return int(left // per_unit(model, work, count=1)) or None


def smaller(left: Tokens, request: JobRequest, model: Model, work: Work) -> int | None:
    """The longest side, of the same shape. A size that nobody asked for is the model's own and stays."""
    if not (request.width or request.height) or work.width * work.height <= PIXELS_OF_ONE_PRICE:
        return None
    least = per_unit(model, replace(work, width=0, height=0), count=work.count)
    parts = int(left / least / SMALLEST_PART)
    pixels = int(parts * SMALLEST_PART * PIXELS_OF_ONE_PRICE)
    return side_within(work.width, work.height, pixels) if left >= least else None


def shorter(left: Tokens, request: JobRequest, model: Model, work: Work) -> int | None:
    """How many seconds. Speech takes what its words take, a film what its clips do."""
    begun = SECONDS_OF_ONE_PRICE.get(model.capability)
    if begun is None or model.default_seconds is None or request.film is not None:
        return None
    return int(left // per_unit(model, replace(work, seconds=0.0), count=work.count)) * begun or None


def briefer(left: Tokens, model: Model, work: Work) -> int | None:
    """How many tokens of language the answer of a language model may have; its question's are paid, too."""
    if not model.max_tokens:
        return None
    paid = int(left // per_unit(model, replace(work, characters=0, tokens=0), count=work.count)) * TOKENS_OF_ONE_PRICE
    rest = paid - -(-work.characters // CHARACTERS_OF_A_TOKEN)
    return rest if rest >= BRIEFEST else None


def per_unit(model: Model, work: Work, count: int) -> Decimal:
    """What so many cost, before it is rounded up."""
    return model.price_tokens * units(model.capability, work) * count
