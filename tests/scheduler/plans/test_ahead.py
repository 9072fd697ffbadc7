"""A job that starts later meets the limits twice: as it is asked for, and as it joins the line."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from scheduler.accounts.model import Caller, Pause, Platform
from scheduler.catalogue.model import Capability, Model
from scheduler.errors import Code, Refusal
from scheduler.jobs.agenda.model import booking, request_of
from scheduler.jobs.decisions import params_of
from scheduler.jobs.model import JobRequest, Status
from scheduler.jobs.submits import Submit
from scheduler.plans.ahead import decide_ahead, decide_due
from scheduler.plans.choice import Market
from scheduler.plans.limits import Admission
from scheduler.plans.model import Plan, Standing
from scheduler.uploads.model import Picture

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ANN = Caller(7, Platform.WEB, "1", "web", False, True, "en")
PLAN = Plan(1, "Pro", "pro", 100, 5, 1, 5, 2, 2048, frozenset({"*"}), 0)
MADE: dict[str, tuple[Capability, dict[str, Any]]] = {
    "sdxl": (Capability.IMAGE, {"max_steps": 150}),
    "animator": (Capability.VIDEO, {"default_seconds": 4.0, "max_seconds": 8.0}),
    "compose": (Capability.VIDEO, {"default_seconds": 10.0, "max_seconds": 120.0}),
    "speaker": (Capability.AUDIO, {}),
    "composer": (Capability.AUDIO, {"default_seconds": 30.0, "max_seconds": 180.0}),
    "chat": (Capability.TEXT, {"max_tokens": 4000}),
}
MODELS = {
    name: Model(name, name, "", capability, Decimal(1), 1024, 1024, 10, True, **more)
    for name, (capability, more) in MADE.items()
}
AWAKE = dict.fromkeys(MODELS, 4096)
MARKET = Market(MODELS, (PLAN,), AWAKE, AWAKE, {}, AWAKE, AWAKE)
NOTHING = Decimal(0)
ONE, TWO = UUID(int=1), UUID(int=2)


def standing(**changes: Any) -> Standing:
    base = Standing(7, 1, Decimal(0), NOON.date(), Decimal(0), 0, NOON - timedelta(days=9), False, 5)
    return replace(base, **changes)


@pytest.mark.parametrize(
    "wish",
    [
        {"model": "sdxl", "count": 4, "steps": 75, "width": 1536, "height": 1003},
        {"width": 200},
        {"model": "sdxl", "picture": TWO, "strength": 0.4},
        {"capability": "video", "model": "animator", "seconds": 6.5},
        {"capability": "audio", "model": "speaker", "prompt": "well " * 90},
        {"capability": "audio", "model": "composer", "mood": "calm"},
        {"capability": "text", "model": "chat", "max_tokens": 900, "count": 2},
    ],
)
def test_what_is_judged_when_it_is_due_is_what_was_asked_for(wish: dict[str, Any]) -> None:
    asked = JobRequest.model_validate({"prompt": "a fox", **wish})
    picture = Picture(TWO, "uploads/2", 640, 480, False) if asked.picture else None
    submit = Submit(ANN, asked, None, None, None, picture)
    account = standing()
    ahead = decide_ahead(submit.shaped, PLAN, account, MARKET, NOON)
    assert isinstance(ahead, Admission)
    assert (account.open_jobs, account.last_seq, account.allowance_used) == (1, 5, NOTHING)
    assert (ahead.cost > 0, ahead.from_allowance, ahead.from_balance) == (True, NOTHING, NOTHING)

    tat = account.rate_tat
    due = decide_due(request_of(asked.capability, params_of(submit, ahead)), PLAN, account, MARKET, NOON)
    assert isinstance(due, Admission)
    assert due._replace(from_allowance=ahead.from_allowance) == ahead
    assert (account.open_jobs, account.rate_tat, account.last_seq, account.allowance_used) == (1, tat, 6, due.cost)


def test_a_film_is_judged_by_its_length() -> None:
    params = {
        "prompt": "a day",
        "model": "compose",
        "count": 1,
        "seconds": 61.0,
        "width": 640,
        "height": 480,
        "film": {},
    }
    due = decide_due(request_of("video", params), PLAN, standing(), MARKET, NOON)
    assert isinstance(due, Admission)
    assert (due.model.id, due.seconds, due.cost) == ("compose", 61.0, Decimal(61))


def test_when_it_is_due_neither_the_rate_nor_its_place_are_asked_for_again() -> None:
    busy = standing(rate_tat=NOON + timedelta(hours=1), open_jobs=99)
    request = request_of("image", {"prompt": "a fox", "model": "sdxl", "count": 1})
    refusal = decide_ahead(request, PLAN, busy, MARKET, NOON)
    assert isinstance(refusal, Refusal)
    assert refusal.code is Code.RATE_LIMITED
    assert isinstance(decide_due(request, PLAN, busy, MARKET, NOON), Admission)

    poor = replace(busy, allowance_used=Decimal(100))
    before = replace(poor)
    refusal = decide_due(request, PLAN, poor, MARKET, NOON)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, poor) == (Code.OUT_OF_TOKENS, before)


def test_a_pause_is_waited_for_in_line_when_it_is_due() -> None:
    market = replace(MARKET, paused={"all": Pause(subject="all", reason=None, ends_at=None)})
    request = request_of("image", {"prompt": "a fox", "model": "sdxl", "count": 1})
    refusal = decide_ahead(request, PLAN, standing(), market, NOON)
    assert isinstance(refusal, Refusal)
    assert refusal.code is Code.CAPABILITY_PAUSED
    assert isinstance(decide_due(request, PLAN, standing(), market, NOON), Admission)


def test_only_what_must_be_waited_for_is_booked() -> None:
    def asks(**when: Any) -> Any:
        parents = {ONE: Status.COMPLETED, TWO: Status.RUNNING}
        return booking(JobRequest.model_validate({"prompt": "a fox", **when}), parents, NOON)

    assert asks(start_at=NOON - timedelta(days=400), after=[ONE, ONE]) is None
    booked = asks(start_at=NOON + timedelta(days=30), after=[TWO, ONE, TWO])
    assert (booked.start_at, booked.after) == (NOON + timedelta(days=30), (TWO,))
    assert asks(start_at=NOON + timedelta(days=30, seconds=1)).code is Code.TOO_FAR_AHEAD
    assert asks(after=[TWO, UUID(int=3)]).code is Code.NOT_FOUND


def test_a_request_that_says_nothing_of_it_is_the_request_it_always_was() -> None:
    plain, said = JobRequest(prompt="a fox"), JobRequest(prompt="a fox", start_at=None, after=())
    later = JobRequest(prompt="a fox", start_at=NOON)
    hashes = [Submit(ANN, request, None, None, None).request_hash for request in (plain, said, later)]
    assert hashes[0] == hashes[1] != hashes[2]
