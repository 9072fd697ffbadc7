"""Buttons work for ever, for their owner and for others."""

from scheduler.jobs.model import Status
from tests.bots.discord.stage import Stage
from tests.bots.studio import PNG, an_artifact
from tests.rigs.discord import Seen


async def a_picture(stage: Stage, prompt: str = "a fox") -> Seen:
    await stage.asks(prompt)
    stage.studio.end(stage.studio.latest)
    return await stage.sees(lambda seen: PNG in seen.attachments)


async def test_buttons_work_after_a_restart(stage: Stage) -> None:
    first = stage.running[0]
    seen = await a_picture(stage)
    await first.ends()
    await stage.start()
    act = await stage.ann.clicks(seen, "Again")

    assert act.message is not None
    assert act.message.id != seen.id
    assert "Next in line" in act.message.content
    assert [request.prompt for request in stage.studio.asked] == ["a fox", "a fox"]
    assert stage.studio.asked[1].parent_id is not None
    stage.studio.end(await stage.kept())
    assert await stage.sees(lambda seen: act.message is not None and seen.id == act.message.id and seen.attachments)
    assert stage.is_clean()


async def test_somebody_else_who_presses_again_gets_a_picture_of_their_own(stage: Stage) -> None:
    seen = await a_picture(stage)
    act = await stage.ben.clicks(seen, "Again")

    assert not act.ephemeral
    assert stage.studio.deliveries[stage.studio.latest].user == f"discord:{stage.ben.id}"
    assert stage.studio.asked[1].prompt == "a fox"
    assert stage.studio.asked[1].parent_id is not None  # as everybody there may go on from it
    assert stage.is_clean()


async def test_variation_stays_close_and_keeps_its_parent(stage: Stage) -> None:
    seen = await a_picture(stage)
    parent = stage.studio.latest
    await stage.ann.clicks(seen, "Variation")

    assert stage.studio.asked[1].parent_id == parent
    assert stage.studio.asked[1].strength is not None
    assert stage.is_clean()


async def test_an_expired_picture_is_made_again_after_a_quote(stage: Stage) -> None:
    seen = await a_picture(stage)
    job = stage.studio.latest
    stage.studio.change(job, artifacts=[an_artifact(job, expired=True)])
    quote = await stage.ann.clicks(seen, "Variation")
    assert quote.ephemeral
    assert quote.message is not None
    assert "1 token" in quote.message.content
    assert len(stage.studio.asked) == 1
    await stage.ann.clicks(quote.message, "Make it again")

    assert stage.studio.asked[1].seed == 7
    assert stage.is_clean()


async def test_only_the_owner_can_cancel(stage: Stage) -> None:
    seen = await stage.asks()
    refused = await stage.ben.clicks(seen, "Cancel")
    assert refused.ephemeral
    assert refused.message is not None
    assert refused.message.content == "Only the person who asked for it can do that"
    assert stage.studio.deliveries[stage.studio.only].job.status is Status.QUEUED

    done = await stage.ann.clicks(seen, "Cancel")
    assert done.ephemeral
    over = await stage.sees(lambda seen: "Cancelled." in seen.content)
    assert over.id == seen.id
    assert over.labels == ("Again",)
    assert stage.is_clean()


async def test_the_list_shows_a_finished_picture_again(stage: Stage) -> None:
    await a_picture(stage)
    await stage.asks("a wolf")
    act = await stage.ann.slash("jobs")
    assert act.ephemeral
    assert act.message is not None
    assert act.message.labels == ("Cancel 1", "Show 2")
    shown = await stage.ann.clicks(act.message, "Show 2")

    assert shown.ephemeral
    assert shown.message is not None
    assert shown.message.attachments == (PNG,)
    assert stage.is_clean()


async def test_a_press_announced_twice_makes_one_job(stage: Stage) -> None:
    seen = await a_picture(stage)
    stage.discord.repeat_interactions()
    await stage.ann.clicks(seen, "Again")
    await stage.discord.settled()
    assert len(stage.studio.deliveries) == 2
    assert len(stage.ann.sees()) == 2
    assert stage.is_clean()


async def test_a_first_word_surprises_and_helps(stage: Stage) -> None:
    act = await stage.ann.slash("start")
    assert act.ephemeral
    assert act.message is not None
    assert act.message.content.startswith("Hello Ann.")
    helped = await stage.ann.clicks(act.message, "What can you do?")
    assert helped.ephemeral
    surprise = await stage.ann.clicks(act.message, "Surprise me")
    assert not surprise.ephemeral
    assert stage.studio.asked[0].prompt
    assert stage.is_clean()


async def test_animate_makes_a_video_of_ones_own_picture_or_of_a_copy(stage: Stage) -> None:
    stage.studio.films = True
    seen = await a_picture(stage)
    [artifact] = stage.studio.deliveries[stage.studio.latest].job.artifacts
    assert "Animate" in seen.labels
    await stage.ann.clicks(seen, "Animate")
    await stage.ben.clicks(seen, "Animate")
    mine, theirs = stage.studio.asked[1:]
    [((giver, content), copy)] = stage.studio.uploads.items()

    assert (mine.capability, mine.picture) == ("video", artifact.id)
    assert (theirs.capability, theirs.picture) == ("video", copy.id)
    assert (giver, content) == (f"discord:{stage.ben.id}", PNG)
    assert stage.is_clean()
