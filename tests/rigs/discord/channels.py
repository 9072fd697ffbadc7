"""REST: messages by channel and id, as a bot's own user."""

from tests.rigs.discord import payloads
from tests.rigs.discord.basics import visible_channel
from tests.rigs.discord.calls import Call
from tests.rigs.discord.errors import (
    missing_permissions,
    not_the_author,
    person_does_not_take_messages,
    unknown_message,
)
from tests.rigs.discord.judge import judge_message
from tests.rigs.discord.model import Bot, Channel, Message
from tests.rigs.discord.reply import Reply, ok
from tests.rigs.discord.world import World

NONCE_SECONDS = 300.0
PAGE = 50
REPLY = 19


def send(world: World, call: Call, bot: Bot, channel_id: str) -> Reply:
    place = writable_channel(world, bot, channel_id)
    judge_message(world, call, call.body)
    if twin := same_nonce(world, call, bot, place):
        return ok(payloads.message(twin, world.origin))
    answered = world.messages.get(str((call.body.get("message_reference") or {}).get("message_id")))
    said = world.post(
        place,
        bot.user,
        call.body,
        call.files,
        nonce=call.body.get("nonce"),
        reference=answered,
        kind=REPLY if answered else 0,
    )
    return ok(payloads.message(said, world.origin))


def history(world: World, call: Call, bot: Bot, channel_id: str) -> Reply:
    place = visible_channel(world, bot, channel_id)
    said = [m for m in world.messages.values() if m.channel is place and not m.ephemeral]
    newest_first = said[: -int(call.query.get("limit", PAGE)) - 1 : -1]
    return ok([payloads.message(m, world.origin) for m in newest_first])


def read(world: World, call: Call, bot: Bot, channel_id: str, message_id: str) -> Reply:
    return ok(payloads.message(public_message(world, bot, channel_id, message_id), world.origin))


def edit(world: World, call: Call, bot: Bot, channel_id: str, message_id: str) -> Reply:
    said = public_message(world, bot, channel_id, message_id)
    if said.author is not bot.user:
        raise not_the_author()
    judge_message(world, call, call.body, said)
    world.edit(said, call.body, call.files)
    return ok(payloads.message(said, world.origin))


def delete(world: World, call: Call, bot: Bot, channel_id: str, message_id: str) -> Reply:
    said = public_message(world, bot, channel_id, message_id)
    if said.author is not bot.user:
        raise missing_permissions()
    world.delete(said)
    return Reply()


def typing(world: World, call: Call, bot: Bot, channel_id: str) -> Reply:
    writable_channel(world, bot, channel_id)
    return Reply()


def writable_channel(world: World, bot: Bot, channel_id: str) -> Channel:
    place = visible_channel(world, bot, channel_id)
    if bot.id in place.muted:
        raise missing_permissions() if place.guild else person_does_not_take_messages()
    return place


def public_message(world: World, bot: Bot, channel_id: str, message_id: str) -> Message:
    """Return the message; an ephemeral one is unknown here, even to the bot that wrote it."""
    place = visible_channel(world, bot, channel_id)
    said = world.messages.get(message_id)
    if said is None or said.channel is not place or said.ephemeral:
        raise unknown_message()
    return said


def same_nonce(world: World, call: Call, bot: Bot, place: Channel) -> Message | None:
    """With enforce_nonce a repeated send within a few minutes gives the first message again."""
    nonce = call.body.get("nonce")
    if nonce is None or not call.body.get("enforce_nonce"):
        return None
    since = world.clock.now() - NONCE_SECONDS
    for said in world.messages.values():
        if said.channel is place and said.author is bot.user and said.nonce == nonce and said.created_at > since:
            return said
    return None
