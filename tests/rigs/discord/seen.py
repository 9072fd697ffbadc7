"""What a person sees: a message at one moment, as plain values."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message; a link has a `url` and no `custom_id`."""

    label: str
    custom_id: str | None
    url: str | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """What a message said between two edits; `at` is seconds since the epoch."""

    content: str
    attachments: tuple[bytes, ...]
    buttons: tuple[Button, ...]
    at: float
    loading: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as it looked when it was asked for; `history` holds all versions, the first and the present one too."""

    id: str
    channel_id: str
    author: str
    content: str
    embeds: tuple[dict[str, Any], ...]
    attachments: tuple[bytes, ...]
    filenames: tuple[str, ...]
    buttons: tuple[Button, ...]
    ephemeral: bool
    loading: bool
    """The bot deferred: the person reads "tessera is thinking..."."""
    answers: str | None
    """The id of the interaction that brought this message, if one did."""
    history: tuple[Version, ...]

    @property
    def edits(self) -> int:
        """How often the message was changed after it appeared."""
        return len(self.history) - 1

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the buttons, in order."""
        return tuple(button.label for button in self.buttons)

    def button(self, name: str) -> Button | None:
        """Find a button by label or custom_id."""
        return next((button for button in self.buttons if name in (button.label, button.custom_id)), None)
