"""The methods about the bot itself, its chats, files, queries and webhook."""

import json
import re
from pathlib import PurePath
from typing import Any

from tests.rigs.telegram import render
from tests.rigs.telegram.contents import Context
from tests.rigs.telegram.model import Json, User, bad_request
from tests.rigs.telegram.rules import DOWNLOAD_BYTES
from tests.rigs.telegram.webhook import Webhook

QUERY_IS_OLD = "query is too old and response timeout expired or query ID is invalid"
PROFILE_METHOD = re.compile(r"(?:set|get)My(Name|Description|ShortDescription)")
PROFILE_FIELDS = {"Name": "name", "Description": "description", "ShortDescription": "short_description"}
EXTENSIONS = {"photo": ".jpg", "voice": ".oga", "audio": ".mp3", "video": ".mp4", "animation": ".mp4"}


def get_me(context: Context) -> Json:
    return render.user(context.bot.user) | {
        "can_join_groups": True,
        "can_read_all_group_messages": context.bot.reads_all,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def set_my_commands(context: Context) -> bool:
    context.bot.commands[_commands_key(context)] = context.params["commands"]
    return True


def delete_my_commands(context: Context) -> bool:
    context.bot.commands.pop(_commands_key(context), None)
    return True


def get_my_commands(context: Context) -> list[Json]:
    return context.bot.commands.get(_commands_key(context), [])


def set_profile(context: Context) -> bool:
    kind, language = _profile_key(context)
    context.bot.profile[kind, language] = context.params.get(PROFILE_FIELDS[kind], "")
    return True


def get_profile(context: Context) -> Json:
    kind, language = _profile_key(context)
    default = context.bot.user.name if kind == "Name" else ""
    return {PROFILE_FIELDS[kind]: context.bot.profile.get((kind, language), default)}


def answer_callback_query(context: Context) -> bool:
    """Once, and while the person still waits. A second answer is a rule break unless the bot could not know better."""
    world, query = context.world, context.world.queries.get(context.params["callback_query_id"])
    if query is None or query.bot_id != context.bot.id:
        raise bad_request(QUERY_IS_OLD)
    if query.answer is not None:
        delivered_once = context.bot.updates.deliveries_of(query.update_id) <= 1
        if delivered_once and not query.answer.is_reply_lost:
            world.breaks("answered-twice", f"callback query {query.id} was answered before", context.call)
        raise bad_request(QUERY_IS_OLD)
    if world.now() - query.at > world.callback_lifetime_seconds:
        raise bad_request(QUERY_IS_OLD)
    query.answer = context.call
    world.changes.announce()
    return True


def get_file(context: Context) -> Json:
    file_id = context.params["file_id"]
    data = context.world.files.read(file_id, context.bot.id)
    file = context.world.files.find(file_id, context.bot.id)
    if data is None or file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(data) > DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    suffix = EXTENSIONS.get(file.kind) or PurePath(file.name).suffix
    path = f"{file.kind}s/{file_id}{suffix}"
    return {"file_id": file_id, "file_unique_id": f"u{file.number}", "file_size": len(data), "file_path": path}


def get_chat(context: Context) -> Json:
    chat = context.world.chat_for(context.bot, context.params["chat_id"])
    gifts = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
    )
    return render.chat(chat) | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}


def get_chat_member(context: Context) -> Json:
    """The first person of a group is its creator."""
    chat = context.world.chat_for(context.bot, context.params["chat_id"])
    member = next((user for user in [*chat.people, *chat.bots] if user.id == context.params["user_id"]), None)
    if member is None:
        raise bad_request("user not found")
    return _member(member, is_creator=member == chat.people[0] and not chat.is_private)


def get_chat_administrators(context: Context) -> list[Json]:
    chat = context.world.chat_for(context.bot, context.params["chat_id"])
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    return [_member(chat.people[0], is_creator=True)]


def get_chat_member_count(context: Context) -> int:
    chat = context.world.chat_for(context.bot, context.params["chat_id"])
    return len(chat.people) + len(chat.bots) - len(chat.removed_bots)


def acknowledge(context: Context) -> bool:
    """For methods whose effect no test looks at."""
    if "chat_id" in context.params:
        context.world.chat_for(context.bot, context.params["chat_id"])
    return True


async def set_webhook(context: Context) -> bool:
    params, bot = context.params, context.bot
    await delete_webhook(context)
    if "allowed_updates" in params:
        bot.updates.allowed = frozenset(params["allowed_updates"])
    if params["url"]:
        bot.webhook = Webhook(params["url"], params.get("secret_token", ""), params.get("max_connections", 40))
        bot.webhook.start(bot.updates)
        bot.updates.changes.announce()
    return True


async def delete_webhook(context: Context) -> bool:
    bot = context.bot
    if context.params.get("drop_pending_updates"):
        bot.updates.pending.clear()
    if bot.webhook:
        hook, bot.webhook = bot.webhook, None
        await hook.stop()
    return True


def get_webhook_info(context: Context) -> Json:
    bot, hook = context.bot, context.bot.webhook
    info: dict[str, Any] = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(bot.updates.pending),
    }
    if hook:
        info["max_connections"] = hook.max_connections
        if hook.failures:
            info |= {"last_error_date": hook.failed_at, "last_error_message": hook.failures[-1]}
    if bot.updates.allowed:
        info["allowed_updates"] = sorted(bot.updates.allowed)
    return info


def _member(member: User, *, is_creator: bool) -> Json:
    shown = {"user": render.user(member), "status": "creator" if is_creator else "member"}
    return shown | ({"is_anonymous": False} if is_creator else {})


def _commands_key(context: Context) -> tuple[str, str]:
    scope = context.params.get("scope", {"type": "default"})
    return json.dumps(scope, sort_keys=True), context.params.get("language_code", "")


def _profile_key(context: Context) -> tuple[str, str]:
    match = PROFILE_METHOD.fullmatch(context.call.method)
    assert match
    return match[1], context.params.get("language_code", "")
