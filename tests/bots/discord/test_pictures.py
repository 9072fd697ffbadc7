"""From /imagine to the picture."""

import asyncio

from tests.bots.discord.stage import Stage
from tests.bots.studio import PNG, until
from tests.rigs.discord import Answer


async def test_one_message_goes_from_the_line_through_a_preview_to_the_picture(stage: Stage) -> None:
    act = await stage.ann.slash("imagine", prompt="a fox", size="wide", seed=7, model="painter")
    assert act.kind is Answer.MESSAGE
    assert not act.ephemeral
    assert act.message is not None
    assert "Next in line" in act.message.content
    assert act.message.labels == ("Cancel",)

    job = await stage.kept()
    stage.studio.run(job)
    stage.studio.progress(job, 0.6, preview=1)
    preview = await stage.sees(lambda seen: seen.attachments)
    assert "60 %" in preview.content
    stage.studio.end(job)
    result = await stage.sees(lambda seen: PNG in seen.attachments)

    assert result.id == act.message.id == preview.id
    assert len(result.attachments) == 1
    assert result.filenames[0].endswith(".png")
    assert result.labels[:2] == ("Again", "Variation")
    (request,) = stage.studio.asked
    assert (request.prompt, request.width, request.height, request.seed) == ("a fox", 1024, 576, 7)
    assert [seen.id for seen in stage.ben.sees()] == [result.id]
    await until(lambda: stage.studio.posted(job))
    assert stage.is_clean()


async def test_autocomplete_offers_sizes_and_the_models_of_the_plan(stage: Stage) -> None:
    models = await stage.ann.types("imagine", "model", "", prompt="a fox")
    assert [choice["value"] for choice in models] == ["painter", "sdxl"]
    assert models[0]["name"] == "painter (no GPU)"
    sizes = await stage.ann.types("imagine", "size", "w", prompt="a fox")
    assert [choice["value"] for choice in sizes] == ["wide"]
    stage.studio.reachable = False
    assert await stage.ann.types("imagine", "model", "") == ()
    assert stage.is_clean()


async def test_a_slow_scheduler_is_bridged_by_a_public_defer(stage: Stage) -> None:
    stage.studio.gate = asyncio.Event()
    act = await stage.ann.slash("imagine", prompt="a fox")
    assert act.kind is Answer.DEFERRED
    assert act.answered_after is not None
    assert act.answered_after < 3
    assert not act.ephemeral
    stage.studio.gate.set()
    seen = await stage.sees(lambda seen: "Next in line" in seen.content)

    assert act.message is not None
    assert seen.id == act.message.id
    stage.studio.end(stage.studio.only)
    assert (await stage.sees(lambda seen: seen.attachments)).id == seen.id
    assert stage.is_clean()


async def test_an_interaction_announced_twice_makes_one_job_and_one_message(stage: Stage) -> None:
    stage.discord.repeat_interactions()
    await stage.asks()
    await stage.discord.settled()
    stage.studio.end(stage.studio.only)
    await stage.sees(lambda seen: seen.attachments)

    assert len(stage.ann.sees()) == 1
    assert stage.is_clean()


async def test_two_processes_of_a_bot_give_one_answer(stage: Stage) -> None:
    await stage.start()
    await stage.asks()
    await stage.discord.settled()
    stage.studio.end(stage.studio.only)
    await stage.sees(lambda seen: seen.attachments)
    await stage.discord.settled()

    assert len(stage.ann.sees()) == 1
    assert stage.is_clean()


async def test_markup_and_mentions_in_a_prompt_are_only_text(stage: Stage) -> None:
    seen = await stage.asks("# **big** @everyone https://example.com/a_b")
    assert r"\*\*big\*\*" in seen.content
    (call,) = [call for call in stage.discord.calls if call.path.endswith("/callback")]
    assert call.body["data"]["allowed_mentions"] == {"parse": []}
    assert stage.is_clean()


async def test_pictures_come_in_direct_messages_too(stage: Stage) -> None:
    direct = stage.ann.dm(stage.bot)
    await stage.ann.slash("imagine", prompt="a fox", channel=direct)
    stage.studio.end(stage.studio.only)
    assert await stage.ann.waits_for(lambda seen: seen.attachments, channel=direct)
    assert stage.is_clean()
