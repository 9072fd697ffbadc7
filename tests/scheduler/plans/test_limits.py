"""The limits, as pure rules."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.accounts.model import Pause
from scheduler.catalogue.model import Capability, Model
from scheduler.errors import Code, Refusal
from scheduler.jobs.model import JobRequest
from scheduler.plans import limits
from scheduler.plans.choice import Market
from scheduler.plans.limits import Admission, decide
from scheduler.plans.model import Plan, Standing

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = NOON.date()


def plan(name: str = "Free", **changes: object) -> Plan:
    base = Plan(1, name, name.lower(), 20, 5, 1, 5, 0, 1024, frozenset({"sdxl", "painter"}), 0)
    return replace(base, **changes)  # type: ignore[arg-type]  # the fields of a plan


FREE = plan()
STARTER = plan("Starter", daily_token_limit=120, max_resolution=1536, price_cents=500)
PRO = plan(
    "Pro",
    daily_token_limit=300,
    max_resolution=2048,
    price_cents=1200,
    allowed_models=frozenset({"sdxl", "painter", "flux-dev"}),
)
ADMIN = plan("Admin", daily_token_limit=999_999, max_resolution=4096, allowed_models=frozenset({"*"}))
PLANS = (FREE, STARTER, PRO, ADMIN)


def model(name: str, rank: int, price: int = 1) -> Model:
    return Model(name, name, "", Capability.IMAGE, Decimal(price), 1024, 1024, rank, True)


MODELS = {one.id: one for one in (model("sdxl", 10), model("flux-dev", 30, 3), model("painter", 90))}
ALL_AWAKE = dict.fromkeys(MODELS, 4096)
MARKET = Market(MODELS, PLANS, ALL_AWAKE, ALL_AWAKE, {})


def standing(**changes: object) -> Standing:
    long_ago = datetime(2000, 1, 1, tzinfo=UTC)
    base = Standing(7, 1, Decimal(0), TODAY, Decimal(0), 0, long_ago, False, 0)
    return replace(base, **changes)  # type: ignore[arg-type]  # the fields of a standing


def ask(**changes: object) -> JobRequest:
    return JobRequest.model_validate({"prompt": "a fox", **changes})


def refusal(request: JobRequest, of: Standing, by: Plan = FREE, market: Market = MARKET) -> Refusal:
    decision = decide(request, by, of, market, NOON)
    assert isinstance(decision, Refusal)
    return decision


def admission(request: JobRequest, of: Standing, by: Plan = FREE, market: Market = MARKET) -> Admission:
    decision = decide(request, by, of, market, NOON)
    assert isinstance(decision, Admission)
    return decision


# The size


@pytest.mark.parametrize(
    ("width", "height", "limit"),
    [(1536, 1536, 1248), (2048, 1024, 1760), (1024, 2048, 1760), (2048, 2048, 1248), (1536, 1016, None)],
)
def test_pixels_are_limited_beside_the_longest_side(width: int, height: int, limit: int | None) -> None:
    """1.5625 million of them: more than the Starter plan's default size, less than its square."""
    by = replace(STARTER, max_resolution=2048, max_pixels=1250**2)
    wish = ask(model="sdxl", width=width, height=height)
    if limit is None:
        assert admission(wish, standing(), by)
        return
    said = refusal(wish, standing(), by)

    assert said.code is Code.RESOLUTION_TOO_HIGH
    assert said.facts["limit"] == limit
    assert (said.facts["pixels"], said.facts["max_pixels"]) == (width * height, 1250**2)
    assert said.facts["upgrade"] == ("Starter" if max(width, height) <= 1536 else "Pro")
    scale = limit / max(width, height)
    assert admission(ask(model="sdxl", width=int(width * scale), height=int(height * scale)), standing(), by)


