"""What people read: exact, short, and whole in every language."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from fluent.runtime import FluentResource
from fluent.syntax import ast
from fluent.syntax.visitor import Visitor
from hypothesis import example, given
from hypothesis import strategies as st

from bots.commands import CommandError, Mistake, parse_imagine
from bots.making import Maker, shown
from bots.messenger import TEXT_LIMIT, Picture, Screen
from bots.replies import account, admin, jobs, progress, refusals, results, welcome
from bots.replies.frame import cut, units
from bots.replies.translator import Translator, sources
from scheduler.accounts.model import AdminUserView, Pause, PauseList, SystemStatus, WorkerView
from scheduler.deliveries.model import DeadLetter, DeadLetters, Revived
from scheduler.errors import Code, Fact, Refusal, Refused, Unreachable
from scheduler.jobs.model import JobError, JobView, Status, Wait, Why
from tests.bots.studio import NOW, a_job, an_account, an_artifact

EN = Translator("en")
LOCALES = sorted(sources())
LATER = NOW + timedelta(minutes=2, seconds=20)
PICTURE = Picture(b"png", "tessera.png", 1024, 1024, final=True)
FACTS: dict[Code, dict[str, Fact]] = {
    Code.PROMPT_TOO_LONG: {"length": 100_000, "limit": 2000},
    Code.UNKNOWN_MODEL: {"model": "dall-e", "alternative": "sdxl"},
    Code.NOT_FOUND: {"what": "job"},
    Code.MODEL_NOT_IN_PLAN: {"model": "flux-dev", "plan": "Free", "upgrade": "Pro", "alternative": "sdxl"},
    Code.RESOLUTION_TOO_HIGH: {"asked": 4096, "width": 4096, "height": 4096, "limit": 1024, "plan": "Free"},
    Code.DURATION_TOO_LONG: {"asked": 60.0, "limit": 8.0, "model": "animator"},
    Code.RATE_LIMITED: {"limit": 5, "every_seconds": 12.0, "retry_after_seconds": 8.2, "plan": "Free"},
    Code.TOO_MANY_WAITING: {"limit": 6, "plan": "Free"},
    Code.OUT_OF_TOKENS: {
        "cost": 1, "spendable": 0, "limit": 20, "used": 20, "refill_at": "2026-11-22T00:00:00+00:00",
        "retry_after_seconds": 12_000, "plan": "Free", "upgrade": "Starter",
    },
    Code.CAPABILITY_PAUSED: {"subject": "all", "reason": "new GPUs"},
    Code.NO_WORKER: {"model": "sdxl", "alternative": "painter"},
    Code.ADDRESS_LIMIT: {"limit": 20, "retry_after_seconds": 3600},
    Code.PICTURE_NOT_TAKEN: {"model": "sdxl", "alternative": "painter"},
    Code.PICTURE_MISSING: {"model": "svd", "alternative": "ltx"},
    Code.FILM_MISSING: {"model": "compose", "alternative": "animator"},
    Code.PICTURE_UNFIT: {"fault": "too_many_bytes", "limit": 20 * 2**20},
    Code.TOO_MANY_UPLOADS: {"limit": 60, "retry_after_seconds": 3600},
    Code.OVERLOADED: {"retry_after_seconds": 30},
    Code.UNAVAILABLE: {"retry_after_seconds": 5},
}  # fmt: skip
WORDS = {
    Code.PROMPT_EMPTY: "What should I paint? Write it after the command: /imagine a fox in the snow",
    Code.PROMPT_TOO_LONG: "That prompt has 100,000 characters; 2,000 is the limit.",
    Code.MODEL_NOT_IN_PLAN: "flux-dev comes with Pro.",
    Code.RESOLUTION_TOO_HIGH: "4096×4096 is beyond your plan (1024).",
    Code.DURATION_TOO_LONG: "60 s is longer than animator makes (8 s).",
    Code.RATE_LIMITED: "Your plan allows 5 requests at once, then one every 12 s. Next one in 9 s.",
    Code.OUT_OF_TOKENS: "You've used today's 20 tokens. New ones at 00:00 UTC, in 3 h 20 min.",
    Code.NO_WORKER: "No worker here runs sdxl. painter is there.",
    Code.TOO_MANY_WAITING: "You have 6 jobs under way, which is what the Free plan holds. One more when one is done.",
    Code.OVERLOADED: "More is waiting than the studio can take. Nothing was charged. Please try again in 30 s.",
}


REFUSED_WHEN_DUE = (  # what `scheduler.plans.limits.decide` can say of a job that is in its turn
    Code.PARENT_FAILED,
    Code.BANNED,
    Code.UNKNOWN_MODEL,
    Code.MODEL_NOT_IN_PLAN,
    Code.CAPABILITY_PAUSED,
    Code.NO_WORKER,
    Code.PICTURE_NOT_TAKEN,
    Code.PICTURE_MISSING,
    Code.FILM_MISSING,
    Code.RESOLUTION_TOO_HIGH,
    Code.DURATION_TOO_LONG,
    Code.OUT_OF_TOKENS,
)


class Variables(Visitor):
    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:
        self.found.add(node.id.name)


def catalogue(locale: str) -> dict[str, set[str]]:
    """Each sentence of a locale with the variables it uses."""
    found: dict[str, set[str]] = {}
    for path in sources()[locale]:
        for entry in FluentResource(path.read_text("utf-8")).body:
            assert not isinstance(entry, ast.Junk), f"{path.name}: {entry.content}"
            if isinstance(entry, ast.Message):
                assert entry.id.name not in found, f"{entry.id.name} stands twice"
                visitor = Variables()
                visitor.visit(entry)
                found[entry.id.name] = visitor.found
    return found


def spoken(screen: Screen) -> str:
    """The text, checked for what must not be read by a person."""
    assert "{" not in screen.text
    assert "none" not in re.findall(r"\w+", screen.text.replace("none is awake", ""))
    for row in screen.buttons:
        for button in row:
            assert button.label
            assert len(button.data.encode()) <= 64
    return screen.text


@pytest.mark.parametrize("locale", LOCALES)
def test_every_locale_has_every_sentence_with_the_same_variables(locale: str) -> None:
    english, other = catalogue("en"), catalogue(locale)
    assert set(other) == set(english)
    for key, variables in other.items():
        assert variables == english[key] - ({"ending"} if "ending" not in variables else set()), key


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("code", list(Code))
def test_every_code_has_a_sentence_in_every_language(code: Code, locale: str) -> None:
    with_facts = refusals.refused(Refusal(code, FACTS.get(code, {})), Translator(locale), NOW, helps=True)
    assert len(spoken(with_facts)) > 10
    assert len(spoken(refusals.refused(Refusal(code), Translator(locale), NOW, helps=True))) > 10


@pytest.mark.parametrize("code", list(WORDS))
def test_refusals_say_which_limit_and_when_it_frees(code: Code) -> None:
    assert refusals.refused(Refusal(code, FACTS.get(code, {})), EN, NOW).text == WORDS[code]


@pytest.mark.parametrize(
    ("model", "does"),
    [
        ("image", "makes pictures"),
        ("video", "makes videos"),
        ("audio", "makes sound"),
        ("text", "writes"),
        ("chat", "answers questions"),
    ],
)
def test_without_any_worker_the_capability_is_named_and_not_as_a_model(model: str, does: str) -> None:
    text = refusals.refused(Refusal(Code.NO_WORKER, {"model": model}), EN, NOW).text
    assert text == f"There is no worker here yet that {does}. Nothing was charged."


def test_a_request_that_costs_more_than_is_left_says_both() -> None:
    facts = FACTS[Code.OUT_OF_TOKENS] | {"cost": 3, "spendable": 1.5}
    text = refusals.refused(Refusal(Code.OUT_OF_TOKENS, facts), EN, NOW).text
    assert text == "That costs 3 tokens; you have 1.5 left. New ones at 00:00 UTC, in 3 h 20 min."


@pytest.mark.parametrize(("upgrade", "advice"), [(None, "Please ask for less at a time."), ("Pro", "Pro has enough.")])
def test_what_no_day_pays_for_is_not_promised_for_tomorrow(upgrade: str | None, advice: str) -> None:
    facts: dict[str, Fact] = {"cost": 21, "spendable": 20, "limit": 20, "plan": "Free", "upgrade": upgrade}
    text = refusals.refused(Refusal(Code.OUT_OF_TOKENS, facts), EN, NOW).text
    assert text == f"That costs 21 tokens, more than the Free plan has in a day (20). {advice}"


SHORT: dict[str, Fact] = {"cost": 12, "spendable": 5, "limit": 20, "plan": "Free", "upgrade": "Pro"}


@pytest.mark.parametrize(
    ("changes", "sentence", "labels"),
    [
        ({"fewer": 1, "alternative": "painter"}, "What you have is enough for one.", ["Only 1", "Use painter"]),
        ({"fewer": 3}, "What you have is enough for 3.", ["Only 3"]),
        ({"smaller": 1448}, "With 1448 on the longest side, what you have is enough.", ["Make it 1448"]),
        ({"briefer": 700}, "What you have is enough for a shorter answer.", ["A shorter answer"]),
        ({"shorter": 90}, "What you have is enough for 90 s.", ["Make it 90 s"]),
        ({"alternative": "painter"}, "With painter, what you have is enough.", ["Use painter"]),
    ],
)
def test_what_is_left_is_proposed_before_a_plan(changes: dict[str, Fact], sentence: str, labels: list[str]) -> None:
    screen = refusals.refused(Refusal(Code.OUT_OF_TOKENS, SHORT | changes), EN, NOW, helps=True)
    assert spoken(screen).endswith(f"(20). Please ask for less at a time. {sentence}")
    assert [button.label for button in screen.buttons[0]] == labels
    for locale in LOCALES:
        assert spoken(refusals.refused(Refusal(Code.OUT_OF_TOKENS, SHORT | changes), Translator(locale), NOW))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("code", [Code.CAPABILITY_PAUSED, Code.DURATION_TOO_LONG, Code.RESOLUTION_TOO_HIGH])
def test_another_model_that_would_do_is_named_with_its_button(code: Code, locale: str) -> None:
    refusal = Refusal(code, FACTS[code] | {"alternative": "painter"})
    screen = refusals.refused(refusal, Translator(locale), NOW, helps=True)
    assert "painter" in spoken(screen)
    assert screen.buttons[0][-1].data == "use:painter"


def test_what_is_too_long_is_offered_as_long_as_it_may_be() -> None:
    refusal = Refusal(Code.DURATION_TOO_LONG, FACTS[Code.DURATION_TOO_LONG] | {"shorter": 8.0})
    ((button,),) = refusals.refused(refusal, EN, NOW, helps=True).buttons
    assert (button.label, button.data) == ("Make it 8 s", "shorter:8")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("code", [Code.CAPABILITY_PAUSED, Code.TOO_MANY_WAITING])
def test_when_it_frees_is_said_where_it_is_known(code: Code, locale: str) -> None:
    tr = Translator(locale)
    text = spoken(refusals.refused(Refusal(code, FACTS[code] | {"retry_after_seconds": 540}), tr, NOW))
    assert tr.span(540) in text
    assert tr.span(540) not in spoken(refusals.refused(Refusal(code, FACTS[code]), tr, NOW))


@pytest.mark.parametrize("locale", LOCALES)
def test_who_has_more_under_way_than_a_smaller_plan_holds_reads_both(locale: str) -> None:
    facts: dict[str, Fact] = {"open": 30, "limit": 6, "plan": "Free"}
    text = spoken(refusals.refused(Refusal(Code.TOO_MANY_WAITING, facts), Translator(locale), NOW))
    assert all(word in text for word in ("30", "6", "Free"))


def test_a_size_that_no_worker_makes_is_not_blamed_on_the_plan() -> None:
    facts = {"asked": 4096, "width": 4096, "height": 4096, "limit": 2048}
    text = refusals.refused(Refusal(Code.RESOLUTION_TOO_HIGH, facts), EN, NOW).text
    assert text == "4096×4096 is more than that model makes here (2048)."


def test_helping_buttons_appear_only_where_they_work() -> None:
    refusal = Refusal(Code.MODEL_NOT_IN_PLAN, FACTS[Code.MODEL_NOT_IN_PLAN])
    assert refusals.refused(refusal, EN, NOW).buttons == ()
    ((use,),) = refusals.refused(refusal, EN, NOW, helps=True).buttons
    assert (use.label, use.data) == ("Use sdxl", "use:sdxl")
    refusal = Refusal(Code.RESOLUTION_TOO_HIGH, FACTS[Code.RESOLUTION_TOO_HIGH])
    ((fit,),) = refusals.refused(refusal, EN, NOW, helps=True).buttons
    assert (fit.label, fit.data) == ("Make it 1024", "fit:1024")


NAMES = (
    "model", "alternative", "plan", "upgrade", "what", "reason", "limit", "length", "cost", "spendable", "asked",
    "every_seconds", "retry_after_seconds", "refill_at", "fewer", "smaller", "shorter", "briefer", "open",
)  # fmt: skip
VALUES = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(0, 1e9) | st.text(max_size=50)


@given(st.sampled_from(list(Code)), st.dictionaries(st.sampled_from(NAMES), VALUES))
@example(Code.TOO_MANY_WAITING, {"open": 9, "limit": 3, "plan": "Free", "retry_after_seconds": 4.0})
def test_no_facts_make_a_refusal_fail(code: Code, facts: dict[str, Fact]) -> None:
    screen = refusals.refused(Refusal(code, facts), EN, NOW, helps=True)
    assert screen.text
    assert all(len(button.data.encode()) <= 64 for row in screen.buttons for button in row)


@pytest.mark.parametrize("locale", LOCALES)
def test_who_holds_more_than_the_plan_is_told_no_time(locale: str) -> None:
    """One place that frees is not enough."""
    facts: dict[str, Fact] = {"open": 9, "limit": 3, "plan": "Free"}
    said = [
        refusals.refused(Refusal(Code.TOO_MANY_WAITING, facts | more), Translator(locale), NOW).text
        for more in ({}, {"retry_after_seconds": 4.0})
    ]
    assert said[0] == said[1]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("words", ["", "x" * 2001, "a --foo 1", "a --seed", "a --size no", "a --size 9", "a --seed no",
                                   "a --count 9", "a --model " + "m" * 101])  # fmt: skip
def test_every_mistake_has_words(words: str, locale: str) -> None:
    with pytest.raises(CommandError) as caught:
        parse_imagine(words)
    assert len(spoken(refusals.worded(caught.value, Translator(locale), NOW))) > 10


def test_all_mistakes_are_worded_and_a_seed_limit_has_no_separators() -> None:
    error = CommandError(Mistake.BAD_SEED, value="x", limit=2147483647)
    assert refusals.worded(error, EN, NOW).text == "A seed is a whole number from 0 to 2147483647; x is not."
    assert "can't reach the studio" in refusals.worded(Unreachable(), EN, NOW).text
    assert refusals.worded(Refused.because(Code.BANNED), EN, NOW).text.startswith("This account is closed")


@pytest.mark.parametrize("locale", LOCALES)
def test_a_job_that_starts_later_is_told_of_in_every_language(locale: str) -> None:
    tr = Translator(locale)
    for why in (Why.START_TIME, Why.PARENT):
        job = a_job(status=Status.CREATED, wait=Wait(position=0, seconds=None, why=why, until=LATER))
        assert "20:42" in spoken(progress.waiting(job, tr, NOW))
        assert tr("jobs-later") in spoken(jobs.listing([job], tr, LATER))
    said = set()
    for code in REFUSED_WHEN_DUE:
        error = JobError(code=code, message="So it is.")
        text = spoken(results.failed(a_job(status=Status.FAILED, error=error), tr, "SDXL"))
        assert tr("failed-other") not in text
        assert "So it is" not in text
        said.add(text)
    assert len(said) == len(REFUSED_WHEN_DUE)
    error = JobError(code=Code.CONFLICT, message="So it is.")
    assert spoken(results.failed(a_job(status=Status.FAILED, error=error), tr, "SDXL")) not in said


@pytest.mark.parametrize(
    ("wait", "line"),
    [
        (Wait(position=1, seconds=2, why=Why.NEXT), "Next in line · about 2 s · 1 token"),
        (Wait(position=3, seconds=40, why=Why.TURN), "Third in line · about 40 s · 1 token"),
        (Wait(position=11, seconds=None, why=Why.TURN), "11th in line · 1 token"),
        (Wait(position=22, seconds=601, why=Why.TURN), "22nd in line · about 10 min · 1 token"),
        (
            Wait(position=1, seconds=None, why=Why.OWN_JOBS),
            "Waiting for your other job: your plan runs one at a time · 1 token",
        ),
        (
            Wait(position=1, seconds=None, why=Why.NO_WORKER, until=datetime(2026, 11, 22, 18, tzinfo=UTC)),
            "Waiting for a worker with SDXL: none is awake. I'll keep your place until 18:00 UTC · 1 token",
        ),
        (
            Wait(position=0, seconds=None, why=Why.START_TIME, until=NOW + timedelta(hours=1)),
            "Waiting until 21:40 UTC · 1 token",
        ),
        (
            Wait(position=0, seconds=None, why=Why.START_TIME, until=datetime(2026, 12, 1, 9, tzinfo=UTC)),
            "Waiting until 2026-12-01 09:00 UTC · 1 token",
        ),
        (
            Wait.model_validate({"position": 3, "seconds": 40, "why": "of a newer scheduler"}),
            "Waiting · 1 token",
        ),
        (Wait(position=0, seconds=None, why=Why.PARENT), "Waiting for your other job to be done · 1 token"),
        (
            Wait(position=0, seconds=None, why=Why.PARENT, until=NOW + timedelta(hours=1)),
            "Waiting for your other job to be done, and not before 21:40 UTC · 1 token",
        ),
    ],
)
def test_waiting_in_plain_words(wait: Wait, line: str) -> None:
    screen = progress.waiting(a_job(wait=wait), EN, NOW, model="SDXL", at_once=1)
    assert spoken(screen) == f"🎨 a red sunset over the sea\n{line}"
    assert [button.label for button in screen.buttons[0]] == ["Cancel"]


def test_discord_counts_down_by_itself_and_shows_the_readers_own_time() -> None:
    tr = Translator("en", "discord")
    wait = Wait(position=2, seconds=60, why=Why.TURN)
    soon = int((NOW + timedelta(seconds=60)).timestamp())
    assert f"Second in line · <t:{soon}:R>" in progress.waiting(a_job(wait=wait), tr, NOW).text
    text = refusals.refused(Refusal(Code.OUT_OF_TOKENS, FACTS[Code.OUT_OF_TOKENS]), tr, NOW).text
    assert "New ones at <t:1795305600:t>, in 3 h 20 min" in text


@pytest.mark.parametrize(
    ("fraction", "left", "line"),
    [
        (None, None, "Painting"),
        (0.6, 1.0, "60 % · 1 s left"),
        (0.999, None, "99 %"),
        (1.0, 0.0, "Here it comes"),
        (0.5, 75, "50 % · 75 s left"),
    ],
)
def test_a_run_says_how_far_it_is(fraction: float | None, left: float | None, line: str) -> None:
    screen = progress.running(a_job(status=Status.RUNNING), EN, fraction, left)
    assert screen.text == f"🎨 a red sunset over the sea\n{line}"


def test_who_pressed_cancel_is_not_offered_it_again() -> None:
    screen = progress.running(a_job(status=Status.RUNNING, cancel_requested=True), EN, 0.5)
    assert (screen.text.splitlines()[-1], screen.buttons) == ("Stopping", ())


def done(**changes: Any) -> JobView:
    job = a_job(status=Status.COMPLETED, wait=None, **changes)
    return job.model_copy(update={"artifacts": [an_artifact(job.id)]})


def labels(screen: Screen) -> list[str]:
    return [button.label for row in screen.buttons for button in row]


def test_a_result_has_its_small_line_and_its_buttons() -> None:
    screen = results.completed(done(), EN, an_account(), "painter (no GPU)", PICTURE)
    assert spoken(screen) == "a red sunset over the sea\npainter (no GPU) · seed 7 · 1 token, 19 left today"
    assert labels(screen) == ["Again", "Variation"]


def test_larger_is_offered_only_where_the_plan_has_room() -> None:
    assert "Larger" in labels(results.completed(done(width=512, height=512), EN, an_account(), "x", PICTURE))


def test_a_balance_is_not_called_left_today() -> None:
    account = an_account()
    account.tokens.balance, account.tokens.spendable = Decimal(100), Decimal(119)
    assert results.completed(done(), EN, account, "x", PICTURE).text.endswith("1 token, 119 left")


def test_several_pictures_are_counted() -> None:
    assert "4 pictures · seed 7 · 4 tokens" in (
        results.completed(done(count=4, cost_tokens=Decimal(4)), EN, an_account(), "x", PICTURE).text
    )


def test_a_long_prompt_is_cut_and_stands_whole_behind_the_dots() -> None:
    screen = results.completed(done(prompt="😀" * 2000), EN, an_account(), "painter", PICTURE)
    assert units(screen.text) <= TEXT_LIMIT
    assert screen.text.splitlines()[0].endswith("😀…")
    assert labels(screen)[-1] == "⋯"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("code", [*sorted(results.REASONS), "something_new"])
def test_every_failure_says_why_and_that_the_token_is_back(code: str, locale: str) -> None:
    error = JobError(code=code, message="the picture you sent is not an image I can read")
    screen = results.failed(
        a_job(status=Status.FAILED, error=error, cost_tokens=Decimal(0), tokens_back=Decimal(1)),
        Translator(locale),
        "SDXL",
    )
    assert spoken(screen)
    if locale == "en":
        assert screen.text.endswith("Your token is back.")
    assert bool(screen.buttons) == (code != "bad_request")


@pytest.mark.parametrize(
    ("used", "back", "line"),
    [
        ("0", "0", "Cancelled."),
        ("0", "1", "Cancelled. Your token is back."),
        ("0", "2.50", "Cancelled. Your 2.5 tokens are back."),
        ("0.47", "2.53", "Cancelled. 0.47 tokens were used, 2.53 are back."),
        ("1", "1", "Cancelled. 1 token was used, 1 is back."),
        ("2", "0", "Cancelled. 2 tokens were used."),
    ],
)
def test_a_cancelled_job_says_what_was_used_and_what_came_back(used: str, back: str, line: str) -> None:
    job = a_job(cost_tokens=Decimal(used), tokens_back=Decimal(back))
    assert results.cancelled(job, EN).text.splitlines()[-1] == line


def test_an_expired_picture_is_quoted_before_it_is_made_again() -> None:
    screen = results.quote(done(), EN)
    assert screen.text.endswith("That has expired; I'll make it again from its seed: 1 token")
    assert labels(screen) == ["Make it again"]


@given(st.text(max_size=3000), st.sampled_from(LOCALES))
def test_every_screen_of_a_job_fits_a_caption(prompt: str, locale: str) -> None:
    tr, job = Translator(locale), a_job(prompt=prompt)
    screens = [
        progress.waiting(job, tr, NOW, moved=True),
        progress.running(job, tr, 0.5, 3),
        results.completed(done(prompt=prompt), tr, an_account(), "painter (no GPU)", PICTURE),
        results.failed(job, tr, "painter"),
        results.cancelled(job, tr),
    ]
    assert all(units(screen.text) <= TEXT_LIMIT for screen in screens)


@given(st.text(), st.integers(1, 60))
def test_a_cut_text_fits_and_is_the_beginning(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert units(short) <= limit
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


def test_the_first_word_and_help() -> None:
    assert spoken(welcome.start(an_account(), EN, name="Ann")) == (
        "Hello Ann. Tell me what you would like to see and I'll paint it: just write it.\n"
        "You have 20 tokens a day on the Free plan; a picture costs 1."
    )
    assert "write /imagine" in spoken(welcome.start(an_account(), EN, plain_words=False))
    assert "/imagine a fox in the snow" in spoken(welcome.help_(EN))
    assert "/ask" not in spoken(welcome.help_(EN, makers=shown(Maker, answers=False)))
    assert "\n/ask why is the sky blue?\n/usage" in spoken(welcome.help_(EN, makers=shown(Maker, answers=True)))
    assert "along with /imagine or /video" in spoken(welcome.help_(EN))
    assert "/video" not in spoken(welcome.help_(EN, makers=[Maker.IMAGINE]))
    assert "--model painter, sdxl\n" in spoken(welcome.help_(EN, ["painter", "sdxl"]))
    assert len({welcome.surprise(EN, number) for number in range(50)}) == welcome.SURPRISES


def test_usage() -> None:
    me = an_account()
    text = spoken(account.usage(me, [me.today, me.today], EN, NOW))
    assert text.splitlines() == [
        "Free plan · 1 of 20 tokens used today, 19 left",
        "New ones at 00:00 UTC, in 3 h 20 min",
        "Today: 1 done, 0 failed",
        "Last 2 days: 2 done, 2 tokens",
    ]


def test_the_list_of_jobs_has_a_way_to_cancel() -> None:
    waiting = a_job(wait=Wait(position=2, seconds=3, why=Why.TURN))
    running = a_job(status=Status.RUNNING, wait=None, started_at=NOW)
    screen = jobs.listing([waiting, running, done(), a_job(status=Status.FAILED, prompt="x\n" * 200)], EN, LATER)
    assert spoken(screen).splitlines()[1:4] == [
        "1. a red sunset over the sea · Second in line · seed 7 · 2 min ago",
        "2. a red sunset over the sea · under way · seed 7 · 2 min ago",
        "3. a red sunset over the sea · done · seed 7 · 2 min ago",
    ]
    assert labels(screen) == ["Cancel 1", "Cancel 2"]
    assert jobs.listing([], EN, NOW).buttons == ()


def test_a_job_at_hand_of_its_worker_is_next() -> None:
    job = a_job(status=Status.RUNNING, wait=Wait(position=1, seconds=2, why=Why.NEXT))
    assert "Next in line" in jobs.listing([job], EN, LATER).text
    assert spoken(progress.opening(job, EN, NOW)).endswith("\nNext in line · about 2 s · 1 token")


def test_discord_keeps_counting_how_long_ago_a_job_was_asked_for() -> None:
    screen = jobs.listing([a_job()], Translator("en", "discord"), LATER)
    assert spoken(screen).endswith(f" · seed 7 · <t:{int(NOW.timestamp())}:R>")


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "1 s ago"), (179, "2 min ago"), (8_000, "2 h ago"), (200_000, "2 d ago")]
)
def test_how_long_ago(seconds: int, words: str) -> None:
    assert EN.ago(NOW, NOW + timedelta(seconds=seconds)) == words


@pytest.mark.parametrize("locale", LOCALES)
def test_the_remaining_words_are_whole(locale: str) -> None:
    tr, me = Translator(locale), an_account()
    worker = WorkerView(
        worker_id="w", name="gpu", state="ready", slots=2, running=1, models=["sdxl"], warm=[], seen_seconds_ago=1.5
    )
    aside = worker.model_copy(update={"name": "gpu-2", "aside_seconds": 200.0})
    letter = DeadLetter(
        job_id=UUID(int=7), user="telegram:42", bot_id="b", error="unknown outcome", tries=20, age_seconds=90
    )
    system = SystemStatus(
        queued=1, running=2, completed_today=3, failed_today=4, oldest_wait_seconds=5.0, workers=[worker, aside],
        pauses=[Pause(subject="all", reason="new GPUs"), Pause(subject="model:sdxl", ends_in_seconds=90)],
        deliveries_due=0, deliveries_dead=0, leader="a",
    )  # fmt: skip
    screens = [
        admin.status(system, tr),
        admin.user(AdminUserView(account=me, recent_jobs=[]), tr),
        admin.granted(me, Decimal(5), tr),
        admin.corrected(me, Decimal(-5), tr),
        *(admin.banned(an_account(banned=True, open_jobs=open_jobs), tr) for open_jobs in (0, 1, 2, 5)),
        admin.banned(me, tr),
        admin.paused(PauseList(pauses=[]), tr),
        admin.letters(DeadLetters(letters=[letter]), tr),
        admin.letters(DeadLetters(letters=[]), tr),
        *(admin.retried(Revived(count=count), tr) for count in (0, 1, 3)),
        admin.usage(tr),
        welcome.start(me, tr),
        welcome.help_(tr),
        welcome.unknown_command(tr),
        account.usage(me, [me.today], tr, NOW),
        jobs.listing([], tr, NOW),
        jobs.nothing_to_cancel(tr),
        refusals.trying_again(tr),
        refusals.gave_up(tr, helps=True),
        *(progress.opening(a_job(status=status), tr, NOW) for status in Status),
    ]
    assert all(spoken(screen) for screen in screens)
    assert all(jobs.note(note, tr) for note in jobs.Note)
    assert "Queued" not in admin.status(system, tr).text


def test_an_unknown_language_is_answered_in_english() -> None:
    assert Translator("tlh-QO").locale == "en"
    assert Translator("de_AT").locale == "de"
    with pytest.raises(KeyError):
        Translator("de")("no-such-sentence")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 s"), (8.2, "9 s"), (90, "90 s"), (91, "2 min"), (3600, "1 h"), (12_000, "3 h 20 min"), (86_400, "1 d"),
     (90_001, "1 d 2 h")],
)  # fmt: skip
def test_lengths_of_time(seconds: float, words: str) -> None:
    assert EN.span(seconds) == words


def test_how_long_a_piece_is_or_may_be_is_told_to_the_second() -> None:
    assert [EN.length(seconds) for seconds in (9.5, 90, 99, 120, 500)] == [
        "10 s",
        "90 s",
        "1 min 39 s",
        "2 min",
        "8 min 20 s",
    ]
    facts: dict[str, Fact] = {"model": "composer", "asked": 500.0, "limit": 110.0, "shorter": 110}
    refusal = refusals.refused(Refusal(Code.DURATION_TOO_LONG, facts), EN, NOW, helps=True)
    assert refusal.text == "8 min 20 s is longer than composer makes (1 min 50 s)."
    assert [button.label for row in refusal.buttons for button in row] == ["Make it 1 min 50 s"]
