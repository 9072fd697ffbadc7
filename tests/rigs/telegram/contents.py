"""Makes a message's content out of a call's parameters, uploads and file ids."""

from dataclasses import dataclass
from typing import Any

from tests.rigs.telegram import rules
from tests.rigs.telegram.bots import FakeBot
from tests.rigs.telegram.entities import parse, with_automatic
from tests.rigs.telegram.files import File
from tests.rigs.telegram.model import Call, Content, Json, bad_request
from tests.rigs.telegram.world import World

# The fields of a call that show in the message, by kind; numbers that the platform fills in itself count as 0 here.
DETAILS: dict[str, Json] = {
    "photo": {"has_spoiler": False},
    "audio": {"duration": 0, "performer": None, "title": None},
    "document": {},
    "video": {"width": 0, "height": 0, "duration": 0, "has_spoiler": False},
    "animation": {"width": 0, "height": 0, "duration": 0, "has_spoiler": False},
    "voice": {"duration": 0},
    "video_note": {"length": 240, "duration": 0},
}


@dataclass(frozen=True, slots=True)
class Context:
    """A checked call on its way to its handler."""

    world: World
    bot: FakeBot
    call: Call

    @property
    def params(self) -> Json:
        return self.call.params


def text_of(context: Context) -> Content:
    """The content of sendMessage and editMessageText."""
    params = context.params
    if "rich_message" in params:
        raise bad_request("rich messages are not simulated")
    text, entities = parse(params["text"], params.get("parse_mode"), params.get("entities"))
    return Content("text", text, tuple(with_automatic(text, entities)), keyboard=inline_keyboard(params))


def media_of(context: Context, kind: str, reference: str, fields: Json, keyboard: Json | None) -> Content:
    """The content of a media message; `fields` holds caption and details, in a call or in an InputMedia."""
    file = _file(context, kind, reference)
    caption, entities = caption_of(fields)
    details: Json = {name: fields.get(name, default) for name, default in DETAILS[kind].items()}
    details = {name: value for name, value in details.items() if value is not None}
    return Content(kind, caption, entities, file, keyboard, details)


def caption_of(fields: Json) -> tuple[str, tuple[Json, ...]]:
    written = fields.get("caption", "")
    caption, entities = parse(written, fields.get("parse_mode"), fields.get("caption_entities"))
    return caption, tuple(with_automatic(caption, entities))


def inline_keyboard(params: Json) -> Json | None:
    """The inline keyboard; one without buttons is none."""
    markup: Any = params.get("reply_markup") or {}
    rows = [row for row in markup.get("inline_keyboard", []) if row]
    return {"inline_keyboard": rows} if rows else None


def _file(context: Context, kind: str, reference: str) -> File:
    if reference.startswith("attach://"):
        upload = context.call.uploads[reference.removeprefix("attach://")]
        if not upload.data:
            raise bad_request("file must be non-empty")
        size = rules.photo_size(upload.data) if kind == "photo" else (0, 0)
        return context.world.files.store(kind, upload.name, upload.data, size)
    if reference.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    file = context.world.files.find(reference, context.bot.id)
    if file is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if file.kind != kind:
        raise bad_request(f"can't use file of type {file.kind.title()} as {kind.title()}")
    return file
