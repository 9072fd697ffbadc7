"""Guilds as Discord's JSON, for REST and for the gateway."""

from typing import Any

from tests.rigs.discord import payloads
from tests.rigs.discord.model import Guild

Json = dict[str, Any]


def guild(place: Guild) -> Json:
    """The guild as GET /guilds/{id} tells it."""
    return {
        "id": place.id,
        "name": place.name,
        "owner_id": place.owner.id,
        "roles": [everyone(place)],
        "emojis": [],
        "stickers": [],
        "features": [],
        "region": "deprecated",
        "preferred_locale": "en-US",
        "afk_timeout": 300,
        "system_channel_flags": 0,
        "max_presences": None,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "premium_subscription_count": 0,
        "widget_enabled": False,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        **dict.fromkeys(ZERO, 0),
        **dict.fromkeys(NOTHING),
    }


ZERO = (
    "verification_level",
    "default_message_notifications",
    "mfa_level",
    "explicit_content_filter",
    "premium_tier",
    "nsfw_level",
)
NOTHING = (
    "icon",
    "description",
    "home_header",
    "splash",
    "discovery_splash",
    "banner",
    "application_id",
    "afk_channel_id",
    "system_channel_id",
    "widget_channel_id",
    "vanity_url_code",
    "rules_channel_id",
    "safety_alerts_channel_id",
    "public_updates_channel_id",
)


def guild_create(place: Guild) -> Json:
    """The guild as the gateway announces it."""
    empty = ("threads", "presences", "voice_states", "stage_instances", "guild_scheduled_events", "soundboard_sounds")
    members = [payloads.member(bot.user) for bot in place.bots] + [payloads.member(account) for account in place.people]
    return {
        **guild(place),
        "joined_at": payloads.LONG_AGO,
        "large": False,
        "unavailable": False,
        "member_count": len(members),
        "members": members,
        "channels": [payloads.channel(one) for one in place.channels],
        **{name: [] for name in empty},
    }


def everyone(place: Guild) -> Json:
    return {
        "id": place.id,
        "name": "@everyone",
        "permissions": str(payloads.MEMBER_PERMISSIONS),
        "position": 0,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