@given(st.integers(8, 512), st.integers(8, 512), st.integers(64**2, 4096**2))
def test_what_a_refusal_offers_is_within_the_plan(width: int, height: int, pixels: int) -> None:
    by = replace(STARTER, max_resolution=2048, max_pixels=pixels)
    wide, high = width * 8, height * 8
    limit = limits.longest_side(wide, high, by)
    scale = limit / max(wide, high)
    if limit > 64:
        assert by.makes(int(wide * scale) // 8 * 8, int(high * scale) // 8 * 8)


# The order of refusals


def test_what_no_waiting_would_mend_is_said_first() -> None:
    worst = standing(banned=True, rate_tat=NOON + timedelta(hours=1), open_jobs=99, allowance_used=Decimal(20))
    said = []
    request = ask(model="flux-dev", width=4096)
    said.append(refusal(request, worst).code)
    worst.banned = False
    said.append(refusal(request, worst).code)
    request = ask(model="sdxl", width=4096)
    said.append(refusal(request, worst).code)
    request = ask(model="sdxl")
    said.append(refusal(request, worst).code)
    worst.rate_tat = NOON
    said.append(refusal(request, worst).code)
    worst.open_jobs = 0
    said.append(refusal(request, worst).code)

    assert said == [
        Code.BANNED,
        Code.MODEL_NOT_IN_PLAN,
        Code.RESOLUTION_TOO_HIGH,
        Code.RATE_LIMITED,
        Code.TOO_MANY_WAITING,
        Code.OUT_OF_TOKENS,
    ]


@pytest.mark.parametrize(
    "changes",
    [{"banned": True}, {"rate_tat": NOON + timedelta(hours=1)}, {"open_jobs": 6}, {"allowance_used": Decimal(20)}],
)
def test_a_refusal_changes_nothing(changes: dict[str, object]) -> None:
    before = standing(allowance_day=TODAY - timedelta(days=1) if "allowance_used" not in changes else TODAY, **changes)
    after = replace(before)

    assert refusal(ask(), after)
    assert after == before


@pytest.mark.parametrize("prompt", ["", "   ", "\n\t"])
def test_an_empty_prompt_is_refused(prompt: str) -> None:
    assert limits.check_prompt(prompt) == Refusal(Code.PROMPT_EMPTY)


def test_a_long_prompt_is_told_its_length() -> None:
    assert limits.check_prompt("x" * 2_000) is None
    assert limits.check_prompt("x" * 100_000) == Refusal(Code.PROMPT_TOO_LONG, {"length": 100_000, "limit": 2_000})


# What helps


def test_a_model_of_another_plan_names_the_upgrade_and_what_would_do_instead() -> None:
    assert dict(refusal(ask(model="flux-dev"), standing()).facts) == {
        "model": "flux-dev",
        "plan": "Free",
        "upgrade": "Pro",
        "alternative": "sdxl",
    }


def test_a_size_beyond_the_plan_names_the_cheapest_that_has_it() -> None:
    facts = refusal(ask(width=1536, height=512), standing()).facts

    assert (facts["asked"], facts["limit"], facts["plan"], facts["upgrade"]) == (1536, 1024, "Free", "Starter")


def test_a_size_that_no_plan_sells_has_no_upgrade() -> None:
    assert refusal(ask(width=4096), standing()).facts["upgrade"] is None


def test_an_empty_purse_says_when_it_fills_and_how_much_is_missing() -> None:
    facts = refusal(ask(count=4), standing(allowance_used=Decimal(18), balance=Decimal(1))).facts

    assert facts == {
        "cost": 4.0,
        "spendable": 3.0,
        "used": 18.0,
        "limit": 20,
        "refill_at": "2026-11-22T00:00:00+00:00",
        "retry_after_seconds": 12 * 3600.0,
        "plan": "Free",
        "upgrade": "Starter",
        "fewer": 3,
    }


@pytest.mark.parametrize(
    ("used", "balance", "cost", "upgrade", "refills"),
    [
        (20, 0, 1, "Starter", True),  # 100 would be left of Starter's 120
        (19, 0, 20, "Starter", True),
        (20, 1, 21, "Starter", True),  # the balance and a new day
        (0, 0, 21, "Starter", False),
        (20, 0, 110, "Pro", False),  # Starter has 120, but not today
        (0, 0, 301, None, False),
    ],
)
def test_only_what_would_be_enough_is_offered(
    used: int, balance: int, cost: int, upgrade: str | None, refills: bool
) -> None:
    priced = replace(MARKET, models=MODELS | {"sdxl": model("sdxl", 10, cost)})
    account = standing(allowance_used=Decimal(used), balance=Decimal(balance))
    facts = refusal(ask(model="sdxl"), account, market=priced).facts

    assert (facts["upgrade"], "refill_at" in facts, "retry_after_seconds" in facts) == (upgrade, refills, refills)


def test_an_unknown_model_offers_another() -> None:
    assert refusal(ask(model="dall-e"), standing()) == Refusal(
        Code.UNKNOWN_MODEL, {"model": "dall-e", "alternative": "sdxl"}
    )


def test_what_is_paused_says_why() -> None:
    market = replace(MARKET, paused={"model:sdxl": Pause(subject="model:sdxl", reason="new weights")})

    assert refusal(ask(model="sdxl"), standing(), market=market) == Refusal(
        Code.CAPABILITY_PAUSED, {"subject": "model:sdxl", "reason": "new weights", "alternative": "painter"}
    )
    assert admission(ask(), standing(), market=market).model.id == "painter"


@pytest.mark.parametrize("wish", [{"model": "sdxl"}, {}])
def test_a_pause_that_ends_by_itself_says_when(wish: dict[str, object]) -> None:
    pause = Pause(subject="all", reason="it fails", ends_at=NOON + timedelta(minutes=9))

    assert refusal(ask(**wish), standing(), market=replace(MARKET, paused={"all": pause})).facts == {
        "subject": "all",
        "reason": "it fails",
        "ends_at": "2026-11-21T12:09:00+00:00",
        "retry_after_seconds": 540.0,
        "alternative": None,
    }


def test_when_all_is_paused_no_other_model_helps() -> None:
    market = replace(MARKET, paused={"all": Pause(subject="all", reason="moving house")})

    facts = refusal(ask(), standing(), market=market).facts
    assert facts == {"subject": "all", "reason": "moving house", "alternative": None}


def test_of_several_pauses_the_one_is_told_that_lets_something_pass_first() -> None:
    soon, later = (NOON + timedelta(minutes=minutes) for minutes in (3, 9))
    of_all = Pause(subject="all", reason="tests", ends_at=soon)
    of_sdxl = Pause(subject="model:sdxl", reason="new weights", ends_at=later)
    of_painter = Pause(subject="model:painter", reason="for good")
    market = replace(MARKET, paused={pause.subject: pause for pause in (of_all, of_sdxl, of_painter)})

    assert refusal(ask(model="sdxl"), standing(), market=market).facts["subject"] == "model:sdxl"
    assert refusal(ask(model="painter"), standing(), market=market).facts["subject"] == "model:painter"
    assert refusal(ask(), standing(), market=market).retry_after_seconds == 540.0
    by = replace(PRO, allowed_models=frozenset({"flux-dev"}))
    assert refusal(ask(), standing(), by, market).retry_after_seconds == 180.0  # flux-dev waits for the first alone


@pytest.mark.parametrize(
    ("changes", "left", "alternative"),
    [
        ({}, 20, "painter"),
        ({"online": {"sdxl": 4096}}, 20, None),
        ({"online": {"painter": 512}}, 20, None),
        ({}, 0, None),
    ],
)
def test_what_is_offered_instead_would_be_admitted_now(
    changes: dict[str, Mapping[str, int]], left: int, alternative: str | None
) -> None:
    pause = Pause(subject="model:sdxl", reason="new weights")
    market = replace(MARKET, paused={"model:sdxl": pause}, **changes)  # type: ignore[arg-type]  # sides by model
    poor = standing(allowance_used=Decimal(20 - left))
    offered = refusal(ask(model="sdxl", width=1024), poor, market=market).facts["alternative"]

    assert offered == alternative
    if alternative:
        assert admission(ask(model=alternative, width=1024), poor, market=market)


# What is left is enough for something


ARTIST = plan(allowed_models=frozenset({"flux-dev", "painter"}), max_resolution=2048)


@pytest.mark.parametrize(
    ("wish", "left", "changes"),
    [
        ({"model": "flux-dev", "count": 4}, "5", {"fewer": 1, "alternative": "painter"}),
        ({"model": "flux-dev", "count": 4}, "11.99", {"fewer": 3, "alternative": "painter"}),
        ({"model": "flux-dev"}, "2.99", {"alternative": "painter"}),
        ({"model": "painter", "count": 2}, "0.5", {}),
        ({"model": "painter"}, "0", {}),
        ({"width": 2048, "model": "flux-dev"}, "11", {"smaller": 1912, "alternative": "painter"}),
        ({"width": 2048, "height": 1024, "model": "painter"}, "1.99", {"smaller": 1912}),
        ({"width": 2048, "model": "painter", "count": 2}, "4", {"fewer": 1, "smaller": 1448}),
    ],
)
def test_too_costly_a_picture_is_told_what_it_would_take(
    wish: dict[str, object], left: str, changes: dict[str, object]
) -> None:
    poor = standing(allowance_used=20 - Decimal(left))
    facts = refusal(ask(**wish), poor, ARTIST).facts

    assert {name: facts[name] for name in CHANGES if name in facts} == changes
    for name, change in changes.items():
        assert admission(changed(ask(**wish), name, change), replace(poor), ARTIST)


def changed(asked: JobRequest, name: str, change: Any) -> JobRequest:
    """The request with what its refusal names."""
    if name == "smaller":
        sides = (asked.width or 8, asked.height or asked.width or 8)
        width, height = (int(side * change / max(sides)) for side in sides)
        return asked.model_copy(update={"width": width, "height": height})
    return asked.model_copy(update={{"fewer": "count", "alternative": "model"}[name]: change})


CHANGES = ("fewer", "smaller", "shorter", "briefer", "alternative")


@pytest.mark.parametrize(
    ("wish", "left", "changes"),
    [
        ({"capability": "video", "seconds": 8}, "2", {"shorter": 4}),
        ({"capability": "video", "seconds": 8, "count": 2}, "3", {"shorter": 3}),
        ({"capability": "audio", "seconds": 95}, "9.5", {"shorter": 90}),
        ({"capability": "audio", "model": "speaker", "prompt": "x" * 1200}, "2", {}),
        ({"capability": "text", "model": "chat"}, "0.75", {"briefer": 998}),
        ({"capability": "text", "model": "chat", "count": 2}, "1.99", {"fewer": 1, "briefer": 998}),
        ({"capability": "text", "model": "chat", "count": 2}, "0.99", {}),
        ({"capability": "text", "model": "chat", "prompt": "x" * 3801}, "0.5", {}),
        ({"capability": "text", "model": "writer", "prompt": "x" * 4001}, "0.25", {}),
    ],
)
def test_too_costly_a_sound_or_video_is_told_how_long_it_may_be(
    wish: dict[str, object], left: str, changes: dict[str, object]
) -> None:
    """Music is never offered for speech, nor titles for an answer."""
    poor = standing(allowance_used=20 - Decimal(left))
    facts = refusal(ask(**wish), poor, ANY, STUDIO).facts

    assert {name: facts[name] for name in CHANGES if name in facts} == changes
    for name, field in (("shorter", "seconds"), ("briefer", "max_tokens")):
        if isinstance(longest := facts.get(name), int):
            assert admission(ask(**wish | {field: longest}), poor, ANY, STUDIO)
            assert refusal(ask(**wish | {field: longest + 1}), poor, ANY, STUDIO)


# Models and workers


def test_without_a_model_the_best_that_is_awake_is_chosen() -> None:
    asleep = replace(MARKET, online={"painter": 2048})

    assert admission(ask(), standing()).model.id == "sdxl"
    assert admission(ask(), standing(), market=asleep).model.id == "painter"
    assert admission(ask(), standing(), market=replace(MARKET, online={})).model.id == "sdxl"


def test_a_model_that_starts_from_a_picture_is_for_those_who_give_one() -> None:
    """Without a picture it is neither chosen nor made, and with one it is as any other."""
    words, pictures = {"painter": 2048}, {"painter": 2048, "sdxl": 2048}
    market = replace(MARKET, offered=words, online=words, offered_from_picture=pictures, online_from_picture=pictures)

    assert admission(ask(), standing(), market=market).model.id == "painter"
    assert admission(ask(picture=uuid4()), standing(), market=market).model.id == "sdxl"
    assert refusal(ask(model="sdxl"), standing(), market=market) == Refusal(
        Code.PICTURE_MISSING, {"model": "sdxl", "alternative": "painter"}
    )
    alone = replace(market, offered={}, online={})
    assert refusal(ask(), standing(), market=alone) == Refusal(
        Code.PICTURE_MISSING, {"model": "sdxl", "alternative": None}
    )


def test_a_model_that_no_worker_ever_offered_is_refused() -> None:
    market = replace(MARKET, offered={"painter": 2048}, online={"painter": 2048})

    assert refusal(ask(model="sdxl"), standing(), market=market) == Refusal(
        Code.NO_WORKER, {"model": "sdxl", "alternative": "painter"}
    )
    assert refusal(ask(), standing(), market=replace(MARKET, offered={}, online={})).code is Code.NO_WORKER


def test_a_size_that_no_worker_ever_made_is_refused_whatever_the_plan_says() -> None:
    market = replace(MARKET, offered={"painter": 1536}, online={"painter": 1536})

    assert admission(ask(width=1536), standing(), ADMIN, market)
    said = refusal(ask(model="painter", width=1544), standing(), ADMIN, market).facts
    assert (said["limit"], said["smaller"], said["model"], said["alternative"]) == (1536, 1536, "painter", None)


def test_a_size_beyond_a_model_s_workers_names_what_lives_and_who_makes_it() -> None:
    offered, online = {"sdxl": 1536, "painter": 4096}, {"sdxl": 1024, "painter": 2048}
    market = replace(MARKET, offered=offered, online=online)
    said = refusal(ask(model="sdxl", width=2048), standing(), ADMIN, market).facts

    assert (said["limit"], said["smaller"], said["alternative"]) == (1536, 1024, "painter")
    assert refusal(ask(model="sdxl", width=4096), standing(), ADMIN, market).facts["alternative"] is None


def test_a_size_beyond_the_plan_offers_none_that_no_worker_makes() -> None:
    market = replace(MARKET, offered={"sdxl": 512}, online={"sdxl": 512})
    said = refusal(ask(width=2048), standing(), FREE, market).facts

    assert (said["limit"], said["smaller"]) == (1024, 512)


def test_a_size_goes_to_the_model_that_can_make_it() -> None:
    market = replace(MARKET, offered={"sdxl": 1024, "painter": 2048}, online={"sdxl": 1024, "painter": 2048})

    assert admission(ask(width=1024), standing(), ADMIN, market).model.id == "sdxl"
    assert admission(ask(width=2048), standing(), ADMIN, market).model.id == "painter"


# Sizes and prices


@pytest.mark.parametrize(
    ("asked", "made"),
    [
        ({}, (1024, 1024)),
        ({"width": 512}, (512, 512)),
        ({"height": 777}, (776, 776)),
        ({"width": 64, "height": 71}, (64, 64)),
    ],
)
def test_sizes_are_whole_steps_never_larger_than_asked(asked: dict[str, int], made: tuple[int, int]) -> None:
    granted = admission(ask(**asked), standing())

    assert (granted.width, granted.height) == made


@given(st.integers(64, 1024), st.integers(64, 1024))
def test_no_size_within_the_plan_is_ever_enlarged(width: int, height: int) -> None:
    granted = admission(ask(width=width, height=height), standing())

    assert width - 8 < granted.width <= width
    assert height - 8 < granted.height <= height
    assert granted.width % 8 == granted.height % 8 == 0


@pytest.mark.parametrize(
    ("side", "count", "cost"), [(64, 1, "1"), (1024, 1, "1"), (1024, 4, "4"), (1536, 1, "2.25"), (2048, 2, "8")]
)
def test_the_price_grows_with_pixels_and_pictures(side: int, count: int, cost: str) -> None:
    assert admission(ask(width=side, count=count), standing(), ADMIN).cost == Decimal(cost)


# The rate


@given(
    n=st.integers(1, 1000),
    gaps=st.lists(st.integers(0, 40_000_000), min_size=1, max_size=60),
    start=st.integers(0, 10**12),
)
def test_no_window_ever_sees_more_than_the_burst_and_the_rate(n: int, gaps: list[int], start: int) -> None:
    """GCRA: at most n + t * n / 60 in any window of t seconds; compared in whole numbers."""
    by = plan(requests_per_minute=n, daily_token_limit=10**6, max_waiting_jobs=10**6)
    account = standing(allowance_day=date(2000, 1, 1))
    passed: list[int] = []
    now = start
    for gap in gaps:
        now += gap
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=now)
        if isinstance(decide(ask(), by, account, MARKET, moment), Admission):
            passed.append(now)
    for first in range(len(passed)):
        for last in range(first, len(passed)):
            assert (last - first + 1) * 60_000_000 <= n * 60_000_000 + (passed[last] - passed[first]) * n


