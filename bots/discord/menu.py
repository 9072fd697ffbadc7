"""The list of commands that Discord shows: worded from the catalogue, published only when it has changed."""

import time
from collections.abc import Collection, Iterable
from typing import Any

import structlog

from bots.discord.client import Tree
from bots.discord.rest import Rest
from bots.making import Maker
from bots.models import Answerer
from bots.replies.translator import FALLBACK, Translator, sources

log = structlog.get_logger(__name__)

Json = dict[str, Any]
DESCRIPTION_CHARACTERS = 100
LOOK_SECONDS = 300.0
PUBLISH_SECONDS = 6 * 3600.0
COMPARED = (
    "type",
    "name",
    "description",
    "description_localizations",
    "required",
    "autocomplete",
    "choices",
    "min_value",
    "max_value",
    "default_member_permissions",
)


class Menu:
    """Its tick publishes every few hours, and whenever another command is there."""

    def __init__(self, rest: Rest, tree: Tree, answerer: Answerer) -> None:
        self.rest = rest
        self.tree = tree
        self.answerer = answerer
        self.hidden: frozenset[str] | None = None
        self.again_at = 0.0

    async def tick(self) -> None:
        hidden = frozenset[str]() if await self.answerer.is_here() else frozenset({Maker.ASK})
        if hidden != self.hidden or time.monotonic() >= self.again_at:
            await publish(self.rest, self.tree, hidden)
            self.hidden, self.again_at = hidden, time.monotonic() + PUBLISH_SECONDS


async def publish(rest: Rest, tree: Tree, hidden: Collection[str]) -> None:
    """Bring Discord's list up to date. Publishing is limited to a few hundred a day, hence the look before."""
    application = await rest.call("GET", "/applications/@me", bucket="application")
    installs = {int(kind) for kind in application.get("integration_types_config") or (0, 1)}
    path = f"/applications/{application['id']}/commands"
    shown = [command for command in tree.get_commands() if command.name not in hidden]
    wanted = [offered(worded(command.to_dict(tree)), installs) for command in shown]
    there = await rest.call("GET", path, bucket="commands", query={"with_localizations": "true"})
    if by_name(wanted) == by_name(there):
        return
    await rest.call("PUT", path, wanted, bucket="commands")
    log.info("discord.commands_published", commands=[command["name"] for command in wanted])


def worded(part: Json, *path: str) -> Json:
    """A command or an option with its description in every language there is."""
    key = "-".join(("command", *path, part["name"]))
    described = {locale: Translator(locale)(key)[:DESCRIPTION_CHARACTERS] for locale in sorted(sources())}
    english = described.pop(FALLBACK)
    more = {"description_localizations": described} if described else {}
    told = {**part, "description": english, **more}
    if options := part.get("options"):
        told["options"] = [worded(option, *path, part["name"]) for option in options]
    return told


def offered(command: Json, installs: set[int]) -> Json:
    """The command for the ways of installing that the application is set up for, in the developer portal."""
    kinds = [kind for kind in command["integration_types"] if kind in installs]
    return {**command, "integration_types": kinds or [0]}


def by_name(commands: Iterable[Json]) -> dict[str, Json]:
    return {command["name"]: essence(command) for command in commands}


def essence(part: Json) -> Json:
    """What of a command or an option is ours to say; what is empty and what is missing mean the same."""
    told: Json = {name: canonical(part[name]) for name in COMPARED if is_said(part.get(name))}
    told |= {name: sorted(part[name]) for name in ("contexts", "integration_types") if part.get(name)}
    return told | {"options": [essence(option) for option in part.get("options") or ()]}


def canonical(value: Any) -> Any:
    """Numbers as such: rights come back as text, bounds may lose their point."""
    if isinstance(value, str) and value.isdecimal():
        return float(value)
    return float(value) if isinstance(value, int) else value


def is_said(value: object) -> bool:
    return value is not None and value is not False and value not in ({}, [])
