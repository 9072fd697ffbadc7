"""One message goes from the question to the picture, and its buttons work for ever."""

import pytest

from scheduler.jobs.model import Status
from tests.bots.studio import until
from tests.bots.telegram.conftest import at_work
from tests.bots.telegram.studio import TelegramStudio
from tests.rigs.telegram import FakeBot, FakeTelegram, Person, Seen


def is_result(seen: Seen) -> bool:
    return seen.kind == "photo" and "Again" in seen.button_texts


async def made(ann: Person, studio: TelegramStudio, words: str = "a red sunset over the sea") -> Seen:
    """A finished picture in the chat."""
    before = len(studio.jobs)
    ann.writes(words)
    await until(lambda: len(studio.jobs) > before and bool(studio.deliveries[studio.jobs[-1]].message))
    studio.finish(studio.jobs[-1])
    await until(lambda: studio.posted(studio.jobs[-1]))
    return await ann.waits_for(is_result)


async def test_one_message_from_the_question_to_the_picture(
    ann: Person, bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    ann.writes("/imagine a red sunset over the sea")
    first = await ann.waits_for(lambda seen: "Next in line" in seen.text)
    assert first.text == "🎨 a red sunset over the sea\nNext in line · about 2 s · 1 token"
    assert first.button_texts == ["Cancel"]
    assert first.reply_to is None
    job = studio.jobs[0]
    await until(lambda: bool(studio.deliveries[job].message))
    studio.run(job)
    studio.progress(job, 0.6, preview=1)
    preview = await ann.waits_for(lambda seen: "60 %" in seen.text)
    assert (preview.id, preview.kind) == (first.id, "photo")
    studio.end(job)
    result = await ann.waits_for(is_result)
    assert result.id == first.id
    assert result.text == "a red sunset over the sea\npainter (no GPU) · seed 7 · 1 token, 19 left today"
    assert result.button_texts == ["Again", "Variation"]
    assert len(ann.sees_from_bot()) == 1
    assert len(telegram.calls_of("sendMessage", "sendPhoto")) == 1


async def test_plain_words_in_a_private_chat_are_a_prompt(ann: Person, bot: FakeBot, studio: TelegramStudio) -> None:
    result = await made(ann, studio, "a fox in the snow --size wide --seed 9")
    assert result.text.startswith("a fox in the snow\n")
    asked = studio.asked[0]
    assert (asked.request.width, asked.request.height, asked.request.seed) == (1024, 576, 9)
    assert asked.key == f"{bot.id}:{ann.id}:1"
    assert studio.locales[f"telegram:{ann.id}"] == "en"


async def test_a_long_prompt_is_cut_in_the_caption_and_whole_behind_its_button(
    ann: Person, bot: FakeBot, studio: TelegramStudio
) -> None:
    words = " ".join(["a fox 🦊 in the snow"] * 90)
    result = await made(ann, studio, words)
    assert len(result.text) <= 1024
    press = ann.presses(result, "⋯")
    await ann.waits_for(lambda seen: seen.text == words)
    await press.is_answered_within(5)


@pytest.mark.parametrize(("words", "strength"), [("Again", None), ("Variation", 0.35)])
async def test_a_button_makes_a_new_picture_and_the_old_one_stays(
    ann: Person, bot: FakeBot, studio: TelegramStudio, words: str, strength: float | None
) -> None:
    result = await made(ann, studio)
    press = ann.presses(result, words)
    assert await press.is_answered_within(5) == "On its way"
    fresh = await ann.waits_for(lambda seen: "Next in line" in seen.text)
    assert fresh.id != result.id
    request = studio.asked[-1].request
    assert (request.prompt, request.parent_id, request.strength, request.seed) == (
        "a red sunset over the sea", studio.jobs[0], strength, None,
    )  # fmt: skip
    studio.finish(studio.jobs[1])
    await ann.waits_for(lambda seen: seen.id == fresh.id and is_result(seen))
    assert sum(is_result(seen) for seen in ann.sees_from_bot()) == 2


async def test_a_button_still_works_after_a_restart(
    ann: Person, fake_bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    async with at_work(telegram, fake_bot, studio):
        result = await made(ann, studio)
    async with at_work(telegram, fake_bot, studio):
        await ann.presses(result, "Again").is_answered_within(5)
        await ann.waits_for(lambda seen: "Next in line" in seen.text)


async def test_a_button_whose_message_is_out_of_reach_works_too(
    ann: Person, bot: FakeBot, studio: TelegramStudio
) -> None:
    result = await made(ann, studio)
    await ann.presses(result, "Again", inaccessible=True).is_answered_within(5)
    await ann.waits_for(lambda seen: "Next in line" in seen.text)


async def test_an_expired_picture_is_made_again_from_its_seed_after_a_quote(
    ann: Person, bot: FakeBot, studio: TelegramStudio
) -> None:
    result = await made(ann, studio)
    job = studio.deliveries[studio.jobs[0]].job
    studio.change(job.id, artifacts=[job.artifacts[0].model_copy(update={"expired": True})])
    await ann.presses(result, "Variation").is_answered_within(5)
    quote = await ann.waits_for(lambda seen: "expired" in seen.text)
    assert "1 token" in quote.text
    assert len(studio.jobs) == 1
    await ann.presses(quote, "Make it again").is_answered_within(5)
    await ann.waits_for(lambda seen: "Next in line" in seen.text)
    assert studio.asked[-1].request.seed == 7


async def test_a_failed_one_can_be_tried_again(ann: Person, bot: FakeBot, studio: TelegramStudio) -> None:
    ann.writes("a fox")
    await ann.waits_for(lambda seen: "Next in line" in seen.text)
    studio.run(studio.jobs[0])
    studio.end(studio.jobs[0], Status.FAILED)
    failed = await ann.waits_for(lambda seen: "failed twice" in seen.text)
    assert "Your token is back." in failed.text
    await ann.presses(failed, "Try again").is_answered_within(5)
    await ann.waits_for(lambda seen: "Next in line" in seen.text)


async def test_cancel_by_its_button(ann: Person, bot: FakeBot, studio: TelegramStudio) -> None:
    ann.writes("a fox")
    waiting = await ann.waits_for(lambda seen: "Cancel" in seen.button_texts)
    press = ann.presses(waiting, "Cancel")
    assert await press.is_answered_within(5) == "Stopping it"
    over = await ann.waits_for(lambda seen: "Cancelled." in seen.text)
    assert over.id == waiting.id
    assert over.button_texts == ["Again"]


async def test_a_button_that_nobody_wrote_is_answered(
    ann: Person, bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    result = await made(ann, studio)
    job = studio.jobs[0]
    row = studio.deliveries.pop(job)
    assert await ann.presses(result, "Again").is_answered_within(5) == "I can't find that any more."
    assert not telegram.unanswered_presses
    studio.deliveries[job] = row