@given(st.integers(1, 1000))
def test_the_burst_is_exactly_the_plan_s_and_the_wait_told_is_enough(n: int) -> None:
    by = plan(requests_per_minute=n, daily_token_limit=10**6, max_waiting_jobs=10**6)
    account = standing()
    answers = [decide(ask(), by, account, MARKET, NOON) for _ in range(n + 1)]

    assert all(isinstance(answer, Admission) for answer in answers[:n])
    refused = answers[n]
    assert isinstance(refused, Refusal)
    assert refused.code is Code.RATE_LIMITED
    wait = timedelta(seconds=refused.retry_after_seconds or 0)
    assert isinstance(decide(ask(), by, account, MARKET, NOON + wait), Admission)


def test_a_refused_request_costs_no_rate() -> None:
    account = standing()
    for _ in range(5):
        admission(ask(), account)
    for _ in range(100):
        assert refusal(ask(), account).retry_after_seconds == 12.0


# Tokens


@given(
    used=st.decimals(0, 40, places=2),
    balance=st.decimals(0, 40, places=2),
    counts=st.lists(st.integers(1, 4), max_size=40),
)
def test_the_allowance_is_spent_first_and_no_purse_becomes_negative(
    used: Decimal, balance: Decimal, counts: list[int]
) -> None:
    by = plan(requests_per_minute=600, max_waiting_jobs=1000)
    account = standing(allowance_used=used, balance=balance)
    for count in counts:
        left_before, balance_before = limits.allowance_left(by, account), account.balance
        decision = decide(ask(count=count), by, account, MARKET, NOON)
        if isinstance(decision, Refusal):
            assert decision.code is Code.OUT_OF_TOKENS
            assert left_before + balance_before < count
            continue
        assert decision.from_allowance + decision.from_balance == decision.cost == count
        assert decision.from_balance == 0 or decision.from_allowance == left_before
        assert account.balance == balance_before - decision.from_balance >= 0
        assert account.allowance_used <= max(used, Decimal(by.daily_token_limit))


