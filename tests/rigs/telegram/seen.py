"""What a person sees of a message: its present state and all states before."""

from dataclasses import dataclass

from tests.rigs.telegram.model import Json, Message, State


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button; `data` is None for one that opens an address."""

    text: str
    data: str | None
    url: str | None
    row: int


@dataclass(frozen=True, slots=True)
class Look:
    """One state of a message. `text` is text or caption without markup; `at` is in seconds since the fake began."""

    kind: str
    text: str
    entities: tuple[Json, ...]
    file: bytes | None
    buttons: tuple[Button, ...]
    at: float

    @property
    def photo(self) -> bytes | None:
        return self.file if self.kind == "photo" else None


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as it looked when it was looked at; `history` holds all states, the present one last."""

    id: int
    chat_id: int
    author: str
    by_bot: bool
    reply_to: int | None
    album: str | None
    topic: int | None
    history: tuple[Look, ...]

    @property
    def kind(self) -> str:
        """text, photo, video, animation, audio, voice, document or video_note."""
        return self.history[-1].kind

    @property
    def text(self) -> str:
        """Text or caption, without markup."""
        return self.history[-1].text

    @property
    def entities(self) -> tuple[Json, ...]:
        return self.history[-1].entities

    @property
    def photo(self) -> bytes | None:
        return self.history[-1].photo

    @property
    def file(self) -> bytes | None:
        """The bytes of a photo or of any other media."""
        return self.history[-1].file

    @property
    def buttons(self) -> tuple[Button, ...]:
        return self.history[-1].buttons

    @property
    def button_texts(self) -> list[str]:
        return [button.text for button in self.buttons]

    @property
    def edits(self) -> int:
        return len(self.history) - 1

    def __str__(self) -> str:
        buttons = " ".join(f"[ {text} ]" for text in self.button_texts)
        return f"#{self.id} {self.author}: ({self.kind}, {self.edits} edits) {self.text[:200]!r} {buttons}"


def look(message: Message) -> Seen:
    """The message as it is now."""
    return Seen(
        id=message.id,
        chat_id=message.chat.id,
        author=message.author.name,
        by_bot=message.author.is_bot,
        reply_to=message.reply_to.id if message.reply_to else None,
        album=message.album,
        topic=message.topic,
        history=tuple(map(_look, message.states)),
    )


def _look(state: State) -> Look:
    content = state.content
    data = content.file.data if content.file else None
    return Look(content.kind, content.text, content.entities, data, _buttons(content.keyboard), state.at)


def _buttons(keyboard: Json | None) -> tuple[Button, ...]:
    rows = keyboard["inline_keyboard"] if keyboard else []
    return tuple(
        Button(button["text"], button.get("callback_data"), button.get("url"), row)
        for row, buttons in enumerate(rows)
        for button in buttons
    )
