"""The methods that change or delete messages, with the platform's refusals."""

from dataclasses import replace

from tests.rigs.telegram import render
from tests.rigs.telegram.contents import Context, caption_of, inline_keyboard, media_of, text_of
from tests.rigs.telegram.model import Content, Json, Message, bad_request

REPLACEABLE = ("text", "photo", "video", "animation", "audio", "document")
VISUAL = {"photo", "video", "animation"}
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


def edit_text(context: Context) -> Json:
    message = _editable(context)
    if message.content.kind != "text":
        raise bad_request("there is no text in the message to edit")
    return _change(context, message, text_of(context))


def edit_caption(context: Context) -> Json:
    message = _editable(context)
    if message.content.kind in ("text", "video_note"):
        raise bad_request("there is no caption in the message to edit")
    caption, entities = caption_of(context.params)
    keyboard = inline_keyboard(context.params)
    return _change(context, message, replace(message.content, text=caption, entities=entities, keyboard=keyboard))


def edit_media(context: Context) -> Json:
    """A text message may become media, never the other way round; an album keeps its kind."""
    message, media = _editable(context), context.params["media"]
    if message.content.kind not in REPLACEABLE:
        raise bad_request("there is no media in the message to edit")
    if message.album and message.content.kind != media["type"] and not {message.content.kind, media["type"]} <= VISUAL:
        raise bad_request("message can't be edited")
    keyboard = inline_keyboard(context.params)
    return _change(context, message, media_of(context, media["type"], media["media"], media, keyboard))


def edit_reply_markup(context: Context) -> Json:
    message = _editable(context)
    return _change(context, message, replace(message.content, keyboard=inline_keyboard(context.params)))


def delete_message(context: Context) -> bool:
    """A bot deletes its own messages anywhere, those of others only in a private chat."""
    chat = context.world.chat_for(context.bot, context.params["chat_id"])
    message = chat.find(context.params["message_id"])
    if message is None:
        raise bad_request("message to delete not found")
    if not chat.is_private and message.author != context.bot.user:
        raise bad_request("message can't be deleted for everyone")
    context.world.remove(message)
    return True


def delete_messages(context: Context) -> bool:
    chat = context.world.chat_for(context.bot, context.params["chat_id"])
    found = [message for number in context.params["message_ids"] if (message := chat.find(number))]
    if any(not chat.is_private and message.author != context.bot.user for message in found):
        raise bad_request("message can't be deleted for everyone")
    for message in found:
        context.world.remove(message)
    return True


def _editable(context: Context) -> Message:
    if "inline_message_id" in context.params:
        raise bad_request("MESSAGE_ID_INVALID")
    chat = context.world.chat_for(context.bot, context.params["chat_id"])
    message = chat.find(context.params["message_id"])
    if message is None:
        raise bad_request("message to edit not found")
    if message.author != context.bot.user or message.has_reply_keyboard:
        raise bad_request("message can't be edited")
    return message


def _change(context: Context, message: Message, content: Content) -> Json:
    if content == message.content:
        raise bad_request(NOT_MODIFIED)
    context.world.change(message, content)
    return render.message(message, context.bot.id)
