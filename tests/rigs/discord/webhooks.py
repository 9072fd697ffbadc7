"""REST: follow-ups to an interaction and changes of its messages, while its token lives."""

from tests.rigs.discord import payloads
from tests.rigs.discord.calls import Call
from tests.rigs.discord.errors import (
    token_expired,
    too_many_follow_ups,
    unknown_message,
    unknown_webhook,
)
from tests.rigs.discord.judge import judge_message
from tests.rigs.discord.model import Answer, Flag, Interaction, Message
from tests.rigs.discord.reply import Reply, ok
from tests.rigs.discord.world import World

REPLY = 19
FOLLOW_UPS_OF_A_STRANGER = 5
"""Where the bot is not a member, a person's own installation allows no more follow-ups."""


def follow_up(world: World, call: Call, webhook_id: str, webhook_token: str) -> Reply:
    act = living(world, webhook_id, webhook_token)
    if act.kind is None:
        raise unknown_webhook()
    if act.kind is Answer.DEFERRED and act.original and act.original.loading:
        return fill_deferred(world, call, act, act.original)
    judge_message(world, call, call.body)
    act.follow_ups += 1
    if "1" in act.owners and act.follow_ups > FOLLOW_UPS_OF_A_STRANGER:
        raise too_many_follow_ups()
    said = world.post(
        act.channel,
        act.bot.user,
        call.body,
        call.files,
        flags=int(call.body.get("flags") or 0),
        kind=REPLY if act.original else 0,
        interaction=act,
        reference=act.original,
    )
    return ok(payloads.message(said, world.origin))


def fill_deferred(world: World, call: Call, act: Interaction, said: Message) -> Reply:
    """The first follow-up after a defer becomes the deferred answer and is as public as the defer was."""
    if (call.body.get("flags") or 0) & Flag.EPHEMERAL and not said.ephemeral:
        world.broke_rule(call, "a public defer cannot become an ephemeral answer: everybody reads this")
    judge_message(world, call, {**call.body, "flags": 0})
    world.edit(said, call.body, call.files)
    return ok(payloads.message(said, world.origin))


def read_original(world: World, call: Call, webhook_id: str, webhook_token: str) -> Reply:
    return ok(payloads.message(original(world, living(world, webhook_id, webhook_token)), world.origin))


def edit_original(world: World, call: Call, webhook_id: str, webhook_token: str) -> Reply:
    return change(world, call, original(world, living(world, webhook_id, webhook_token)))


def delete_original(world: World, call: Call, webhook_id: str, webhook_token: str) -> Reply:
    world.delete(original(world, living(world, webhook_id, webhook_token)))
    return Reply()


def read(world: World, call: Call, webhook_id: str, webhook_token: str, message_id: str) -> Reply:
    said = reachable(world, living(world, webhook_id, webhook_token), message_id)
    return ok(payloads.message(said, world.origin))


def edit(world: World, call: Call, webhook_id: str, webhook_token: str, message_id: str) -> Reply:
    return change(world, call, reachable(world, living(world, webhook_id, webhook_token), message_id))


def delete(world: World, call: Call, webhook_id: str, webhook_token: str, message_id: str) -> Reply:
    world.delete(reachable(world, living(world, webhook_id, webhook_token), message_id))
    return Reply()


def change(world: World, call: Call, said: Message) -> Reply:
    judge_message(world, call, call.body, said)
    world.edit(said, call.body, call.files)
    return ok(payloads.message(said, world.origin))


def living(world: World, webhook_id: str, webhook_token: str) -> Interaction:
    """Return the interaction of a token that is still good."""
    for act in world.interactions.values():
        if act.token == webhook_token and act.bot.id == webhook_id:
            if world.clock.now() > act.expires_at:
                raise token_expired()
            return act
    raise unknown_webhook()


def original(world: World, act: Interaction) -> Message:
    if act.kind is None:
        raise unknown_webhook()
    if act.original is None or act.original.id not in world.messages:
        raise unknown_message()
    return act.original


def reachable(world: World, act: Interaction, message_id: str) -> Message:
    """A token reaches the messages it brought and the one whose button was pressed."""
    said = world.messages.get(message_id)
    if said is None or (said.interaction is not act and said is not act.source):
        raise unknown_message()
    return said
