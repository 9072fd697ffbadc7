"""What is turned down: in words, under the message, with a button where one helps."""

from scheduler.errors import Code
from tests.bots.studio import until
from tests.bots.telegram.studio import TelegramStudio, refusal
from tests.rigs.telegram import FakeBot, FakeTelegram, Person

TOO_FAST = refusal(Code.RATE_LIMITED, limit=5, every_seconds=12, retry_after_seconds=9, plan="Free")
NOT_IN_PLAN = refusal(Code.MODEL_NOT_IN_PLAN, model="flux-dev", plan="Free", upgrade="Pro", alternative="painter")


async def test_no_prompt(ann: Person, bot: FakeBot, studio: TelegramStudio) -> None:
    number = ann.writes("/imagine")
    told = await ann.waits_for(lambda seen: seen.text.startswith("What should I paint?"))
    assert told.reply_to == number
    assert studio.asked == []


async def test_a_flag_that_cannot_be_read(ann: Person, bot: FakeBot) -> None:
    ann.writes("/imagine a fox --size huge")
    await ann.waits_for(lambda seen: "I can't read the size huge" in seen.text)


async def test_a_limit_of_the_plan(ann: Person, bot: FakeBot, studio: TelegramStudio) -> None:
    studio.refusal = TOO_FAST
    ann.writes("a fox")
    told = await ann.waits_for(lambda seen: "5 requests at once" in seen.text)
    assert "Next one in 9 s." in told.text


async def test_a_model_that_is_not_in_the_plan_and_the_button_that_helps(
    ann: Person, bot: FakeBot, studio: TelegramStudio
) -> None:
    studio.refusal = NOT_IN_PLAN
    ann.writes("/imagine a fox --model flux-dev --seed 5")
    told = await ann.waits_for(lambda seen: seen.text == "flux-dev comes with Pro.")
    studio.refusal = None
    await ann.presses(told, "Use painter").is_answered_within(5)
    await ann.waits_for(lambda seen: "Next in line" in seen.text)
    request = studio.asked[-1].request
    assert (request.prompt, request.model, request.seed) == ("a fox", "painter", 5)


async def test_a_size_beyond_the_plan_and_the_button_that_helps(
    ann: Person, bot: FakeBot, studio: TelegramStudio
) -> None:
    studio.refusal = refusal(Code.RESOLUTION_TOO_HIGH, asked="4096x2048", limit=1024, plan="Free", upgrade="Pro")
    ann.writes("a fox --size 4096x2048")
    told = await ann.waits_for(lambda seen: "is beyond your plan (1024)" in seen.text)
    studio.refusal = None
    await ann.presses(told, "Make it 1024").is_answered_within(5)
    await until(lambda: len(studio.jobs) == 1)
    assert (studio.asked[-1].request.width, studio.asked[-1].request.height) == (1024, 512)


async def test_more_than_is_left_pays_for_and_the_buttons_that_help(
    ann: Person, bot: FakeBot, studio: TelegramStudio
) -> None:
    left = {"cost": 12, "spendable": 5, "limit": 20, "plan": "Free", "fewer": 1, "alternative": "painter"}
    studio.refusal = refusal(Code.OUT_OF_TOKENS, **left)
    ann.writes("/imagine a fox --model flux-dev --count 4")
    told = await ann.waits_for(lambda seen: "enough for one." in seen.text)
    assert told.button_texts == ["Only 1", "Use painter"]
    studio.refusal = None
    await ann.presses(told, "Only 1").is_answered_within(5)
    await until(lambda: len(studio.jobs) == 1)
    assert (studio.asked[-1].request.count, studio.asked[-1].request.model) == (1, "flux-dev")


async def test_a_helping_button_whose_words_are_gone(ann: Person, bot: FakeBot, studio: TelegramStudio) -> None:
    studio.refusal = NOT_IN_PLAN
    number = ann.writes("/imagine a fox --model flux-dev")
    told = await ann.waits_for(lambda seen: "Use painter" in seen.button_texts)
    ann.deletes(number)
    assert await ann.presses(told, "Use painter").is_answered_within(5)
    assert studio.jobs == []


async def test_a_refused_press_says_so_in_a_pop_up(
    ann: Person, bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    ann.writes("/start")
    hello = await ann.waits_for(lambda seen: "Surprise me" in seen.button_texts)
    studio.refusal = TOO_FAST
    press = ann.presses(hello, "Surprise me")
    assert "Next one in 9 s." in await press.is_answered_within(5)
    assert press.is_alert
    assert len(telegram.calls_of("sendMessage")) == 1


async def test_a_text_that_the_client_cuts_into_many_messages_is_answered_once(
    ann: Person, bot: FakeBot, studio: TelegramStudio
) -> None:
    ann.writes("/imagine " + "x" * 100_000)
    told = await ann.waits_for(lambda seen: "2,000 is the limit" in seen.text)
    await bot.has_confirmed_all()
    assert [seen.id for seen in ann.sees_from_bot()] == [told.id]
    assert studio.asked == []
