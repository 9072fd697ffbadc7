"""Parses MarkdownV2 as the platform does: reserved characters must be escaped, every entity must end."""

from dataclasses import dataclass

from tests.rigs.telegram.entities import BadEntities, Builder, Parsed

RESERVED = "_*[]()~`>#+-=|{}.!"
MARKS = {
    "```": "pre",
    "__": "underline",
    "||": "spoiler",
    "![": "custom_emoji",
    "*": "bold",
    "_": "italic",
    "~": "strikethrough",
    "`": "code",
    "[": "text_link",
}
ENDS = {kind: "]" if mark.endswith("[") else mark for mark, kind in MARKS.items()}
VERBATIM = ("code", "pre")


@dataclass(frozen=True, slots=True)
class Open:
    """An entity that has begun and not ended yet."""

    kind: str
    start: int
    position: int
    language: str = ""


def parse_markdown(text: str) -> Parsed:
    """Plain text and entities; raises BadEntities as the platform words it."""
    return _Parser(text).run()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.out = Builder()
        self.open: list[Open] = []
        self.quote: int | None = None

    def run(self) -> Parsed:
        while self.at < len(self.text):
            self._step()
        if self.open:
            raise BadEntities(f"Can't find end of {self.open[-1].kind} entity at byte offset {self._bytes()}")
        self._end_quote()
        return self.out.result()

    def _step(self) -> None:
        here = self.text[self.at]
        if here == "\\" and self.at + 1 < len(self.text) and ord(self.text[self.at + 1]) <= 126:
            self.out.add(self.text[self.at + 1])
            self.at += 2
        elif self.open and self._starts(ENDS[self.open[-1].kind]):
            self._close()
        elif self.open and self.open[-1].kind in VERBATIM:
            self._literal()
        elif here == ">" and self._at_line_start():
            self.quote = self.out.length if self.quote is None else self.quote
            self.at += 1
        elif here == "\n" and not self.text.startswith("\n>", self.at):
            self._end_quote()
            self._literal()
        elif mark := next((mark for mark in MARKS if self._starts(mark)), None):
            self._begin(mark)
        elif here in RESERVED:
            raise BadEntities(f"Character '{here}' is reserved and must be escaped with the preceding '\\'")
        else:
            self._literal()

    def _starts(self, mark: str) -> bool:
        """A single underscore is not the beginning of a double one."""
        if mark == "_" and self.text.startswith("__", self.at):
            return False
        return self.text.startswith(mark, self.at)

    def _literal(self) -> None:
        self.out.add(self.text[self.at])
        self.at += 1

    def _begin(self, mark: str) -> None:
        kind, position, language = MARKS[mark], self.at, ""
        self.at += len(mark)
        if kind == "pre":
            first, newline, _ = self.text[self.at :].partition("\n")
            if newline and "`" not in first and " " not in first:
                language = first
                self.at += len(first) + 1
        self.open.append(Open(kind, self.out.length, position, language))

    def _close(self) -> None:
        entity = self.open.pop()
        self.at += len(ENDS[entity.kind])
        if entity.kind == "text_link":
            self.out.entity("text_link", entity.start, url=self._address())
        elif entity.kind == "custom_emoji":
            self.out.entity("custom_emoji", entity.start, custom_emoji_id=self._address().partition("id=")[2])
        elif entity.language:
            self.out.entity("pre", entity.start, language=entity.language)
        else:
            self.out.entity(entity.kind, entity.start)

    def _address(self) -> str:
        if not self.text.startswith("(", self.at):
            raise BadEntities(f"Can't find the address of a link at byte offset {self._bytes()}")
        end = self.at + 1
        while end < len(self.text) and self.text[end] != ")":
            end += 2 if self.text[end] == "\\" else 1
        if end >= len(self.text):
            raise BadEntities(f"Can't find end of a URL at byte offset {self._bytes()}")
        address = self.text[self.at + 1 : end].replace("\\", "")
        self.at = end + 1
        return address

    def _at_line_start(self) -> bool:
        return self.at == 0 or self.text[self.at - 1] == "\n"

    def _end_quote(self) -> None:
        if self.quote is not None:
            self.out.entity("blockquote", self.quote)
            self.quote = None

    def _bytes(self) -> int:
        position = self.open[-1].position if self.open else self.at
        return len(self.text[:position].encode())
