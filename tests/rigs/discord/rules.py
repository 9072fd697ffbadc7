"""The platform's rules that its OpenAPI file does not state, as pure functions from a body to what is wrong with it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tests.rigs.discord.calls import Upload
from tests.rigs.discord.model import Answer, Asked
from tests.rigs.discord.spec import Problem

Json = dict[str, Any]
CONTENT = 2000
EMBED_TOTAL = 6000
FILES = 10
FILE_BYTES = 10 * 2**20
REQUEST_BYTES = 25 * 2**20
ROWS = 5
CHOICE = 100
BUTTON, SELECT = 2, 3
LINK, PREMIUM = 5, 6
ALLOWED_ANSWERS = {
    Asked.COMMAND: {Answer.MESSAGE, Answer.DEFERRED, Answer.MODAL},
    Asked.COMPONENT: {Answer.MESSAGE, Answer.DEFERRED, Answer.DEFERRED_UPDATE, Answer.UPDATE, Answer.MODAL},
    Asked.AUTOCOMPLETE: {Answer.CHOICES},
    Asked.MODAL: {Answer.MESSAGE, Answer.DEFERRED, Answer.DEFERRED_UPDATE, Answer.UPDATE},
}


def message_problems(body: Json, files: dict[int, Upload], present: Sequence[str] = ()) -> Iterator[Problem]:
    """Judge a message to be sent, or an edit of one whose files have the ids `present`."""
    if len(body.get("content") or "") > CONTENT:
        yield Problem("content", f"Must be {CONTENT} or fewer in length.")
    if embed_length(body.get("embeds") or ()) > EMBED_TOTAL:
        yield Problem("embeds", f"Embed size exceeds maximum size of {EMBED_TOTAL}")
    yield from component_problems(body.get("components") or ())
    yield from attachment_problems(body, files, present)


def too_heavy(files: Iterable[Upload], most: int) -> bool:
    """Whether a file or all of them together are more than Discord takes (413)."""
    sizes = [len(file.data) for file in files]
    return bool(sizes) and (max(sizes) > most or sum(sizes) > max(most, REQUEST_BYTES))


def attachment_problems(body: Json, files: dict[int, Upload], present: Sequence[str]) -> Iterator[Problem]:
    listed = [str(entry["id"]) for entry in body["attachments"]] if body.get("attachments") is not None else None
    kept = len(present) if listed is None else sum(1 for one in listed if one in present)
    if kept + len(files) > FILES:
        yield Problem("attachments", f"A message takes {FILES} files.")
    for number in files if listed is not None else ():
        if str(number) not in (listed or ()):
            yield Problem("attachments", f"files[{number}] is not listed, so it would be lost.")
    for number, one in enumerate(listed or ()):
        if one not in present and not (one.isdecimal() and int(one) in files):
            yield Problem(f"attachments.{number}.id", "Neither a file of this message nor one of this request.")


def component_problems(rows: Sequence[Json]) -> Iterator[Problem]:
    if len(rows) > ROWS:
        yield Problem("components", f"Must be {ROWS} or fewer rows.")
    parts = [
        (f"components.{r}.components.{p}", part)
        for r, row in enumerate(rows)
        for p, part in enumerate(row.get("components") or ())
    ]
    names = Counter(part["custom_id"] for _, part in parts if part.get("custom_id"))
    for where, part in parts:
        if names[part.get("custom_id")] > 1:
            yield Problem(where, "Component custom id cannot be duplicated")
        if part.get("type") == BUTTON:
            yield from button_problems(where, part)
    for r, row in enumerate(rows):
        kinds = [part.get("type") for part in row.get("components") or ()]
        if SELECT in kinds and len(kinds) > 1:
            yield Problem(f"components.{r}", "A select stands alone in its row.")


def button_problems(where: str, button: Json) -> Iterator[Problem]:
    style = button.get("style")
    if style == LINK and (button.get("custom_id") or not button.get("url")):
        yield Problem(where, "A link button has a url and no custom id.")
    if style not in (LINK, PREMIUM) and (button.get("url") or not button.get("custom_id")):
        yield Problem(where, "A button has a custom id and no url.")
    if style != PREMIUM and not (button.get("label") or button.get("emoji")):
        yield Problem(where, "A button has a label or an emoji.")


def embed_length(embeds: Iterable[Json]) -> int:
    """Count the characters that share the limit of all embeds of a message."""
    total = 0
    for embed in embeds:
        texts = [embed.get("title"), embed.get("description")]
        texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
        texts += [text for field in embed.get("fields") or () for text in (field.get("name"), field.get("value"))]
        total += sum(len(text or "") for text in texts)
    return total


def answer_problems(asked: Asked, body: Json, files: dict[int, Upload], present: Sequence[str]) -> Iterator[Problem]:
    """Judge the first answer to an interaction."""
    kind, data = Answer(body["type"]), body.get("data") or {}
    if kind not in ALLOWED_ANSWERS[asked]:
        yield Problem("type", f"{kind.name} is no answer to {asked.name}.")
    elif kind in (Answer.MESSAGE, Answer.UPDATE):
        yield from message_problems(data, files, present if kind is Answer.UPDATE else ())
    elif kind is Answer.CHOICES:
        for number, choice in enumerate(data.get("choices") or ()):
            if isinstance(choice.get("value"), str) and len(choice["value"]) > CHOICE:
                yield Problem(f"data.choices.{number}.value", f"Must be {CHOICE} or fewer in length.")
    elif kind is Answer.MODAL and len(data.get("components") or ()) > ROWS:
        yield Problem("data.components", f"Must be {ROWS} or fewer rows.")
