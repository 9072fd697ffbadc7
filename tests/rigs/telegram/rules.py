"""The platform's rules about one call that the description states only in prose, or not at all."""

import io
import ipaddress
import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from PIL import Image

from tests.rigs.telegram.files import Upload
from tests.rigs.telegram.model import ApiError, Json, bad_request

MEBIBYTE = 2**20
UPLOAD_BYTES = 50 * MEBIBYTE
DOWNLOAD_BYTES = 20 * MEBIBYTE
PHOTO_BYTES = 10 * MEBIBYTE
PHOTO_SIDES = 10_000
PHOTO_RATIO = 20
BUTTONS = 100
BUTTONS_IN_A_ROW = 8
COMMANDS = 100
ACTIONS = re.compile(
    "typing|choose_sticker|find_location|upload_(photo|document)|(upload|record)_(video|voice|video_note)"
)
BUTTON_LOOKS = {"text", "icon_custom_emoji_id", "style"}


def complaints(method: str, params: Json, uploads: dict[str, Upload]) -> Iterator[str]:
    """What the platform would refuse in a call that has the right shape."""
    for keyboard in _keyboards(params):
        yield from _keyboard(keyboard)
    yield from _attachments(params, uploads)
    if rule := BY_METHOD.get(method):
        yield from rule(params)


def photo_size(data: bytes) -> tuple[int, int]:
    """Width and height of a photo that the platform takes; raises what it answers to others."""
    if len(data) > PHOTO_BYTES:
        raise bad_request(
            f"file of size {len(data)} bytes is too big for a photo; the maximum size is {PHOTO_BYTES} bytes"
        )
    try:
        with Image.open(io.BytesIO(data)) as picture:
            width, height = picture.size
    except OSError:
        raise bad_request("IMAGE_PROCESS_FAILED") from None
    if width + height > PHOTO_SIDES or max(width, height) > PHOTO_RATIO * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return width, height


def refuse_large(uploads: dict[str, Upload]) -> None:
    """Raise what the platform answers to more than 50 MB."""
    if sum(len(upload.data) for upload in uploads.values()) > UPLOAD_BYTES:
        raise ApiError(413, "Request Entity Too Large")


def _keyboards(value: object) -> Iterator[list[list[Json]]]:
    if isinstance(value, dict):
        if "inline_keyboard" in value:
            yield value["inline_keyboard"]
        for inner in value.values():
            yield from _keyboards(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keyboards(inner)


def _keyboard(rows: list[list[Json]]) -> Iterator[str]:
    if sum(len(row) for row in rows) > BUTTONS:
        yield f"inline keyboard: more than {BUTTONS} buttons"
    if any(len(row) > BUTTONS_IN_A_ROW for row in rows):
        yield f"inline keyboard: more than {BUTTONS_IN_A_ROW} buttons in a row"
    for row in rows:
        for button in row:
            yield from _button(button)


def _button(button: Json) -> Iterator[str]:
    actions = button.keys() - BUTTON_LOOKS
    if len(actions) != 1:
        yield f"inline keyboard: button {button['text']!r} has {len(actions)} actions, exactly one is allowed"
    if not button["text"].strip():
        yield "inline keyboard: button text must be non-empty"
    if "url" in button and not _is_public(button["url"]):
        yield f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL"
    if "web_app" in button and not button["web_app"]["url"].startswith("https://"):
        yield "inline keyboard: a Web App needs an https address"


def _is_public(url: str) -> bool:
    """The platform takes no address without a dot in its host, so neither localhost."""
    parts = urlsplit(url)
    if parts.scheme == "tg":
        return True
    return parts.scheme in ("", "http", "https") and "." in (parts.hostname or parts.path)


def _attachments(params: Json, uploads: dict[str, Upload]) -> Iterator[str]:
    named = set(_attached(params))
    yield from (f"no file part for attach://{name}" for name in named - uploads.keys())
    yield from (f"file part {name} is not used" for name in uploads.keys() - named)


def _attached(value: object) -> Iterator[str]:
    if isinstance(value, str) and value.startswith("attach://"):
        yield value.removeprefix("attach://")
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _attached(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _attached(inner)


def _webhook(params: Json) -> Iterator[str]:
    if not re.fullmatch(r"[A-Za-z0-9_-]*", params.get("secret_token", "")):
        yield "secret token contains unallowed characters"
    url = urlsplit(params["url"])
    if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url.hostname or "")):
        yield "bad webhook: An HTTPS URL must be provided for webhook"


def _is_loopback(host: str) -> bool:
    """Loopback addresses are the one liberty: the bots under test live there."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _commands(params: Json) -> Iterator[str]:
    if len(params["commands"]) > COMMANDS:
        yield f"more than {COMMANDS} commands"
    for command in params["commands"]:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
            yield f"BOT_COMMAND_INVALID: {command['command']!r}"


def _editing(params: Json) -> Iterator[str]:
    by_message = {"chat_id", "message_id"} <= params.keys()
    if by_message == ("inline_message_id" in params):
        yield "message identifier is not specified"


def _editing_text(params: Json) -> Iterator[str]:
    yield from _editing(params)
    if "text" not in params and "rich_message" not in params:
        yield "message text is empty"


def _album(params: Json) -> Iterator[str]:
    kinds = {item["type"] for item in params["media"]}
    if len(kinds) > 1 and kinds & {"audio", "document"}:
        yield "documents and audio can't be mixed with other media types"


def _chat_action(params: Json) -> Iterator[str]:
    if not ACTIONS.fullmatch(params["action"]):
        yield f"wrong parameter action in request: {params['action']!r}"


BY_METHOD: dict[str, Callable[[Json], Iterator[str]]] = {
    "setWebhook": _webhook,
    "setMyCommands": _commands,
    "editMessageText": _editing_text,
    "editMessageCaption": _editing,
    "editMessageMedia": _editing,
    "editMessageReplyMarkup": _editing,
    "sendMediaGroup": _album,
    "sendChatAction": _chat_action,
}
