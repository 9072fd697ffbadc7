"""Turns what the rules found into a note for the test and Discord's refusal for the bot."""

from collections.abc import Iterable
from typing import Any

from tests.rigs.discord.calls import Call
from tests.rigs.discord.errors import empty_message, invalid_form, too_large
from tests.rigs.discord.model import Flag, Message
from tests.rigs.discord.rules import message_problems, too_heavy
from tests.rigs.discord.spec import Problem
from tests.rigs.discord.world import World

Json = dict[str, Any]
PARTS = ("content", "embeds", "components", "attachments")


def judge_message(world: World, call: Call, body: Json, said: Message | None = None) -> None:
    """Raise if a message must not be sent like this, or `said` not be edited like this."""
    judge_weight(world, call)
    judge(world, call, message_problems(body, call.files, [file.id for file in said.attachments] if said else ()))
    if said is not None and not said.ephemeral and (body.get("flags") or 0) & Flag.EPHEMERAL:
        world.broke_rule(call, "a public message cannot become ephemeral")
    if would_be_empty(body, call, said):
        world.broke_rule(call, "empty message")
        raise empty_message()


def judge_weight(world: World, call: Call) -> None:
    if too_heavy(call.files.values(), world.file_bytes):
        world.broke_rule(call, "a file over 10 MiB or a request over 25 MiB")
        raise too_large()


def judge(world: World, call: Call, problems: Iterable[Problem]) -> None:
    """Note each problem and refuse the request if there is one."""
    found = {problem.where: problem.what for problem in problems}
    for where, what in found.items():
        world.broke_rule(call, f"{where or 'body'}: {what}")
    if found:
        raise invalid_form(found)


def would_be_empty(body: Json, call: Call, said: Message | None) -> bool:
    def left(part: str) -> bool:
        before = getattr(said, part) if said else None
        return bool(body.get(part, before))

    # A listed attachment is one that is kept or comes along: the list was judged before.
    return not call.files and not any(left(part) for part in PARTS)
