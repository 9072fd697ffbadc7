"""What is turned down: early to one person alone, late in public but neutral."""

import asyncio
import sys
from functools import partial
from typing import Any

import pytest

from bots.status import StatusBoard
from scheduler.errors import Code, Refused
from tests.bots.discord.stage import Stage
from tests.rigs.discord import Answer

TOO_LARGE = Refused.because(
    Code.RESOLUTION_TOO_HIGH, asked=4096, width=4096, height=4096, limit=1024, plan="Free", upgrade="Pro"
)
NOT_IN_PLAN = Refused.because(
    Code.MODEL_NOT_IN_PLAN, model="flux-dev", plan="Free", upgrade="Pro", alternative="painter"
)
OUT = Refused.because(
    Code.OUT_OF_TOKENS, cost=1.0, spendable=0.0, limit=20, used=20.0, refill_at="2026-11-22T00:00:00+00:00",
    retry_after_seconds=9000, plan="Free", upgrade="Starter",
)  # fmt: skip


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (TOO_LARGE, "4096×4096 is beyond your plan (1024)."),
        (NOT_IN_PLAN, "flux-dev comes with Pro."),
        (OUT, "You've used today's 20 tokens."),
        (
            Refused.because(Code.RATE_LIMITED, limit=5, every_seconds=12, retry_after_seconds=9, plan="Free"),
            "Your plan allows 5 requests at once",
        ),
    ],
)
async def test_an_early_refusal_is_told_to_one_person_alone(stage: Stage, refusal: Refused, words: str) -> None:
    stage.studio.refusal = refusal
    act = await stage.ann.slash("imagine", prompt="a fox", size="4096x4096")

    assert act.kind is Answer.MESSAGE
    assert act.ephemeral
    assert act.message is not None
    assert act.message.content.startswith(words)
    assert stage.ben.sees() == []
    assert stage.is_clean()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"prompt": "   "}, "What should I paint?"),
        ({"prompt": "x" * 5000}, "That prompt has 5,000 characters; 2,000 is the limit."),
        ({"prompt": "a fox", "size": "round"}, "I can't read the size round."),
        ({"prompt": "a fox", "size": "9x9"}, "A side has 64 to"),
    ],
)
async def test_what_cannot_be_understood_never_reaches_the_scheduler(
    stage: Stage, options: dict[str, Any], words: str
) -> None:
    act = await stage.ann.slash("imagine", **options)

    assert act.ephemeral
    assert act.message is not None
    assert act.message.content.startswith(words)
    assert stage.studio.asked == []
    assert stage.is_clean()


async def test_a_late_refusal_is_neutral_in_public_and_exact_to_the_person(stage: Stage) -> None:
    stage.studio.gate, stage.studio.refusal = asyncio.Event(), OUT
    act = await stage.ann.slash("imagine", prompt="a fox")
    assert act.kind is Answer.DEFERRED
    stage.studio.gate.set()
    exact = await stage.sees(lambda seen: "You've used today's" in seen.content)

    assert exact.ephemeral
    (public,) = stage.ben.sees()
    assert public.content == "This one was not started."
    assert not public.loading
    assert stage.is_clean()


async def test_the_button_under_a_refusal_asks_for_less_with_the_same_words(stage: Stage) -> None:
    stage.studio.refusal = TOO_LARGE
    act = await stage.ann.slash("imagine", prompt="a **fox** --at night", size="4096x2048", seed=7)
    assert act.message is not None
    stage.studio.refusal = None
    again = await stage.ann.clicks(act.message, "Make it 1024")

    assert again.kind is Answer.MESSAGE
    assert not again.ephemeral
    (request,) = stage.studio.asked
    assert (request.prompt, request.width, request.height, request.seed) == ("a **fox** --at night", 1024, 512, 7)
    assert again.message is not None
    assert again.message.embeds == ()
    assert stage.is_clean()


async def test_the_other_model_is_one_press_away(stage: Stage) -> None:
    stage.studio.refusal = NOT_IN_PLAN
    act = await stage.ann.slash("imagine", prompt="a fox", model="flux-dev")
    assert act.message is not None
    stage.studio.refusal = None
    await stage.ann.clicks(act.message, "Use painter")

    (request,) = stage.studio.asked
    assert (request.prompt, request.model) == ("a fox", "painter")
    assert stage.is_clean()


async def test_a_scheduler_out_of_reach_is_asked_again(stage: Stage) -> None:
    stage.studio.reachable = False
    await stage.ann.slash("imagine", prompt="a fox")
    waiting = await stage.sees(lambda seen: "I can't reach the studio" in seen.content)
    stage.studio.reachable = True
    seen = await stage.sees(lambda seen: "Next in line" in seen.content)

    assert seen.id == waiting.id
    assert len(stage.studio.asked) == 1
    stage.studio.end(await stage.kept())
    assert (await stage.sees(lambda seen: seen.attachments)).id == seen.id
    assert stage.is_clean()


async def test_when_the_minute_is_over_a_button_asks_for_the_same_again(
    empty_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = empty_stage
    monkeypatch.setattr(sys.modules["bots.discord.run"], "StatusBoard", partial(StatusBoard, patience_seconds=0.3))
    await stage.start()
    stage.studio.reachable = False
    await stage.ann.slash("imagine", prompt="a fox", size="wide")
    seen = await stage.sees(lambda seen: "Nothing was charged" in seen.content and seen.buttons)
    stage.studio.reachable = True
    act = await stage.ann.clicks(seen, "Try again")

    assert act.message is not None
    assert "Next in line" in act.message.content
    (request,) = stage.studio.asked
    assert (request.prompt, request.width) == ("a fox", 1024)
    assert stage.is_clean()


async def test_without_the_scheduler_settings_say_so(stage: Stage) -> None:
    stage.studio.reachable = False
    act = await stage.ann.slash("usage")
    assert act.ephemeral
    assert act.message is not None
    assert "I can't reach the studio" in act.message.content
    assert stage.is_clean()
