"""REST: the commands that a bot publishes, everywhere or in one guild."""

from typing import Any

from tests.rigs.discord.calls import Call
from tests.rigs.discord.command_rules import command_problems
from tests.rigs.discord.errors import missing_access, unknown_command
from tests.rigs.discord.judge import judge
from tests.rigs.discord.model import Bot
from tests.rigs.discord.reply import Reply, ok
from tests.rigs.discord.world import World

Json = dict[str, Any]
CREATED = 201


def replace_all(world: World, call: Call, bot: Bot, application_id: str, guild_id: str | None = None) -> Reply:
    belongs(world, bot, application_id, guild_id)
    judge(world, call, command_problems(call.body))
    before = {command["name"]: command for command in published(bot, guild_id)}
    commands = [stored(world, bot, guild_id, asked, before.get(asked["name"])) for asked in call.body]
    keep(world, bot, guild_id, commands)
    return ok(commands)


def read_all(world: World, call: Call, bot: Bot, application_id: str, guild_id: str | None = None) -> Reply:
    belongs(world, bot, application_id, guild_id)
    return ok(published(bot, guild_id))


def add(world: World, call: Call, bot: Bot, application_id: str, guild_id: str | None = None) -> Reply:
    """Create a command, or replace the one of the same name."""
    belongs(world, bot, application_id, guild_id)
    others = [command for command in published(bot, guild_id) if command["name"] != call.body["name"]]
    before = next((c for c in published(bot, guild_id) if c["name"] == call.body["name"]), None)
    judge(world, call, command_problems([call.body]))
    command = stored(world, bot, guild_id, call.body, before)
    keep(world, bot, guild_id, [*others, command])
    return Reply(200 if before else CREATED, command)


def read(world: World, call: Call, bot: Bot, application_id: str, command_id: str) -> Reply:
    belongs(world, bot, application_id, None)
    return ok(find(bot, command_id))


def edit(world: World, call: Call, bot: Bot, application_id: str, command_id: str) -> Reply:
    belongs(world, bot, application_id, None)
    before = find(bot, command_id)
    judge(world, call, command_problems([{**before, **call.body}]))
    command = stored(world, bot, None, {**before, **call.body}, before)
    keep(world, bot, None, [command if c is before else c for c in bot.commands])
    return ok(command)


def delete(world: World, call: Call, bot: Bot, application_id: str, command_id: str) -> Reply:
    belongs(world, bot, application_id, None)
    gone = find(bot, command_id)
    keep(world, bot, None, [command for command in bot.commands if command is not gone])
    return Reply()


def belongs(world: World, bot: Bot, application_id: str, guild_id: str | None) -> None:
    if application_id != bot.id:
        raise missing_access()
    if guild_id is not None and (guild_id not in world.guilds or bot not in world.guilds[guild_id].bots):
        raise missing_access()


def published(bot: Bot, guild_id: str | None) -> list[Json]:
    return bot.commands if guild_id is None else bot.guild_commands.get(guild_id, [])


def keep(world: World, bot: Bot, guild_id: str | None, commands: list[Json]) -> None:
    if guild_id is None:
        bot.commands = commands
    else:
        bot.guild_commands[guild_id] = commands
    bot.syncs += 1
    world.changes.happened()


def stored(world: World, bot: Bot, guild_id: str | None, asked: Json, before: Json | None) -> Json:
    """The command as Discord tells it back: with an id that survives a republication."""
    told = {name: value for name, value in asked.items() if value is not None}
    rights = asked.get("default_member_permissions")
    return {
        "type": 1,
        "nsfw": False,
        "dm_permission": True,
        "contexts": None,
        "integration_types": [0],
        "description": "",
        **told,
        "default_member_permissions": None if rights is None else str(rights),
        "id": before["id"] if before else world.clock.snowflake(),
        "application_id": bot.id,
        "version": world.clock.snowflake(),
        **({"guild_id": guild_id} if guild_id else {}),
    }


def find(bot: Bot, command_id: str) -> Json:
    for command in bot.commands:
        if command["id"] == command_id:
            return command
    raise unknown_command()
