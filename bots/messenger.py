"""What a bot needs of a chat platform: one message that is sent once and then edited, and how calls can fail."""

from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

Address = dict[str, Any]  # the chat, in the platform's terms; JSON, stored with the delivery
Message = dict[str, Any]  # the status message, in the platform's terms; JSON, stored with the delivery

TEXT_LIMIT = 1024  # characters: every screen fits a Telegram caption, since any message may become a picture


@dataclass(frozen=True, slots=True)
class Button:
    """`data` is at most 64 bytes and works for ever: it names a job or a value, nothing in memory."""

    label: str
    data: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A file that a message shows: a PNG or JPEG, or of another kind an MP4, an MP3 (`voice`: a voice note) or words;
    `final` tells a result from a preview."""

    content: bytes
    filename: str
    width: int | None
    height: int | None
    final: bool
    kind: Literal["image", "video", "audio", "voice", "words"] = "image"
    seconds: float | None = None  # of video and sound
    title: str = ""  # of sound


@dataclass(frozen=True, slots=True)
class Link:
    """Words near the end of a text that lead to an address."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Screen:
    """What one message shows: plain text without markup (each messenger escapes), a picture, rows of buttons.

    Without a picture, an edit leaves the picture that the message already shows. `links` are in the order of the text.
    """

    text: str
    picture: Picture | None = None
    buttons: tuple[tuple[Button, ...], ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `calls` in any `seconds` seconds."""

    calls: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Chat:
    """What shares one budget of calls, e.g. a Telegram group: Chat("-100123", Rate(20, 60), preview_seconds=15)."""

    key: str
    rate: Rate
    preview_seconds: float = 3.0  # the shortest time between two progress edits


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """What the platform shows; of what is beyond it a smaller rendition is sent."""

    size_bytes: int
    sum_of_sides: int | None = None  # pixels, width + height
    file_bytes: int = 50 * 2**20  # of a video, a sound, or a picture that comes as a file
    characters: int = TEXT_LIMIT  # of a message that shows no file; longer words come as one
    unequal_sides: int | None = None  # the longer by the shorter; a picture beyond it comes as a file
    voice_notes: bool = False

    def is_strip(self, width: int | None, height: int | None) -> bool:
        """Whether a picture is too long and thin to be shown as one."""
        if self.unequal_sides is None or not width or not height:
            return False
        return max(width, height) > self.unequal_sides * min(width, height)

    def take_picture(self, size_bytes: int, width: int | None, height: int | None) -> bool:
        if self.is_strip(width, height):
            return size_bytes <= self.file_bytes
        sides = (width or 0) + (height or 0)
        return size_bytes <= self.size_bytes and (self.sum_of_sides is None or sides <= self.sum_of_sides)

    def halved(self, times: int) -> "PictureLimits":
        """For a platform that takes less than it says."""
        return replace(self, size_bytes=self.size_bytes >> times, file_bytes=self.file_bytes >> times)


class Messenger(Protocol):
    """One bot's connection to its platform; every method raises only the outcomes below."""

    platform: str
    rate: Rate  # of the whole bot
    limits: PictureLimits  # everywhere

    def limits_at(self, address: Address) -> PictureLimits:
        """There and now; no less than `limits`."""
        ...

    def chat(self, address: Address) -> Chat:
        """The chat that the address stands for, and how often it may be written to."""
        ...

    async def send(self, address: Address, screen: Screen) -> Message:
        """Send a fresh message."""
        ...

    async def edit(self, address: Address, message: Message, screen: Screen) -> Message:
        """Replace what the message shows; repeatable, "not modified" counts as done. Returns the message as it is now,
        e.g. with its file id."""
        ...


class Failed(Exception):
    """A call to the platform that did not work out."""


class Gone(Failed):
    """The message was deleted."""


class TooLarge(Failed):
    """The platform does not take a file of this size."""


class Blocked(Failed):
    """The person blocked the bot, or the bot has no access to the chat any more."""


class Moved(Failed):
    """The chat has a new address: a group became a supergroup."""

    def __init__(self, address: Address) -> None:
        super().__init__("moved")
        self.address = address


class Later(Failed):
    """Too many calls (429): nothing to this chat, or nothing at all if `everywhere`, for `seconds`."""

    def __init__(self, seconds: float, everywhere: bool = False) -> None:
        super().__init__(f"later: {seconds:g} s")
        self.seconds = seconds
        self.everywhere = everywhere


class Unknown(Failed):
    """The outcome is unknown: a time-out, a 5xx, a lost connection."""
