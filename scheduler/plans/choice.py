"""What can be asked for at this moment, and which model a request gets: pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from scheduler.accounts.model import Pause
from scheduler.catalogue.model import Model
from scheduler.errors import Code, Fact, Refusal
from scheduler.films.model import COMPOSE
from scheduler.jobs.kinds import side_of
from scheduler.jobs.model import JobRequest
from scheduler.plans.extent import size_of
from scheduler.plans.model import Plan

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Market:
    """What can be asked for at this moment."""

    models: Mapping[str, Model]
    plans: tuple[Plan, ...]  # cheapest first
    offered: Mapping[str, int]  # model -> longest side that any worker ever offered, without a given picture
    online: Mapping[str, int]  # model -> longest side that a live worker offers
    paused: Mapping[str, Pause]  # by subject: all, capability:image, model:sdxl
    offered_from_picture: Mapping[str, int] = field(default_factory=dict)  # the same of those that can start from one
    online_from_picture: Mapping[str, int] = field(default_factory=dict)

    def sides(self, from_picture: bool) -> Mapping[str, int]:
        """What live workers make, from a given picture or without."""
        return self.online_from_picture if from_picture else self.online

    def from_picture(self) -> "Market":
        """The same for somebody who gives a picture."""
        return replace(self, offered=self.offered_from_picture, online=self.online_from_picture)


def choose_model(request: JobRequest, plan: Plan, market: Market) -> Model | Refusal:
    """The model asked for, or the best of the capability that the plan has and a worker runs."""
    chosen = choose(request, plan, market if request.picture is None else market.from_picture())
    if not isinstance(chosen, Refusal) or chosen.code is not Code.NO_WORKER:
        return chosen
    if request.picture is None:
        with_one = choose(request, plan, market.from_picture())
        if isinstance(with_one, Refusal):
            return chosen
        return Refusal(Code.PICTURE_MISSING, {"model": with_one.id})
    model = request.model or request.capability.value
    if request.model is not None and model not in market.offered:
        return chosen
    return Refusal(Code.PICTURE_NOT_TAKEN, {"model": model})


def choose(request: JobRequest, plan: Plan, market: Market) -> Model | Refusal:
    """The same in a market where all is alike to the request."""
    if request.model is None:
        usable = [m for m in suited(request, market) if plan.allows(m.id) and not pause_of(m, market)]
        offered = [m for m in usable if m.id in market.offered]
        for sides in (market.online, market.offered):
            for candidate in offered:
                if makes(candidate, *size_of(request, candidate), sides):
                    return candidate
        if offered:
            return offered[0]  # the size will be refused
        allowed = [m for m in suited(request, market) if plan.allows(m.id) and m.id in market.offered]
        if held := [pause for m in allowed if (pause := pause_of(m, market))]:
            return paused(min(held, key=ends_at))  # what comes back first
        return Refusal(Code.NO_WORKER, {"model": request.capability.value})
    model = market.models.get(request.model)
    if model is None or not model.is_available or model.capability is not request.capability:
        return Refusal(Code.UNKNOWN_MODEL, {"model": request.model})
    if model.id == COMPOSE and request.film is None:
        return Refusal(Code.FILM_MISSING, {"model": model.id})
    if not plan.allows(model.id):
        upgrade = cheapest(market.plans, lambda p: p.allows(model.id))
        facts: dict[str, Fact] = {"model": model.id, "plan": plan.name, "upgrade": upgrade}
        return Refusal(Code.MODEL_NOT_IN_PLAN, facts)
    if pause := pause_of(model, market):
        return paused(pause)
    if model.id not in market.offered:
        return Refusal(Code.NO_WORKER, {"model": model.id})
    return model


def suited(request: JobRequest, market: Market) -> list[Model]:
    """The available models of its capability, best first; films are made by one model, which makes nothing else."""
    of_films = request.film is not None
    listed = [m for m in market.models.values() if m.capability is request.capability and m.is_available]
    return sorted((m for m in listed if (m.id == COMPOSE) is of_films), key=lambda m: m.rank)


def pause_of(model: Model, market: Market) -> Pause | None:
    """What keeps the model from being used: of several pauses the one that ends last, the widest first."""
    if not market.paused:
        return None
    subjects = ("all", f"capability:{model.capability}", f"model:{model.id}")
    holding = [market.paused[subject] for subject in subjects if subject in market.paused]
    return max(holding, key=ends_at, default=None)


def ends_at(pause: Pause) -> datetime:
    """When it ends by itself; one that an admin must end comes after all others."""
    return pause.ends_at or NEVER


def paused(pause: Pause) -> Refusal:
    return Refusal(Code.CAPABILITY_PAUSED, {"subject": pause.subject, "reason": pause.reason})


def dated(refusal: Refusal, market: Market, now: datetime) -> Refusal:
    """The same; of a pause also when it ends, if that is known."""
    pause = market.paused.get(str(refusal.facts.get("subject")))
    if refusal.code is not Code.CAPABILITY_PAUSED or pause is None or pause.ends_at is None:
        return refusal
    left = seconds_until(max(pause.ends_at - now, timedelta(0)))
    when: dict[str, Fact] = {"ends_at": pause.ends_at.isoformat(), "retry_after_seconds": left}
    return Refusal(refusal.code, {**refusal.facts, **when})


def seconds_until(wait: timedelta) -> float:
    """In whole milliseconds, rounded up: who waits so long does not come too early."""
    return -(-wait // timedelta(milliseconds=1)) / 1000


def makes(model: Model, width: int, height: int, sides: Mapping[str, int]) -> bool:
    """Whether one of the workers behind `sides` makes this size with the model."""
    return side_of(max(width, height)) <= sides.get(model.id, 0)


def cheapest(plans: Iterable[Plan], would_help: Callable[[Plan], bool]) -> str | None:
    """The cheapest plan on sale that would let the request pass."""
    return next((plan.name for plan in plans if plan.price_cents and would_help(plan)), None)