def test_the_twenty_first_token_of_the_day_is_refused() -> None:
    assert admission(ask(), standing(allowance_used=Decimal(19)))
    assert refusal(ask(), standing(allowance_used=Decimal(20))).code is Code.OUT_OF_TOKENS


def test_a_smaller_plan_never_leaves_a_negative_allowance() -> None:
    assert limits.allowance_left(FREE, standing(allowance_used=Decimal(250))) == 0


@given(st.integers(-400, 400))
def test_a_day_moves_forward_only(days: int) -> None:
    before = standing(allowance_used=Decimal(5))
    after = limits.renew_day(before, TODAY + timedelta(days=days))

    assert after.allowance_day == max(TODAY, TODAY + timedelta(days=days))
    assert after.allowance_used == (0 if days > 0 else 5)
    assert before == standing(allowance_used=Decimal(5))


# What takes time


ANIMATOR = Model("animator", "", "", Capability.VIDEO, Decimal("0.5"), 1024, 576, 90, True, 6.0, 8.0)
COMPOSER = Model("composer", "", "", Capability.AUDIO, Decimal(1), 1024, 1024, 90, True, 20.0, 120.0)
SPEAKER = Model("speaker", "", "", Capability.AUDIO, Decimal("0.25"), 1024, 1024, 95, True)
WRITER = Model("writer", "", "", Capability.TEXT, Decimal("0.25"), 1024, 1024, 90, True)
CHAT = Model("chat", "", "", Capability.TEXT, Decimal("0.5"), 1024, 1024, 95, True, max_tokens=1000)
MAKERS = {one.id: one for one in (ANIMATOR, COMPOSER, SPEAKER, WRITER, CHAT)}
STUDIO = Market(MAKERS, PLANS, dict.fromkeys(MAKERS, 4096), dict.fromkeys(MAKERS, 4096), {})
ANY = plan(allowed_models=frozenset(MAKERS))


