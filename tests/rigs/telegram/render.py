"""Writes the platform's objects as Bot API JSON, as one bot sees them."""

from mimetypes import guess_type
from typing import Any

from tests.rigs.telegram.files import File
from tests.rigs.telegram.model import Chat, Content, Json, Message, User

MIME_TYPES = {"video": "video/mp4", "animation": "video/mp4", "audio": "audio/mpeg", "voice": "audio/ogg"}


def user(account: User) -> Json:
    return _without_none(
        id=account.id,
        is_bot=account.is_bot,
        first_name=account.name,
        username=account.username,
        language_code=account.language,
    )


def chat(room: Chat) -> Json:
    if room.is_private:
        person = room.people[0]
        return _without_none(id=room.id, type="private", first_name=person.name, username=person.username)
    return _without_none(id=room.id, type=room.type, title=room.title, is_forum=True if room.topics else None)


def message(told: Message, bot_id: int, *, with_reply: bool = True) -> Json:
    reply = told.reply_to if with_reply else None
    shown = _without_none(
        message_id=told.id,
        date=told.date,
        chat=chat(told.chat),
        edit_date=told.edit_date,
        media_group_id=told.album,
        message_thread_id=told.topic,
        is_topic_message=True if told.topic else None,
        reply_to_message=message(reply, bot_id, with_reply=False) if reply and not reply.removed else None,
    )
    return {**shown, "from": user(told.author), **_content(told.content, bot_id)}


def inaccessible(told: Message) -> Json:
    """How a callback query shows a message that is out of the bot's reach."""
    return {"message_id": told.id, "date": 0, "chat": chat(told.chat)}


def _content(content: Content, bot_id: int) -> Json:
    entities = list(content.entities) or None
    markup = content.keyboard
    if content.kind == "service":
        return dict(content.details)
    if content.file is None:
        return _without_none(text=content.text, entities=entities, reply_markup=markup)
    shown = _without_none(caption=content.text or None, caption_entities=entities, reply_markup=markup)
    return shown | _media(content.kind, content.file, content.details, bot_id)


def _media(kind: str, file: File, details: Json, bot_id: int) -> Json:
    if kind == "photo":
        flags = {"has_media_spoiler": True} if details.get("has_spoiler") else {}
        small, full = photo_size(file, bot_id, small=True), photo_size(file, bot_id)
        return {"photo": [small, full] if file.thumbnail_size != (file.width, file.height) else [full], **flags}
    facts: Json = {
        "file_id": file.id_for(bot_id),
        "file_unique_id": f"u{file.number}",
        "file_size": len(file.data),
        "file_name": file.name,
        "mime_type": MIME_TYPES.get(kind) or guess_type(file.name)[0],
    }
    facts |= {name: value for name, value in details.items() if name != "has_spoiler"}
    if kind in ("voice", "video_note"):
        facts.pop("file_name")
    shown: Json = {kind: _without_none(**facts)}
    if kind == "animation":
        document = ("file_id", "file_unique_id", "file_size", "file_name", "mime_type")
        shown["document"] = {name: value for name, value in shown[kind].items() if name in document}
    return shown


def photo_size(file: File, bot_id: int, *, small: bool = False) -> Json:
    width, height = file.thumbnail_size if small else (file.width, file.height)
    sized: Json = {"file_id": file.id_for(bot_id, small=small), "width": width, "height": height}
    sized["file_unique_id"] = f"u{file.number}" + ("s" if small else "")
    return sized if small else sized | {"file_size": len(file.data)}


def _without_none(**fields: Any) -> Json:
    return {name: value for name, value in fields.items() if value is not None}
