"""The bot as a real process, with a real scheduler and a real worker; only Telegram is the rig."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from tests.rigs.telegram import FakeBot, FakeTelegram, Person, Seen
from tests.system.stack import Running, Stack, new_stack

pytestmark = [pytest.mark.system, pytest.mark.timeout(120)]

PATIENT = 40.0  # seconds for a picture on a busy machine


@pytest.fixture
async def stack(tmp_path: Path, database_url: str, redis_url: str) -> AsyncIterator[Stack]:
    """A scheduler and the painter."""
    made = new_stack(tmp_path, database_url, redis_url)
    made.environment["TESSERA_LEASE_SECONDS"] = "30"  # a busy machine must not look like a lost worker
    try:
        await made.scheduler()
        await made.worker(engines="painter")
        yield made
    finally:
        await made.end()


async def started(stack: Stack, telegram: FakeTelegram, bot: FakeBot) -> Running:
    polls = bot.updates.polls
    token = {"TESSERA_TELEGRAM_TOKEN": bot.token, "TESSERA_TELEGRAM_API_BASE": telegram.url}
    running = await stack.bots("telegram", **token)
    await telegram.until(lambda: bot.updates.polls > polls, timeout=PATIENT)
    return running


def says(words: str, seen: Seen) -> bool:
    return words in seen.text


def is_result(seen: Seen) -> bool:
    return seen.kind == "photo" and "Again" in seen.button_texts


async def test_a_person_gets_pictures_and_clear_refusals(
    stack: Stack, telegram: FakeTelegram, fake_bot: FakeBot, ann: Person
) -> None:
    running = await started(stack, telegram, fake_bot)
    bob = telegram.person("Bob")  # a chat bears eight messages in eight seconds, and Ann's has enough of them
    ann.writes("/start")
    await ann.waits_for(lambda seen: "20 tokens a day on the Free plan" in seen.text)
    ann.writes("/imagine a red sunset over the sea --size 512 --seed 7")
    result = await ann.waits_for(is_result, PATIENT)
    assert result.text == "a red sunset over the sea\npainter (no GPU) · seed 7 · 1 token, 19 left today"
    assert result.button_texts == ["Again", "Variation", "Larger"]
    for words, answer in (
        (
            "a fox --model flux-dev",
            "flux-dev is not in the Free plan",
        ),  # nor does any worker here make it: no plan is sold for it
        ("a fox --size 4096", "is beyond your plan (1024)"),
        ("/imagine", "What should I paint?"),
        ("/imagine " + "fox " * 1_000, "2,000 is the limit"),
    ):
        bob.writes(words)
        await bob.waits_for(partial(says, answer))
    ann.writes("/usage")
    await ann.waits_for(partial(says, "1 of 20 tokens used today"))
    await ann.presses(result, "Larger").is_answered_within(5)
    larger = await ann.waits_for(lambda seen: is_result(seen) and seen.id > result.id, PATIENT)
    assert larger.text.startswith("a red sunset over the sea\n")
    assert await running.stop() == 0
    assert not telegram.unanswered_presses


async def test_in_a_group_somebody_else_repeats_a_picture_at_their_own_cost(
    stack: Stack, telegram: FakeTelegram, fake_bot: FakeBot, ann: Person
) -> None:
    await started(stack, telegram, fake_bot)
    bob = telegram.person("Bob")
    group = telegram.group("Painters", [ann, bob])
    ann.at(group).writes("/imagine a forest in fog --size 256")
    result = await ann.at(group).waits_for(is_result, PATIENT)
    assert await bob.at(group).presses(result, "Variation").is_answered_within(5) == "On its way"
    theirs = await bob.at(group).waits_for(lambda seen: is_result(seen) and seen.id > result.id, PATIENT)
    assert theirs.reply_to == result.id
    bob.at(group).writes("/usage")
    await bob.at(group).waits_for(lambda seen: "1 of 20 tokens used today" in seen.text)


async def test_a_bot_that_is_killed_again_and_again_makes_every_picture_once(
    stack: Stack, telegram: FakeTelegram, fake_bot: FakeBot, ann: Person
) -> None:
    def calls(method: str) -> int:
        return len(telegram.calls_of(method))

    people = [ann, telegram.person("Bob"), telegram.person("Cid")]
    for person, method in zip(people, (None, "sendMessage", "editMessageMedia"), strict=True):
        running = await started(stack, telegram, fake_bot)
        before = calls(method) if method else 0
        person.writes("a storm at sea --size 512")
        if method:  # it sends the status line, or shows a preview or a result
            await telegram.until(lambda: calls(method) > before, timeout=PATIENT)  # noqa: B023
        else:
            await telegram.until(lambda: fake_bot.updates.seen[-1].deliveries, timeout=PATIENT)
        await running.kill()
    await started(stack, telegram, fake_bot)
    for person in people:
        await person.waits_for(is_result, PATIENT)
    await fake_bot.has_confirmed_all()
    async with stack.client() as scheduler:
        for person in people:
            assert sum(is_result(seen) for seen in person.sees_from_bot()) == 1
            user = scheduler.acting_for(f"telegram:{person.id}")
            assert len((await user.jobs()).jobs) == 1
            assert (await user.me()).tokens.used_today == 1
