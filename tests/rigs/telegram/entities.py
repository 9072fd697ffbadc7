"""Parses formatted text as the platform does: plain text and its entities, or the error that it would answer."""

import html
import re
from collections.abc import Callable
from typing import Any

Entity = dict[str, Any]
Parsed = tuple[str, list[Entity]]

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
TOKEN = re.compile(r"<(?P<end>/?)(?P<tag>[^\s<>/]*)(?P<attributes>[^<>]*)>|(?P<stray><)|(?P<text>[^<]+)")
ATTRIBUTE = re.compile(r"""([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+)))?""")
REFERENCE = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")
AUTOMATIC = (
    ("bot_command", re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?")),
    ("mention", re.compile(r"(?<![\w/@])@\w{3,32}")),
    ("url", re.compile(r"https?://[^\s<>\"]+")),
)


class BadEntities(Exception):
    """The text cannot be parsed; the message is what the platform says after "can't parse entities: "."""


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, in which the platform counts."""
    return len(text.encode("utf-16-le")) // 2


def parse(text: str, parse_mode: str | None, entities: list[Entity] | None = None) -> Parsed:
    """Plain text without outer blanks and its entities; raises BadEntities."""
    parser = _parser(parse_mode)
    plain, found = parser(text) if parser else (text, list(entities or []))
    return _stripped(plain, found)


def with_automatic(text: str, entities: list[Entity]) -> list[Entity]:
    """Add the commands, mentions and addresses that the platform finds by itself."""
    found = [
        {"type": kind, "offset": utf16_length(text[: m.start()]), "length": utf16_length(m[0])}
        for kind, pattern in AUTOMATIC
        for m in pattern.finditer(text)
    ]
    fresh = [e for e in found if not any(_overlap(e, other) for other in entities)]
    return sorted([*entities, *fresh], key=lambda e: (e["offset"], -e["length"]))


def _parser(parse_mode: str | None) -> Callable[[str], Parsed] | None:
    from tests.rigs.telegram.markdown import parse_markdown  # it needs Builder from here

    match (parse_mode or "").lower():
        case "":
            return None
        case "html":
            return parse_html
        case "markdownv2":
            return parse_markdown
        case _:
            raise BadEntities(f"unsupported parse_mode {parse_mode}")


class Builder:
    """Collects plain text and entities with UTF-16 offsets."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.entities: list[Entity] = []

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.length += utf16_length(text)

    def entity(self, kind: str, start: int, **extra: Any) -> None:
        if self.length > start:
            self.entities.append({"type": kind, "offset": start, "length": self.length - start, **extra})

    def result(self) -> Parsed:
        return "".join(self.parts), sorted(self.entities, key=lambda e: (e["offset"], -e["length"]))


def parse_html(text: str) -> Parsed:
    """HTML mode: known tags only, each closed, nested properly."""
    out = Builder()
    open_tags: list[tuple[str, int, dict[str, str]]] = []
    for token in TOKEN.finditer(text):
        offset = len(text[: token.start()].encode())
        if token["text"] is not None:
            out.add(REFERENCE.sub(lambda m: html.unescape(m[0]), token["text"]))
        elif token["stray"]:
            raise BadEntities(f'Unsupported start tag "" at byte offset {offset}')
        elif token["end"]:
            _close(token["tag"].lower(), offset, open_tags, out)
        else:
            open_tags.append((_known(token, offset), out.length, _attributes(token["attributes"])))
            _check_attributes(*open_tags[-1][::2], offset)
    if open_tags:
        raise BadEntities(f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    return out.result()


def _known(token: re.Match[str], offset: int) -> str:
    tag = token["tag"].lower()
    if tag not in TAGS:
        raise BadEntities(f'Unsupported start tag "{tag}" at byte offset {offset}')
    return tag


def _check_attributes(tag: str, attributes: dict[str, str], offset: int) -> None:
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise BadEntities(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')


def _close(tag: str, offset: int, open_tags: list[tuple[str, int, dict[str, str]]], out: Builder) -> None:
    if not open_tags:
        raise BadEntities(f"Unexpected end tag at byte offset {offset}")
    opened, start, attributes = open_tags.pop()
    if tag != opened:
        raise BadEntities(f'Unmatched end tag at byte offset {offset}, expected "</{opened}>", found "</{tag}>"')
    kind, extra = TAGS[tag], {}
    if tag == "a":
        if not attributes.get("href"):
            return
        extra = {"url": attributes["href"]}
    elif tag == "tg-emoji":
        extra = {"custom_emoji_id": attributes.get("emoji-id", "")}
    elif tag == "blockquote" and "expandable" in attributes:
        kind = "expandable_blockquote"
    elif tag == "code" and (language := attributes.get("class", "").removeprefix("language-")):
        extra = {"language": language} if any(name == "pre" for name, *_ in open_tags) else {}
    elif tag == "pre":
        inner = next((e for e in out.entities if e["type"] == "code" and e["offset"] == start), None)
        if inner and inner["length"] == out.length - start:
            out.entities.remove(inner)
            extra = {"language": inner["language"]} if "language" in inner else {}
    out.entity(kind, start, **extra)


def _attributes(written: str) -> dict[str, str]:
    return {m[1].lower(): html.unescape(m[2] or m[3] or m[4] or "") for m in ATTRIBUTE.finditer(written)}


def _stripped(text: str, entities: list[Entity]) -> Parsed:
    """Cut outer blanks; entities move along and shrink to what is left."""
    lead = utf16_length(text) - utf16_length(text.lstrip())
    plain = text.strip()
    total, kept = utf16_length(plain), []
    for entity in entities:
        start = max(entity["offset"] - lead, 0)
        end = min(entity["offset"] + entity["length"] - lead, total)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return plain, kept


def _overlap(one: Entity, other: Entity) -> bool:
    return bool(one["offset"] < other["offset"] + other["length"] and other["offset"] < one["offset"] + one["length"])