@pytest.mark.parametrize(
    ("wish", "size", "seconds", "cost"),
    [
        ({"capability": "video"}, (1024, 576), 6.0, "3.00"),
        ({"capability": "video", "seconds": 4.2}, (1024, 576), 4.2, "2.50"),
        ({"capability": "audio"}, (0, 0), 20.0, "2.00"),
        ({"capability": "audio", "seconds": 120, "width": 4096}, (0, 0), 120.0, "12.00"),
        ({"capability": "audio", "model": "speaker", "prompt": "x" * 1200, "seconds": 1}, (0, 0), 100.0, "2.50"),
        ({"capability": "text"}, (0, 0), 0.0, "0.25"),
    ],
)
def test_time_is_what_was_asked_for_or_the_models_own_or_what_the_words_take(
    wish: dict[str, object], size: tuple[int, int], seconds: float, cost: str
) -> None:
    said = admission(ask(**wish), standing(), ANY, STUDIO)

    assert ((said.width, said.height), said.seconds, said.cost) == (size, seconds, Decimal(cost))


def test_what_is_longer_than_the_model_makes_is_refused() -> None:
    said = refusal(ask(capability="video", seconds=60), standing(), ANY, STUDIO)

    assert said == Refusal(
        Code.DURATION_TOO_LONG, {"asked": 60.0, "limit": 8.0, "model": "animator", "shorter": 8.0, "alternative": None}
    )


