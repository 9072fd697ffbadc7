"""When Discord, the channel, the person or the process goes away in the middle."""

import asyncio
import sys
import time

import pytest

from bots.discord import messenger
from scheduler.deliveries.model import DeliveryState
from tests.bots.discord.stage import Stage
from tests.bots.studio import PNG, until

BY_TOKEN = r"PATCH /webhooks/"
FIRST_ANSWER = r"POST /interactions/.*/callback"


async def test_after_fifteen_minutes_the_message_is_edited_in_its_channel(stage: Stage) -> None:
    act = await stage.ann.slash("imagine", prompt="a fox")
    job = await stage.kept()
    stage.discord.expire(act)  # the bot's clock does not know it yet: Discord's word counts
    stage.studio.end(job)
    seen = await stage.sees(lambda seen: PNG in seen.attachments)

    assert act.message is not None
    assert seen.id == act.message.id
    await until(lambda: stage.studio.posted(job))
    message = stage.studio.deliveries[job].message
    assert message is not None
    assert message["via"] == "channel"
    assert stage.is_clean()


@pytest.mark.parametrize("visible", [True, False])
async def test_before_the_token_ends_a_message_in_an_unseen_channel_points_to_the_list(
    stage: Stage, visible: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not visible:
        stage.discord.hide(stage.guild.channels[0], stage.bot)
    monkeypatch.setattr(messenger, "LAST_WORDS_SECONDS", 15 * 60)
    monkeypatch.setattr(sys.modules["bots.discord.run"], "FAREWELL_SECONDS", 0.1)
    await stage.running[0].ends()
    await stage.start()
    act = await stage.ann.slash("imagine", prompt="a fox")
    job = await stage.kept()
    if visible:
        await stage.discord.settled()
        (seen,) = stage.ann.sees()
        assert "/jobs" not in seen.content
    else:
        seen = await stage.sees(lambda seen: "/jobs will show it" in seen.content)
        assert "Next in line" in seen.content
    stage.discord.expire(act)
    stage.studio.end(job)
    if visible:
        assert await stage.sees(lambda seen: PNG in seen.attachments)
    else:
        await until(lambda: stage.studio.deliveries[job].state is DeliveryState.DEAD)
        listed = await stage.ann.slash("jobs")
        assert listed.message is not None
        shown = await stage.ann.clicks(listed.message, "Show 1")
        assert shown.message is not None
        assert shown.message.attachments == (PNG,)
    assert stage.is_clean()


async def test_a_deleted_status_message_is_replaced_by_one_fresh_message(stage: Stage) -> None:
    seen = await stage.asks()
    stage.ann.deletes(seen)
    stage.studio.end(stage.studio.only)
    fresh = await stage.sees(lambda seen: PNG in seen.attachments)

    assert fresh.id != seen.id
    assert len(stage.ann.sees()) == 1
    await until(lambda: stage.studio.posted(stage.studio.only))
    assert stage.is_clean()


async def test_a_message_deleted_after_the_token_ended_is_replaced_in_the_channel(stage: Stage) -> None:
    act = await stage.ann.slash("imagine", prompt="a fox")
    job = await stage.kept()
    assert act.message is not None
    stage.ann.deletes(act.message)
    stage.discord.expire(act)
    stage.studio.end(job)
    fresh = await stage.sees(lambda seen: PNG in seen.attachments)

    assert fresh.answers is None
    assert len(stage.ann.sees()) == 1
    assert stage.is_clean()


async def test_a_first_answer_that_did_not_arrive_is_given_again(stage: Stage) -> None:
    stage.discord.faults.drop_before(FIRST_ANSWER)
    act = await stage.ann.slash("imagine", prompt="a fox")
    assert not act.failed
    assert stage.is_clean()


async def test_a_channel_that_the_bot_may_not_see_any_more_is_a_dead_letter(stage: Stage) -> None:
    act = await stage.ann.slash("imagine", prompt="a fox")
    job = await stage.kept()
    stage.discord.hide(stage.guild.channels[0], stage.bot)
    stage.discord.expire(act)
    stage.studio.end(job)
    await until(lambda: stage.studio.deliveries[job].state is DeliveryState.DEAD)
    assert stage.is_clean()


async def test_an_answer_that_comes_too_late_becomes_one_message_in_the_channel(stage: Stage) -> None:
    stage.discord.faults.delay(FIRST_ANSWER, 3.1)
    act = await stage.ann.slash("imagine", prompt="a fox")
    assert act.failed
    seen = await stage.sees(lambda seen: "Next in line" in seen.content)
    assert seen.answers is None
    stage.studio.end(await stage.kept())
    assert (await stage.sees(lambda seen: PNG in seen.attachments)).id == seen.id
    assert len(stage.ann.sees()) == 1
    assert stage.is_clean()


@pytest.mark.parametrize("via", [True, False])
async def test_a_429_is_obeyed(stage: Stage, via: bool) -> None:
    await stage.asks()
    stage.discord.faults.rate_limit(BY_TOKEN, times=1, retry_after=1.0, via=via)
    stage.studio.end(stage.studio.only)
    began = time.monotonic()
    await stage.sees(lambda seen: PNG in seen.attachments)

    assert time.monotonic() - began >= 0.9
    await until(lambda: stage.studio.posted(stage.studio.only))
    assert stage.discord.invalid_requests == 1
    assert stage.is_clean()


async def test_a_bad_gateway_delays_the_picture(stage: Stage) -> None:
    await stage.asks()
    stage.discord.faults.error(BY_TOKEN)
    stage.studio.end(stage.studio.only)
    await stage.sees(lambda seen: PNG in seen.attachments)
    await until(lambda: stage.studio.posted(stage.studio.only))
    assert len(stage.ann.sees()) == 1
    assert stage.is_clean()


@pytest.mark.parametrize("where", [FIRST_ANSWER, BY_TOKEN])
async def test_a_lost_reply_posts_nothing_twice(stage: Stage, where: str) -> None:
    stage.discord.faults.drop_after(where)
    await stage.ann.slash("imagine", prompt="a fox")
    stage.studio.end(await stage.kept())
    await stage.sees(lambda seen: PNG in seen.attachments)
    await until(lambda: stage.studio.posted(stage.studio.only))

    assert stage.discord.dropped_replies == 1
    assert len(stage.ann.sees()) == 1
    assert len(stage.studio.asked) == 1
    assert stage.is_clean()


async def test_another_process_of_the_bot_finishes_what_a_killed_one_began(stage: Stage) -> None:
    stage.studio.claim_seconds = 0.5
    seen = await stage.asks()
    await stage.running[0].dies()
    stage.studio.end(stage.studio.only)
    await stage.start()
    done = await stage.sees(lambda seen: PNG in seen.attachments)

    assert done.id == seen.id
    assert len(stage.ann.sees()) == 1
    assert stage.is_clean()


@pytest.mark.parametrize("within_three_seconds", [True, False])
async def test_a_process_killed_before_its_first_answer_is_stood_in_for(
    stage: Stage, within_three_seconds: bool
) -> None:
    stage.studio.claim_seconds = 0.2
    stage.discord.faults.delay(FIRST_ANSWER, 30)
    waiting = await stage.ann.slash("imagine", prompt="a fox", wait=False)
    await until(lambda: bool(stage.studio.deliveries))
    if not within_three_seconds:  # before anybody can stand in
        address = stage.studio.deliveries[stage.studio.only].address
        address["token_expires"] -= 4
        waiting.answer_by -= 4
    await stage.start()  # beside the first: its start must not take of the three seconds
    await stage.running[0].dies()
    stage.studio.end(await stage.kept())
    done = await stage.sees(lambda seen: PNG in seen.attachments)

    assert (done.answers is not None) == within_three_seconds
    assert len(stage.ann.sees()) == 1
    assert stage.is_clean()


async def test_the_connection_to_the_gateway_may_break(stage: Stage) -> None:
    stage.discord.gateway.drop()
    act = await stage.ann.slash("imagine", prompt="a fox")
    assert not act.failed
    assert stage.discord.gateway.log == ["IDENTIFY", "RESUME"]
    assert stage.is_clean()


async def test_a_stop_in_the_middle_gives_the_messages_back(stage: Stage) -> None:
    await stage.asks()
    await stage.running[0].ends()
    assert stage.studio.deliveries[stage.studio.only].claimed_by is None
    stage.studio.end(stage.studio.only)
    await stage.start()
    assert await stage.sees(lambda seen: PNG in seen.attachments)
    assert stage.is_clean()


async def test_a_stop_waits_for_the_answers_under_way(stage: Stage) -> None:
    stage.studio.gate = asyncio.Event()
    await stage.ann.slash("imagine", prompt="a fox")
    ending = asyncio.create_task(stage.running[0].ends())
    await stage.discord.until(lambda: not stage.discord.gateway.online(stage.bot))
    stage.studio.gate.set()
    await ending

    (seen,) = stage.ann.sees()
    assert "Next in line" in seen.content
    assert stage.is_clean()
