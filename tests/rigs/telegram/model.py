"""What the fake platform knows: users, chats, messages and their states, calls and what was wrong with them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.rigs.telegram.entities import utf16_length
from tests.rigs.telegram.files import File, Upload

Json = dict[str, Any]


class ApiError(Exception):
    """An answer with `ok: false`."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = parameters


def bad_request(what: str, **parameters: int) -> ApiError:
    """A 400 in the platform's wording."""
    return ApiError(400, f"Bad Request: {what}", **parameters)


@dataclass(frozen=True, slots=True)
class User:
    """An account: a person's or a bot's."""

    id: int
    name: str
    username: str | None = None
    language: str | None = None
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """What a message shows. Two equal contents are "not modified"; a fresh upload never equals an old one."""

    kind: str
    text: str = ""
    entities: tuple[Json, ...] = ()
    file: File | None = None
    keyboard: Json | None = None
    details: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class State:
    """A content and the moment it appeared, in seconds since the fake began."""

    content: Content
    at: float


@dataclass(slots=True, eq=False)
class Message:
    """A message with all its states, the newest last."""

    id: int
    chat: "Chat"
    author: User
    date: int
    states: list[State]
    reply_to: "Message | None" = None
    album: str | None = None
    topic: int | None = None
    edit_date: int | None = None
    has_reply_keyboard: bool = False
    removed: bool = False

    @property
    def content(self) -> Content:
        return self.states[-1].content


@dataclass(slots=True, eq=False)
class Chat:
    """A private chat of one person with one bot, or a group. Message ids begin at 1 in every chat."""

    id: int
    type: str
    title: str
    people: list[User]
    bots: list[User]
    messages: dict[int, Message] = field(default_factory=dict)
    last_id: int = 0
    blocked: bool = False
    takes_voice_notes: bool = True
    removed_bots: set[int] = field(default_factory=set)
    topics: dict[int, str] = field(default_factory=dict)
    migrated_to: "Chat | None" = None

    @property
    def is_private(self) -> bool:
        return self.type == "private"

    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def find(self, message_id: int) -> Message | None:
        """The message unless it never was or was deleted."""
        message = self.messages.get(message_id)
        return None if message is None or message.removed else message

    def visible(self) -> list[Message]:
        return [message for message in self.messages.values() if not message.removed]


@dataclass(slots=True, eq=False)
class Query:
    """A press on a button, which wants one answer soon."""

    id: str
    bot_id: int
    message: Message
    data: str
    at: float
    update_id: int = 0
    answer: "Call | None" = None


@dataclass(slots=True, eq=False)
class Call:
    """A request of a bot and how it ended. `at` is in seconds since the fake began."""

    bot: User
    method: str
    params: Json
    uploads: dict[str, Upload]
    at: float
    error: ApiError | None = None
    result: Any = None
    is_done: bool = False
    is_reply_lost: bool = False

    @property
    def chat_id(self) -> int | None:
        chat_id = self.params.get("chat_id")
        return chat_id if isinstance(chat_id, int) else None

    @property
    def text(self) -> str:
        """Text or caption as written, tags included."""
        media = self.params.get("media")
        nested = media.get("caption") if isinstance(media, dict) else None
        return self.params.get("text") or self.params.get("caption") or nested or ""

    def __repr__(self) -> str:
        outcome = str(self.error) if self.error else ("ok" if self.is_done else "open")
        return f"{self.at:.3f} {self.method}({self.chat_id}, {self.text[:60]!r}) {outcome}"


@dataclass(frozen=True, slots=True)
class RuleBreak:
    """A platform rule that a bot passed: which, how, by which call."""

    rule: str
    detail: str
    call: Call


def commands_in(content: Content) -> Iterable[str]:
    """The commands as written, such as /imagine@tessera_bot."""
    for entity in content.entities:
        if entity["type"] == "bot_command":
            yield slice_utf16(content.text, entity["offset"], entity["length"])


def slice_utf16(text: str, offset: int, length: int) -> str:
    """A piece of text by UTF-16 offsets."""
    assert offset + length <= utf16_length(text)
    return text.encode("utf-16-le")[offset * 2 : (offset + length) * 2].decode("utf-16-le")
