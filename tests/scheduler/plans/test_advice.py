"""Whoever follows what a refusal says gets further."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scheduler.accounts.model import Pause
from scheduler.catalogue.model import Capability, Model
from scheduler.errors import Code, Refusal
from scheduler.jobs.model import JobRequest
from scheduler.plans.choice import Market
from scheduler.plans.limits import Admission, decide
from scheduler.plans.model import Plan, Standing

FREES = {Code.RATE_LIMITED, Code.TOO_MANY_WAITING, Code.CAPABILITY_PAUSED}  # what stands in the way for a time
NOON = datetime(2026, 11, 21, 12, 0, 0, 123_457, tzinfo=UTC)
ALL = frozenset({"sdxl", "flux-dev", "painter", "ltx", "composer", "chat"})
SOME = frozenset({"sdxl", "painter", "composer", "chat"})
FREE = Plan(1, "Free", "free", 20, 5, 1, 5, 0, 1024, SOME, 0)
STARTER = Plan(2, "Starter", "starter", 120, 15, 2, 20, 1, 1536, SOME | {"ltx"}, 500)
PRO = Plan(3, "Pro", "pro", 300, 30, 3, 50, 2, 2048, ALL, 1200, 1536**2)
ADMIN = Plan(4, "Admin", "admin", 999_999, 600, 16, 1000, 3, 4096, frozenset("*"), 0)
PLANS = {plan.name: plan for plan in (FREE, STARTER, PRO, ADMIN)}
MODELS = {
    "sdxl": Model("sdxl", "", "", Capability.IMAGE, Decimal(1), 1024, 1024, 10, True, max_steps=100),
    "flux-dev": Model("flux-dev", "", "", Capability.IMAGE, Decimal(3), 1024, 1024, 30, True),
    "painter": Model("painter", "", "", Capability.IMAGE, Decimal("0.5"), 1024, 1024, 90, True),
    "ltx": Model("ltx", "", "", Capability.VIDEO, Decimal(2), 768, 512, 10, True, 5.0, 10.0),
    "composer": Model("composer", "", "", Capability.AUDIO, Decimal(1), 0, 0, 10, True, 30.0, 120.0),
    "chat": Model("chat", "", "", Capability.TEXT, Decimal(1), 0, 0, 10, True, max_tokens=4000),
}
SIDES = st.sampled_from([512, 1024, 1536, 2048, 4096])
PAUSED = st.dictionaries(
    st.sampled_from(["all", "capability:image", "model:sdxl", "model:flux-dev"]),
    st.none() | st.integers(1, 10**9).map(lambda n: NOON + timedelta(microseconds=n)),
    max_size=2,
)


@st.composite
def requests(draw: st.DrawFn) -> JobRequest:
    model = draw(st.sampled_from([None, *MODELS]))
    capability = (
        MODELS[model].capability if model else draw(st.sampled_from([one.capability for one in MODELS.values()]))
    )
    wish: dict[str, Any] = {"count": draw(st.sampled_from([1, 2, 4]))}
    if capability is not Capability.AUDIO:
        wish |= {"width": draw(st.none() | SIDES), "height": draw(st.none() | SIDES)}
    if capability is Capability.TEXT:
        wish["max_tokens"] = draw(st.sampled_from([None, 900, 1600, 50_000]))
    elif capability is not Capability.IMAGE:
        wish["seconds"] = draw(st.sampled_from([None, 1, 9.5, 20, 130]))
    return JobRequest(prompt=draw(st.sampled_from(["a fox", "x" * 1_999])), model=model, capability=capability, **wish)


MARKETS = st.builds(
    lambda offered, awake, paused: Market(
        MODELS,
        tuple(PLANS.values()),
        offered,
        {name: side for name, side in offered.items() if name in awake},
        {subject: Pause(subject=subject, reason="r", ends_at=end) for subject, end in paused.items()},
    ),
    st.dictionaries(st.sampled_from([*MODELS]), SIDES),
    st.sets(st.sampled_from([*MODELS])),
    st.just(dict[str, datetime | None]()) | PAUSED,
)
STANDINGS = st.builds(
    lambda balance, used, open_jobs, tat: Standing(
        7, 1, Decimal(balance), NOON.date(), Decimal(used), open_jobs, NOON + timedelta(microseconds=tat), False, 0
    ),
    st.sampled_from([0, 1, 5]),
    st.sampled_from([0, 18, 20, 119, 290]),
    st.sampled_from([0, 0, 0, 6, 22, 30, 60]),
    st.just(-1) | st.integers(-1, 60_000_000),
)


@settings(max_examples=1000)
@given(requests(), st.sampled_from([FREE, STARTER, PRO]), STANDINGS, MARKETS)
@example(
    JobRequest(prompt="x" * 1_999, model="chat", capability=Capability.TEXT, count=2),
    FREE,
    Standing(7, 1, Decimal(3), NOON.date(), Decimal(18), 0, NOON, False, 0),
    Market(MODELS, tuple(PLANS.values()), {"chat": 512}, {"chat": 512}, {}),
)
def test_what_a_refusal_says_is_true(request: JobRequest, plan: Plan, standing: Standing, market: Market) -> None:
    def told(asked: JobRequest = request, by: Plan = plan, then: datetime = NOON) -> Admission | Refusal:
        left = {subject: one for subject, one in market.paused.items() if not one.ends_at or one.ends_at > then}
        return decide(asked, by, replace(standing), replace(market, paused=left), then)

    answer = told()
    if not isinstance(answer, Refusal):
        return

    def by_itself(plan: Plan) -> Admission | Refusal:
        """By another plan, once all has gone by that goes by itself; what was refused has not."""
        account, paused = replace(standing), market.paused
        if answer.code is not Code.RATE_LIMITED:
            account.rate_tat = NOON
        if answer.code is not Code.TOO_MANY_WAITING:
            account.open_jobs = 0
        if answer.code is not Code.CAPABILITY_PAUSED:
            paused = {}
        return decide(request, plan, account, replace(market, paused=paused), NOON)

    facts = answer.facts
    if "upgrade" in facts:
        helping = [one.name for one in (STARTER, PRO) if is_better(by_itself(one), answer)]
        assert facts["upgrade"] == (helping[0] if helping else None)
    for change in changes(request, facts):
        assert getattr(told(change), "code", None) not in {answer.code, *Code} - FREES - also_wrong(answer)
    if answer.retry_after_seconds is not None:
        later = told(then=NOON + timedelta(seconds=answer.retry_after_seconds))
        assert not isinstance(later, Refusal) or later.code is not answer.code


def is_better(then: Admission | Refusal, before: Refusal) -> bool:
    """It passes, or will by itself: sooner than before."""
    if isinstance(then, Admission):
        return True
    if then.code is before.code:
        return then.code is Code.RATE_LIMITED and (then.retry_after_seconds or 0) < (before.retry_after_seconds or 0)
    return "refill_at" in then.facts


def also_wrong(answer: Refusal) -> set[Code]:
    """A size within the plan may still be too long or too dear: one thing is said at a time."""
    return {
        Code.RESOLUTION_TOO_HIGH: {Code.DURATION_TOO_LONG, Code.OUT_OF_TOKENS},
        Code.DURATION_TOO_LONG: {Code.OUT_OF_TOKENS},
    }.get(answer.code, set())


def changes(request: JobRequest, facts: Mapping[str, Any]) -> list[JobRequest]:
    """The request with each change that its refusal names."""
    names = {"fewer": "count", "shorter": "seconds", "briefer": "max_tokens", "alternative": "model"}
    made = [{names[name]: facts[name]} for name in names if facts.get(name)]
    if smaller := facts.get("smaller"):
        width, height = request.width or request.height or 1, request.height or request.width or 1
        made.append(
            {name: int(side * smaller / max(width, height)) for name, side in (("width", width), ("height", height))}
        )
    return [request.model_copy(update=change) for change in made]


@pytest.mark.parametrize(("model", "side"), [("flux-dev", 1024), ("sdxl", 1536)])
def test_nobody_is_sold_what_no_worker_makes(model: str, side: int) -> None:
    market = Market(MODELS, tuple(PLANS.values()), {"sdxl": 1024, "painter": 4096}, {"sdxl": 1024}, {})
    account = Standing(7, 1, Decimal(0), NOON.date(), Decimal(0), 0, NOON, False, 0)
    answer = decide(JobRequest(prompt="a fox", model=model, width=side), FREE, account, market, NOON)

    assert isinstance(answer, Refusal)
    assert (answer.facts["plan"], answer.facts["upgrade"]) == ("Free", None)


def test_more_jobs_than_the_plan_holds_need_a_plan_that_holds_more_than_there_are() -> None:
    market = Market(MODELS, tuple(PLANS.values()), {"painter": 4096}, {"painter": 4096}, {})
    account = Standing(7, 1, Decimal(0), NOON.date(), Decimal(0), 22, NOON, False, 0)

    assert decide(JobRequest(prompt="a fox"), FREE, account, market, NOON) == Refusal(
        Code.TOO_MANY_WAITING, {"open": 22, "limit": 6, "plan": "Free", "upgrade": "Pro"}
    )
