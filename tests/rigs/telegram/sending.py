"""The methods that put new messages into a chat."""

from typing import Any

from tests.rigs.telegram import render
from tests.rigs.telegram.contents import Context, inline_keyboard, media_of, text_of
from tests.rigs.telegram.model import Chat, Content, Json, Message, bad_request

MEDIA = {
    "sendPhoto": "photo",
    "sendAudio": "audio",
    "sendDocument": "document",
    "sendVideo": "video",
    "sendAnimation": "animation",
    "sendVoice": "voice",
    "sendVideoNote": "video_note",
}


def send_message(context: Context) -> Json:
    chat = _chat(context)
    return _deliver(context, chat, text_of(context))


def send_media(context: Context) -> Json:
    chat = _chat(context)
    kind = MEDIA[context.call.method]
    if kind == "voice" and not chat.takes_voice_notes:
        raise bad_request("VOICE_MESSAGES_FORBIDDEN")
    content = media_of(context, kind, context.params[kind], context.params, inline_keyboard(context.params))
    return _deliver(context, chat, content)


def send_media_group(context: Context) -> list[Json]:
    chat = _chat(context)
    contents = [media_of(context, item["type"], item["media"], item, None) for item in context.params["media"]]
    album = f"{chat.id}:{chat.last_id + 1}"
    return [_deliver(context, chat, content, album) for content in contents]


def send_chat_action(context: Context) -> bool:
    context.world.chat_for(context.bot, context.params["chat_id"])
    return True


def _chat(context: Context) -> Chat:
    chat = context.world.chat_for(context.bot, context.params["chat_id"])
    if (topic := context.params.get("message_thread_id")) and topic not in chat.topics:
        raise bad_request("message thread not found")
    return chat


def _deliver(context: Context, chat: Chat, content: Content, album: str | None = None) -> Json:
    reply_to = _replied(context, chat)
    topic = context.params.get("message_thread_id") or (reply_to.topic if reply_to else None)
    message = context.world.post(chat, context.bot.user, content, reply_to=reply_to, album=album, topic=topic)
    markup: Any = context.params.get("reply_markup") or {}
    message.has_reply_keyboard = bool(markup) and "inline_keyboard" not in markup
    return render.message(message, context.bot.id)


def _replied(context: Context, chat: Chat) -> Message | None:
    reply = context.params.get("reply_parameters")
    if not reply:
        return None
    found = chat.find(reply["message_id"])
    if found is None and not reply.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return found
