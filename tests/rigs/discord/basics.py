"""REST: who am I, where is the gateway, which guilds and channels are there."""

from typing import Any

from tests.rigs.discord import guilds, payloads
from tests.rigs.discord.calls import Call
from tests.rigs.discord.errors import invalid_form, missing_access, unknown_channel, unknown_guild, unknown_user
from tests.rigs.discord.model import Bot, Channel
from tests.rigs.discord.reply import Reply, ok
from tests.rigs.discord.world import World

Json = dict[str, Any]
IDENTIFIES_A_DAY = 1000


def me(world: World, call: Call, bot: Bot) -> Reply:
    return ok({**payloads.user(bot.user), "mfa_enabled": False, "locale": "en-US", "verified": True, "email": None})


def application(world: World, call: Call, bot: Bot) -> Reply:
    nothing = ("icon", "type", "interactions_endpoint_url", "role_connections_verification_url")
    counts = ("flags", "approximate_user_install_count", "approximate_user_authorization_count")
    owner = next(iter(world.guilds.values())).owner if world.guilds else bot.user
    told: Json = {
        "id": bot.id,
        "name": bot.name,
        "description": "",
        "verify_key": "0" * 64,
        "flags_new": "0",
        "redirect_uris": [],
        "owner": payloads.user(owner),
        "team": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "rpc_origins": [],
        "approximate_guild_count": sum(bot in guild.bots for guild in world.guilds.values()),
        "explicit_content_filter": 0,
        "eligible_oauth2_scopes": ["bot", "applications.commands"],
    }
    return ok(told | dict.fromkeys(nothing) | dict.fromkeys(counts, 0))


def gateway(world: World, call: Call, bot: Bot) -> Reply:
    return ok({"url": world.gateway_url})


def gateway_bot(world: World, call: Call, bot: Bot) -> Reply:
    left = IDENTIFIES_A_DAY - bot.identified
    limit = {"total": IDENTIFIES_A_DAY, "remaining": left, "reset_after": 86_400_000, "max_concurrency": 1}
    return ok({"url": world.gateway_url, "shards": 1, "session_start_limit": limit})


def my_guilds(world: World, call: Call, bot: Bot) -> Reply:
    told = {"icon": None, "banner": None, "owner": False, "permissions": str(payloads.MEMBER_PERMISSIONS)}
    mine = [guild for guild in world.guilds.values() if bot in guild.bots]
    return ok([{**told, "id": guild.id, "name": guild.name, "features": []} for guild in mine])


def guild(world: World, call: Call, bot: Bot, guild_id: str) -> Reply:
    place = world.guilds.get(guild_id)
    if place is None or bot not in place.bots:
        raise unknown_guild()
    return ok(guilds.guild(place))


def channel(world: World, call: Call, bot: Bot, channel_id: str) -> Reply:
    return ok(payloads.channel(visible_channel(world, bot, channel_id)))


def open_direct(world: World, call: Call, bot: Bot) -> Reply:
    person = world.users.get(str(call.body.get("recipient_id")))
    if person is None:
        raise unknown_user()
    if person.bot:
        raise invalid_form({"recipient_id": "Cannot open a direct message with a bot."})
    return ok(payloads.channel(world.direct(person, bot)))


def visible_channel(world: World, bot: Bot, channel_id: str) -> Channel:
    """Return the channel, or raise what a bot is told that may not see it."""
    place = world.channels.get(channel_id)
    if place is None:
        raise unknown_channel()
    if not place.visible_to(bot):
        raise missing_access()
    return place
