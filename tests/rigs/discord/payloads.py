"""The rig's things as Discord's JSON."""

from typing import Any
from urllib.parse import quote

from tests.rigs.discord.clock import iso
from tests.rigs.discord.model import Asked, Attachment, Bot, Channel, Interaction, Message, User

Json = dict[str, Any]
LONG_AGO = "2026-01-01T00:00:00+00:00"
VIEW, SEND, ATTACH, EMBED, HISTORY, COMMANDS = 1 << 10, 1 << 11, 1 << 15, 1 << 14, 1 << 16, 1 << 31
MEMBER_PERMISSIONS = VIEW | SEND | ATTACH | EMBED | HISTORY | COMMANDS
ADMINISTRATOR = 1 << 3
MEMBER_OVERWRITE = 1


def user(account: User) -> Json:
    return {
        "id": account.id,
        "username": account.name.lower().replace(" ", "_"),
        "global_name": None if account.bot else account.name,
        "discriminator": "0",
        "avatar": None,
        "bot": account.bot,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }


def member(account: User, permissions: int = MEMBER_PERMISSIONS) -> Json:
    return {
        "user": user(account),
        "roles": [],
        "nick": None,
        "avatar": None,
        "joined_at": LONG_AGO,
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "permissions": str(permissions),
    }


def permissions_of(bot: Bot, channel: Channel) -> int:
    """What the bot may do in the channel; without being able to see it, nothing."""
    if not channel.visible_to(bot):
        return 0
    return MEMBER_PERMISSIONS & ~(SEND if bot.id in channel.muted else 0)


def channel(place: Channel) -> Json:
    if place.guild is None:
        recipients = [user(place.recipient)] if place.recipient else []
        return {"id": place.id, "type": 1, "flags": 0, "last_message_id": None, "recipients": recipients}
    return {
        "id": place.id,
        "type": 0,
        "flags": 0,
        "guild_id": place.guild.id,
        "name": place.name,
        "position": place.guild.channels.index(place),
        "permission_overwrites": overwrites(place),
        "nsfw": False,
        "parent_id": None,
        "rate_limit_per_user": 0,
        "topic": None,
        "last_message_id": None,
    }


def overwrites(place: Channel) -> list[Json]:
    denied = dict.fromkeys(place.muted, SEND) | dict.fromkeys(place.hidden_from, VIEW | SEND)
    return [{"id": bot, "type": MEMBER_OVERWRITE, "allow": "0", "deny": str(bits)} for bot, bits in denied.items()]


def given(file: Attachment) -> Json:
    """A file that a person sends with a command."""
    return {
        "id": file.id,
        "filename": file.filename,
        "size": len(file.data),
        "content_type": file.content_type,
        "url": file.url,
        "proxy_url": file.url,
        "ephemeral": True,
    }


def attachment(file: Attachment, message: Message, origin: str) -> Json:
    url = f"{origin}/attachments/{message.channel.id}/{file.id}/{quote(file.filename)}"
    told = {"description": file.description} if file.description else {}
    return {
        "id": file.id,
        "filename": file.filename,
        "size": len(file.data),
        "content_type": file.content_type,
        "url": url,
        "proxy_url": url,
        "ephemeral": message.ephemeral,
        **told,
    }


def message(said: Message, origin: str) -> Json:
    """`origin` is where the files are served from."""
    told: Json = {
        "id": said.id,
        "channel_id": said.channel.id,
        "author": user(said.author),
        "content": said.content,
        "timestamp": iso(said.created_at),
        "edited_timestamp": iso(said.edited_at) if said.edited_at else None,
        "tts": False,
        "pinned": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "type": said.kind,
        "flags": said.flags,
        "embeds": [{"type": "rich", **embed} for embed in said.embeds],
        "components": said.components,
        "attachments": [attachment(file, said, origin) for file in said.attachments],
    }
    if said.nonce is not None:
        told["nonce"] = said.nonce
    if said.reference is not None:
        told["message_reference"] = reference(said.reference)
    if said.interaction is not None:
        told |= {"application_id": said.interaction.bot.id, "webhook_id": said.interaction.bot.id}
        told["interaction_metadata"] = metadata(said.interaction)
    return told


def reference(said: Message) -> Json:
    where = {"guild_id": said.channel.guild.id} if said.channel.guild else {}
    return {"type": 0, "channel_id": said.channel.id, "message_id": said.id, **where}


def metadata(act: Interaction) -> Json:
    told: Json = {
        "id": act.id,
        "type": int(act.asked),
        "user": user(act.user),
        "authorizing_integration_owners": act.owners,
    }
    if act.asked is Asked.COMPONENT and act.source is not None:
        told["interacted_message_id"] = act.source.id
    if act.asked is Asked.MODAL:
        told["triggering_interaction_metadata"] = {**told, "type": int(Asked.COMMAND)}
    return told


def interaction(act: Interaction, origin: str, permissions: int, file_bytes: int) -> Json:
    """The event by which a bot learns of it."""
    place = act.channel
    told: Json = {
        "id": act.id,
        "token": act.token,
        "application_id": act.bot.id,
        "type": int(act.asked),
        "version": 1,
        "data": act.data,
        "channel_id": place.id,
        "channel": channel(place),
        "locale": "en-US",
        "app_permissions": str(permissions_of(act.bot, place)),
        "entitlements": [],
        "authorizing_integration_owners": act.owners,
        "context": act.context,
        "attachment_size_limit": file_bytes,
    }
    if place.guild is None:
        told["user"] = user(act.user)
    else:
        told |= {"guild_id": place.guild.id, "guild_locale": "en-US", "member": member(act.user, permissions)}
        told["guild"] = {"id": place.guild.id, "features": [], "locale": "en-US"}
    if act.source is not None:
        told["message"] = message(act.source, origin)
    return told
