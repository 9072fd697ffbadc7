"""The Discord rig against the unmodified discord.py: what works there works here, what Discord refuses is refused."""

import discord
import pytest

from tests.rigs.discord import Answer, NotPossible
from tests.rigs.discord_painter import picture
from tests.rigs.discord_studio import Studio, clean


async def test_a_slash_command_is_deferred_edited_and_ends_as_a_picture(studio: Studio) -> None:
    act = await studio.ann.slash("imagine", prompt="a fox", size="wide")
    seen = await studio.ann.waits_for(lambda m: m.attachments)

    assert act.kind is Answer.DEFERRED
    assert act.answered_after is not None
    assert act.answered_after < 3
    assert not act.ephemeral
    assert seen.content == "a fox, wide, painter"
    assert seen.attachments == (b"small",)
    assert seen.labels == ("Again", "Larger", "Later", "Note", "Gone")
    assert [v.content for v in seen.history] == ["", "painting a fox", seen.content]
    assert seen.history[0].loading
    assert seen.edits == 2
    assert studio.ben.sees() == studio.ann.sees()
    assert clean(studio.discord)


async def test_buttons_answer_update_and_defer(studio: Studio) -> None:
    await studio.ann.slash("imagine", prompt="a fox")
    seen = await studio.ann.waits_for(lambda m: m.attachments)

    again = await studio.ben.clicks(seen, "Again")
    assert (again.kind, again.message and again.message.content) == (Answer.MESSAGE, "once more")
    larger = await studio.ann.clicks(seen, "larger")
    assert larger.kind is Answer.UPDATE
    assert (await studio.ann.waits_for(lambda m: m.content == "larger")).attachments == (b"large",)
    later = await studio.ann.clicks(seen, "Later")
    assert later.kind is Answer.DEFERRED_UPDATE
    assert (await studio.ann.waits_for(lambda m: m.content == "later")).id == seen.id
    with pytest.raises(NotPossible):
        await studio.ann.clicks(seen, "Gone")
    assert clean(studio.discord)


async def test_a_form_is_opened_and_submitted(studio: Studio) -> None:
    await studio.ann.slash("imagine", prompt="a fox")
    seen = await studio.ann.waits_for(lambda m: m.attachments)
    form = await studio.ann.clicks(seen, "Note")
    noted = await studio.ann.submits(form, text="warmer")

    assert noted.message is not None
    assert noted.message.content == "noted: warmer"
    assert clean(studio.discord)


async def test_autocomplete_offers_choices(studio: Studio) -> None:
    choices = await studio.ann.types("imagine", "model", "pa")
    assert [choice["value"] for choice in choices] == ["painter", "pastel"]
    assert clean(studio.discord)


async def test_the_persons_own_app_refuses_what_no_bot_would_hear(studio: Studio) -> None:
    for wrong in (
        {},
        {"prompt": "x" * 6001},
        {"prompt": "x", "size": "round"},
        {"prompt": 3},
        {"prompt": "x", "no": 1},
    ):
        with pytest.raises(NotPossible):
            await studio.ann.slash("imagine", **wrong)
    with pytest.raises(NotPossible):
        await studio.ann.slash("paint", prompt="a fox")
    assert studio.painter.acts == []


async def test_an_ephemeral_answer_is_seen_by_its_owner_only_and_not_reached_by_id(studio: Studio) -> None:
    act = await studio.ann.slash("secret")
    assert act.ephemeral
    assert [m.content for m in studio.ann.sees()] == ["only you"]
    assert studio.ben.sees() == []

    message = studio.as_bot().get_partial_message(int(studio.ann.sees()[0].id))
    for attempt in (message.edit(content="x"), message.fetch(), message.delete()):
        with pytest.raises(discord.NotFound) as refused:
            await attempt
        assert refused.value.code == 10008
    studio.ann.deletes(studio.ann.sees()[0])
    assert studio.ann.sees() == []


async def test_direct_messages_work_like_a_channel(studio: Studio) -> None:
    dm = studio.ann.dm()
    await studio.ann.slash("imagine", prompt="a fox", channel=dm)
    seen = await studio.ann.waits_for(lambda m: m.attachments, channel=dm)
    await studio.as_bot(dm).get_partial_message(int(seen.id)).edit(content="by id")

    assert studio.ann.sees(channel=dm)[0].content == "by id"
    assert studio.ann.sees() == []
    assert clean(studio.discord)