def test_what_is_too_long_for_one_model_may_be_none_for_another() -> None:
    ltx = replace(ANIMATOR, id="ltx", rank=95, max_seconds=None)
    sides = dict.fromkeys([*MAKERS, "ltx"], 4096)
    market = Market(MAKERS | {"ltx": ltx}, PLANS, sides, sides, {})
    by = plan(allowed_models=frozenset({*MAKERS, "ltx"}), daily_token_limit=100)

    assert refusal(ask(capability="video", seconds=60), standing(), by, market).facts["alternative"] == "ltx"


@pytest.mark.parametrize(
    ("model", "asked", "steps", "cost"),
    [
        ("flux-dev", None, 0, "3.00"),
        ("flux-dev", 50, 50, "3.00"),
        ("flux-dev", 75, 75, "4.50"),
        ("flux-dev", 200, 100, "6.00"),
        ("painter", 200, 0, "1.00"),
    ],
)
def test_more_than_the_usual_steps_cost_more_where_the_model_has_steps(
    model: str, asked: int | None, steps: int, cost: str
) -> None:
    models = {
        "flux-dev": Model("flux-dev", "", "", Capability.IMAGE, Decimal(3), 1024, 1024, 1, True, max_steps=100),
        "painter": Model("painter", "", "", Capability.IMAGE, Decimal(1), 1024, 1024, 90, True),
    }
    market = Market(models, PLANS, dict.fromkeys(models, 4096), dict.fromkeys(models, 4096), {})
    said = admission(ask(model=model, steps=asked), standing(), plan(allowed_models=frozenset(models)), market)

    assert (said.steps, said.cost) == (steps, Decimal(cost))


@pytest.mark.parametrize(
    ("wish", "max_tokens", "cost"),
    [
        ({}, 1000, "1.00"),
        ({"max_tokens": 900}, 900, "0.50"),
        ({"max_tokens": 900, "prompt": "x" * 401, "count": 2}, 900, "2.00"),
        ({"max_tokens": 50_000}, 1000, "1.00"),
        ({"model": "writer", "max_tokens": 50_000}, 0, "0.25"),
    ],
)
def test_of_an_answer_is_held_what_it_may_become(wish: dict[str, object], max_tokens: int, cost: str) -> None:
    said = admission(ask(**{"capability": "text", "model": "chat", **wish}), standing(), ANY, STUDIO)

    assert (said.max_tokens, said.cost) == (max_tokens, Decimal(cost))
