"""REST: the first answer to an interaction, within 3 s and once."""

from typing import Any

from tests.rigs.discord import payloads
from tests.rigs.discord.calls import Call
from tests.rigs.discord.errors import already_acknowledged, unknown_interaction
from tests.rigs.discord.judge import judge, judge_message, judge_weight
from tests.rigs.discord.model import Answer, Asked, Flag, Interaction, Message
from tests.rigs.discord.reply import Reply, ok
from tests.rigs.discord.rules import answer_problems
from tests.rigs.discord.spec import Problem
from tests.rigs.discord.world import World

Json = dict[str, Any]
CHAT_INPUT_COMMAND, REPLY = 20, 19
WITH_RESPONSE = ("1", "true", "True")


def answer(world: World, call: Call, interaction_id: str, interaction_token: str) -> Reply:
    act = world.interactions.get(interaction_id)
    if act is None or act.token != interaction_token:
        raise unknown_interaction()
    if act.kind is not None:
        raise already_acknowledged()
    if world.clock.now() > act.answer_by:
        raise unknown_interaction()
    judge_answer(world, call, act)
    take(world, act, Answer(call.body["type"]), call)
    world.changes.happened()
    if call.query.get("with_response") in WITH_RESPONSE:
        return ok(told_of(world, act))
    return Reply()


def judge_answer(world: World, call: Call, act: Interaction) -> None:
    judge_weight(world, call)
    judge(world, call, answer_problems(act.asked, call.body, call.files, present(act)))
    if call.body["type"] in (Answer.UPDATE, Answer.DEFERRED_UPDATE) and act.source is None:
        judge(world, call, [Problem("type", "There is no message to update.")])
    if call.body["type"] in (Answer.MESSAGE, Answer.UPDATE):
        said = act.source if call.body["type"] == Answer.UPDATE else None
        judge_message(world, call, call.body.get("data") or {}, said)


def take(world: World, act: Interaction, kind: Answer, call: Call) -> None:
    """Do what the answer says; the interaction counts as answered."""
    data: Json = call.body.get("data") or {}
    if kind in (Answer.MESSAGE, Answer.DEFERRED):
        loading = Flag.LOADING if kind is Answer.DEFERRED else 0
        act.original = post_answer(world, act, data, call, int(data.get("flags") or 0) | loading)
        act.ephemeral = act.original.ephemeral
    elif kind in (Answer.UPDATE, Answer.DEFERRED_UPDATE):
        act.original = act.source
        act.ephemeral = bool(act.source and act.source.ephemeral)
        if kind is Answer.UPDATE and act.source is not None:
            world.edit(act.source, data, call.files)
    elif kind is Answer.CHOICES:
        act.choices = tuple(data.get("choices") or ())
    elif kind is Answer.MODAL:
        act.modal = data
    act.kind, act.answered_at = kind, world.clock.now()


def post_answer(world: World, act: Interaction, data: Json, call: Call, flags: int) -> Message:
    command = act.asked is Asked.COMMAND
    body = {} if flags & Flag.LOADING else data
    return world.post(
        act.channel,
        act.bot.user,
        body,
        call.files,
        flags=flags,
        kind=CHAT_INPUT_COMMAND if command else REPLY if act.source else 0,
        interaction=act,
        reference=act.source,
    )


def told_of(world: World, act: Interaction) -> Json:
    told: Json = {"id": act.id, "type": int(act.asked), "channel_id": act.channel.id}
    if act.channel.guild:
        told["guild_id"] = act.channel.guild.id
    if act.original is None:
        return {"interaction": told}
    told |= {
        "response_message_id": act.original.id,
        "response_message_loading": act.original.loading,
        "response_message_ephemeral": act.original.ephemeral,
    }
    if act.kind not in (Answer.MESSAGE, Answer.UPDATE):
        return {"interaction": told}
    resource = {"type": int(act.kind), "message": payloads.message(act.original, world.origin)}
    return {"interaction": told, "resource": resource}


def present(act: Interaction) -> list[str]:
    return [file.id for file in act.source.attachments] if act.source else []