async def test_a_silent_bot_fails_after_three_seconds_and_may_not_answer_any_more(studio: Studio) -> None:
    act = await studio.ann.slash("silent", wait=False)
    theirs = await studio.painter.arrived.get()
    studio.discord.advance(4)
    assert act.failed
    assert act.answered_after is None
    with pytest.raises(discord.NotFound) as refused:
        await theirs.response.send_message("too late")
    assert refused.value.code == 10062


async def test_an_interaction_is_answered_once(studio: Studio) -> None:
    act = await studio.ann.slash("raw")
    theirs = studio.painter.acts[-1]
    theirs.response._response_type = None
    with pytest.raises(discord.HTTPException) as refused:
        await theirs.response.send_message("twice")
    assert refused.value.code == 40060
    assert act.kind is Answer.DEFERRED


async def test_a_public_defer_does_not_become_private(studio: Studio) -> None:
    await studio.ann.slash("raw")
    await studio.painter.acts[-1].followup.send("psst", ephemeral=True)

    assert [m.content for m in studio.ben.sees()] == ["psst"]
    assert "cannot become an ephemeral answer" in studio.discord.rule_breaks[0]


async def test_follow_ups_after_the_first_are_messages_of_their_own(studio: Studio) -> None:
    await studio.ann.slash("raw")
    followup = studio.painter.acts[-1].followup
    await followup.send("the answer", wait=True)
    await followup.send("only you", ephemeral=True)
    last = await followup.send("with a file", file=picture(b"x"), wait=True)
    await last.edit(content="changed", attachments=[picture(b"y")])

    assert [m.content for m in studio.ann.sees()] == ["the answer", "only you", "changed"]
    assert [m.content for m in studio.ben.sees()] == ["the answer", "changed"]
    assert studio.ann.sees()[2].attachments == (b"y",)
    await last.delete()
    await studio.painter.acts[-1].delete_original_response()
    assert [m.content for m in studio.ann.sees()] == ["only you"]
    assert clean(studio.discord)


async def test_after_fifteen_minutes_only_channel_and_id_reach_the_message(studio: Studio) -> None:
    act = await studio.ann.slash("raw")
    theirs = studio.painter.acts[-1]
    original = await theirs.original_response()
    studio.discord.expire(act)
    with pytest.raises(discord.HTTPException) as refused:
        await theirs.edit_original_response(content="late")
    assert (refused.value.status, refused.value.code) == (401, 50027)

    await studio.as_bot().get_partial_message(original.id).edit(content="by id", attachments=[picture(b"z")])
    assert studio.ann.sees()[0].attachments == (b"z",)
    assert clean(studio.discord)


async def test_a_deleted_message_is_unknown(studio: Studio) -> None:
    await studio.ann.slash("raw")
    studio.ann.deletes(studio.ann.sees()[0])
    with pytest.raises(discord.NotFound) as refused:
        await studio.painter.acts[-1].edit_original_response(content="x")
    assert refused.value.code == 10008


async def test_channels_that_the_bot_cannot_see_or_write_in(studio: Studio) -> None:
    hidden, quiet = (studio.discord.channel(studio.guild, name) for name in ("hidden", "quiet"))
    studio.discord.hide(hidden, studio.bot)
    studio.discord.mute(quiet, studio.bot)
    for place, code in ((hidden, 50001), (quiet, 50013)):
        with pytest.raises(discord.Forbidden) as refused:
            await studio.as_bot(place).send("x")
        assert refused.value.code == code
    await studio.ann.slash("imagine", prompt="a fox", channel=hidden)
    seen = await studio.ann.waits_for(lambda m: m.attachments, channel=hidden)
    with pytest.raises(discord.Forbidden):
        await studio.as_bot(hidden).get_partial_message(int(seen.id)).edit(content="x")

    studio.ann.blocks()
    with pytest.raises(discord.Forbidden) as refused:
        await studio.as_bot(studio.ann.dm()).send("x")
    assert refused.value.code == 50007
    assert studio.discord.invalid_requests == 4


async def test_the_same_nonce_sends_once(studio: Studio) -> None:
    first = await studio.as_bot().send("result", nonce="job-1")
    second = await studio.as_bot().send("result", nonce="job-1")
    assert first.id == second.id
    assert len(studio.ann.sees()) == 1
    assert clean(studio.discord)


async def test_plain_words_reach_the_bot_only_where_it_may_read_them(studio: Studio) -> None:
    studio.ann.writes("in the guild")
    studio.ann.writes(f"<@{studio.bot.id}> hello")
    studio.ann.writes("in private", channel=studio.ann.dm())
    await studio.ann.slash("raw")
    assert studio.painter.texts[:3] == ["", f"<@{studio.bot.id}> hello", "in private"]
