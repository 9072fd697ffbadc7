"""What a Discord client lets a person type: options made and checked as the app does, before anything is sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.rigs.discord import payloads
from tests.rigs.discord.model import Attachment, Bot, Channel, User

Json = dict[str, Any]
SUBCOMMAND, GROUP, TEXT, INTEGER, BOOLEAN, USER, NUMBER, ATTACHMENT = 1, 2, 3, 4, 5, 6, 10, 11
TEXT_LENGTH = 6000
SLASH = 1
TYPES: dict[int, tuple[type, ...]] = {
    TEXT: (str,),
    INTEGER: (int,),
    BOOLEAN: (bool,),
    USER: (User,),
    NUMBER: (int, float),
    ATTACHMENT: (Attachment,),
}


class NotPossible(Exception):
    """The person's own app would not let this happen; the bot hears nothing of it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A command line as the app sends it: the `data` of an interaction."""

    command: Json
    data: Json


def available(bot: Bot, channel: Channel, administrator: bool) -> dict[str, Json]:
    """The slash commands that the app offers here; a guild's own hide global ones of the same name."""
    found = {c["name"]: c for c in bot.commands}
    if channel.guild is not None:
        found |= {c["name"]: c for c in bot.guild_commands.get(channel.guild.id, [])}
    return {name: c for name, c in found.items() if c["type"] == SLASH and offered(c, bot, channel, administrator)}


def offered(command: Json, bot: Bot, channel: Channel, administrator: bool) -> bool:
    context = 0 if channel.guild else 1
    if command.get("contexts") is not None and context not in command["contexts"]:
        return False
    if channel.guild is None:
        return command.get("dm_permission") is not False or command.get("contexts") is not None
    if bot not in channel.guild.bots and 1 not in (command.get("integration_types") or ()):
        return False
    return command.get("default_member_permissions") is None or administrator


def full(command: Json, path: list[str], values: dict[str, Any]) -> Wish:
    """The finished command line: all required options are there."""
    options, wrap = leaf(command, path)
    missing = [option["name"] for option in options if option.get("required") and option["name"] not in values]
    if missing:
        raise NotPossible(f"required options are missing: {missing}")
    resolved: Json = {}
    filled = [fill(option_named(options, name), value, resolved) for name, value in values.items()]
    return Wish(command, {**data_of(command), **wrap(filled), **({"resolved": resolved} if resolved else {})})


def unfinished(command: Json, path: list[str], option: str, text: str, values: dict[str, Any]) -> Wish:
    """The command line while the person types into `option`."""
    options, wrap = leaf(command, path)
    typed = option_named(options, option)
    if not typed.get("autocomplete"):
        raise NotPossible(f"{option} has no autocomplete")
    others = [fill(option_named(options, name), value, {}) for name, value in values.items()]
    focused = {"name": option, "type": typed["type"], "value": text, "focused": True}
    return Wish(command, {**data_of(command), **wrap([*others, focused])})


def leaf(command: Json, path: list[str]) -> tuple[list[Json], Any]:
    """Return the options at the end of a path of subcommands and how to wrap their values."""
    steps: list[Json] = []
    options: list[Json] = command.get("options") or []
    for name in path:
        step = option_named(options, name)
        steps.append(step)
        options = step.get("options") or []
    if any(option["type"] in (SUBCOMMAND, GROUP) for option in options):
        raise NotPossible(f"a subcommand must follow {command['name']}")

    def wrap(filled: list[Json]) -> Json:
        inner = filled
        for step in reversed(steps):
            inner = [{"name": step["name"], "type": step["type"], "options": inner}]
        return {"options": inner} if inner else {}

    return options, wrap


def data_of(command: Json) -> Json:
    where = {"guild_id": command["guild_id"]} if "guild_id" in command else {}
    return {"id": command["id"], "name": command["name"], "type": SLASH, **where}


def option_named(options: list[Json], name: str) -> Json:
    for option in options:
        if option["name"] == name:
            return option
    raise NotPossible(f"no option {name}; there are {[option['name'] for option in options]}")


def fill(option: Json, value: Any, resolved: Json) -> Json:
    """Give an option its value; a choice may be named by what the person reads or by its value."""
    if choices := option.get("choices"):
        picked = [c["value"] for c in choices if value in (c["name"], c["value"])]
        if not picked:
            raise NotPossible(f"{option['name']} has no choice {value!r}")
        value = picked[0]
    elif complaints := list(complaints_about(option, value)):
        raise NotPossible(f"{option['name']}: {complaints[0]}")
    if option["type"] == USER:
        resolved.setdefault("users", {})[value.id] = payloads.user(value)
        value = value.id
    if option["type"] == ATTACHMENT:
        resolved.setdefault("attachments", {})[value.id] = payloads.given(value)
        value = value.id
    return {"name": option["name"], "type": option["type"], "value": value}


def complaints_about(option: Json, value: Any) -> Iterator[str]:
    expected = TYPES.get(option["type"])
    if expected is None:
        yield "the rig has no such kind of option"
    elif not isinstance(value, expected) or (isinstance(value, bool) and option["type"] != BOOLEAN):
        yield f"{value!r} is of the wrong type"
    elif isinstance(value, str) and not option.get("min_length", 1) <= len(value) <= option.get(
        "max_length", TEXT_LENGTH
    ):
        yield f"{len(value)} characters are too few or too many"
    elif isinstance(value, int | float) and not option.get("min_value", value) <= value <= option.get(
        "max_value", value
    ):
        yield f"{value} is out of range"
