"""A Screen as the body of a Discord message."""

from collections.abc import Sequence
from typing import Any

from discord.utils import escape_markdown

from bots.buttons import Action, read
from bots.discord.place import Place
from bots.discord.rest import Upload
from bots.messenger import Button, Link, Picture, Screen

Json = dict[str, Any]
CONTENT_CHARACTERS = 2000
LABEL_CHARACTERS = 80
ROW, BUTTON = 1, 2
GREY, RED = 2, 4
ONLY_THEY_SEE = 1 << 6
NO_LINK_PREVIEWS = 1 << 2
NOBODY_IS_CALLED: Json = {"parse": []}
OWNER_SIGN = "@"
CONTENT_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "mov": "video/quicktime",
    "gif": "image/gif",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "txt": "text/plain; charset=utf-8",
}


def body(screen: Screen, place: Place, privately: bool = False) -> Json:
    """What shows the screen; without a picture an edit leaves the one that is there."""
    told: Json = {
        "content": linked(content(screen.text), screen.links) if screen.links else content(screen.text),
        "components": [row(buttons, place.user_id) for buttons in screen.buttons],
        "allowed_mentions": NOBODY_IS_CALLED,
    }
    shows_words = place.words is not None and needs_words(screen)
    # Without link previews, Discord would hide our own embed as well.
    told["flags"] = (ONLY_THEY_SEE if privately else 0) | (0 if shows_words else NO_LINK_PREVIEWS)
    if place.words is not None:
        told["embeds"] = [place.words.embed()] if shows_words else []
    if screen.picture is not None:
        told["attachments"] = [{"id": 0, "filename": screen.picture.filename}]
    return told


def uploads(screen: Screen) -> tuple[Upload, ...]:
    return (upload(screen.picture),) if screen.picture else ()


def upload(picture: Picture) -> Upload:
    ending = picture.filename.rpartition(".")[2]
    return Upload(picture.filename, picture.content, CONTENT_TYPES.get(ending, "application/octet-stream"))


def content(text: str) -> str:
    """The text as it is meant, without markup of its own, cut to what a message holds."""
    escaped = escape_markdown(text)
    if len(escaped) <= CONTENT_CHARACTERS:
        return escaped
    return escaped[: CONTENT_CHARACTERS - 1].rstrip("\\") + "…"


def linked(text: str, links: Sequence[Link]) -> str:
    """The words at the end of an escaped text that are links, as such; what stands before them makes room."""
    end = len(text)
    for link in reversed(links):
        words = escape_markdown(link.words)
        at = text.rfind(words, 0, end)
        if at >= 0:
            text = f"{text[:at]}[{words}](<{link.url}>){text[at + len(words) :]}"
            end = at
    line = text.rfind("\n", 0, end) + 1
    room = CONTENT_CHARACTERS - len(text[line:]) - 2
    return text if len(text) <= CONTENT_CHARACTERS else f"{text[:room].rstrip(chr(92))}…\n{text[line:]}"


def row(buttons: tuple[Button, ...], owner: str) -> Json:
    return {"type": ROW, "components": [component(button, owner) for button in buttons]}


def component(button: Button, owner: str) -> Json:
    style = RED if button.data.startswith(f"{Action.CANCEL}:") else GREY
    label = button.label[:LABEL_CHARACTERS]
    return {"type": BUTTON, "style": style, "label": label, "custom_id": owned(button.data, owner)}


def owned(data: str, owner: str) -> str:
    """A custom id that also says whose message it stands under: others may press it, but not cancel."""
    return f"{data}{OWNER_SIGN}{owner}"


def pressed(custom_id: str) -> tuple[str, str]:
    """The button's data and the owner's id. Both are ours: Discord's API refuses a press whose id the pressed
    message does not carry (COMPONENT_VALIDATION_FAILED), whatever the client."""
    data, _, owner = custom_id.rpartition(OWNER_SIGN)
    return data, owner


def is_open(screen: Screen) -> bool:
    """Whether the screen is not the last word: a job that can be cancelled has not ended."""
    return any(action is Action.CANCEL for action, _ in presses(screen))


def needs_words(screen: Screen) -> bool:
    """Whether a button of the screen acts on the words that stand beside it."""
    mending = (Action.USE, Action.FIT, Action.FEWER, Action.SHORTER, Action.BRIEFER)
    return any(press[0] in mending or press == (Action.RETRY, "") for press in presses(screen))


def presses(screen: Screen) -> list[tuple[Action, str]]:
    found = (read(button.data) for row in screen.buttons for button in row)
    return [press for press in found if press is not None]
