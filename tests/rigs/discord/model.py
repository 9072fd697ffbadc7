"""The things of the fake Discord: bots, people, channels, messages, interactions."""

from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import Any

from tests.rigs.discord.seen import Button, Seen, Version

Json = dict[str, Any]
FIRST_ANSWER_SECONDS = 3.0
TOKEN_SECONDS = 15 * 60.0


class Asked(IntEnum):
    """The kinds of interaction."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Answer(IntEnum):
    """The kinds of first answer to an interaction."""

    MESSAGE = 4
    DEFERRED = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


class Flag(IntFlag):
    """The message flags the rig knows."""

    SUPPRESS_EMBEDS = 1 << 2
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12


@dataclass(slots=True, eq=False)
class User:
    """An account: a person or a bot's user."""

    id: str
    name: str
    bot: bool = False


@dataclass(slots=True, eq=False)
class Bot:
    """An application with its bot user (they share the id) and the commands it has published."""

    user: User
    token: str
    commands: list[Json] = field(default_factory=list)
    guild_commands: dict[str, list[Json]] = field(default_factory=dict)
    syncs: int = 0
    identified: int = 0

    @property
    def id(self) -> str:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.name


@dataclass(slots=True, eq=False)
class Guild:
    """A server; only its `bots` are members of it."""

    id: str
    name: str
    owner: User
    channels: list["Channel"] = field(default_factory=list)
    people: list[User] = field(default_factory=list)
    bots: list[Bot] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Channel:
    """A guild's text channel, or a direct conversation of `recipient` with `with_bot`."""

    id: str
    name: str
    guild: Guild | None = None
    recipient: User | None = None
    with_bot: Bot | None = None
    hidden_from: set[str] = field(default_factory=set)
    """Ids of the bots that may not see this channel."""
    muted: set[str] = field(default_factory=set)
    """Ids of the bots that may see but not write here; in a direct conversation: that the person blocked."""

    def visible_to(self, bot: Bot) -> bool:
        if self.guild is None:
            return self.with_bot is bot
        return bot in self.guild.bots and bot.id not in self.hidden_from


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file on a message."""

    id: str
    filename: str
    data: bytes
    content_type: str
    description: str | None = None
    url: str = ""  # of one that a person sends with a command


@dataclass(slots=True, eq=False)
class Message:
    """A message and all it has been."""

    id: str
    channel: Channel
    author: User
    created_at: float
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    kind: int = 0
    interaction: "Interaction | None" = None
    reference: "Message | None" = None
    nonce: str | int | None = None
    edited_at: float | None = None
    dismissed: bool = False
    history: list[Version] = field(default_factory=list)

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & Flag.EPHEMERAL)

    @property
    def loading(self) -> bool:
        return bool(self.flags & Flag.LOADING)

    @property
    def empty(self) -> bool:
        return not (self.content or self.embeds or self.components or self.attachments)

    def buttons(self) -> tuple[Button, ...]:
        parts = [part for row in self.components for part in row.get("components", []) if part["type"] == 2]
        return tuple(
            Button(part.get("label") or "", part.get("custom_id"), part.get("url"), bool(part.get("disabled")))
            for part in parts
        )

    def remember(self, at: float) -> None:
        """Add the present look to the history."""
        files = tuple(attachment.data for attachment in self.attachments)
        self.history.append(Version(self.content, files, self.buttons(), at, self.loading))

    def seen(self) -> Seen:
        return Seen(
            id=self.id,
            channel_id=self.channel.id,
            author=self.author.name,
            content=self.content,
            embeds=tuple(self.embeds),
            attachments=tuple(attachment.data for attachment in self.attachments),
            filenames=tuple(attachment.filename for attachment in self.attachments),
            buttons=self.buttons(),
            ephemeral=self.ephemeral,
            loading=self.loading,
            answers=self.interaction.id if self.interaction else None,
            history=tuple(self.history),
        )


@dataclass(slots=True, eq=False)
class Interaction:
    """Something a person did that the bot must answer within 3 s, and may follow up for 15 min."""

    id: str
    token: str
    asked: Asked
    bot: Bot
    user: User
    channel: Channel
    data: Json
    asked_at: float
    answer_by: float
    expires_at: float
    source: Message | None = None
    """The message whose button was pressed."""
    kind: Answer | None = None
    """How the bot answered first; None while (or if) it did not."""
    answered_at: float | None = None
    choices: tuple[Json, ...] = ()
    modal: Json | None = None
    original: Message | None = None
    """What @original stands for: the answer, or the source after an update."""
    ephemeral: bool = False
    """Whether the first answer was for this person only."""
    follow_ups: int = 0

    @property
    def answered_after(self) -> float | None:
        """Seconds from the act to the bot's first answer."""
        return None if self.answered_at is None else self.answered_at - self.asked_at

    @property
    def failed(self) -> bool:
        """Whether the person read "The application did not respond"; meaningful once the act was awaited."""
        return self.kind is None

    @property
    def message(self) -> Seen | None:
        """The message that answers, as it looks now."""
        return self.original.seen() if self.original else None

    @property
    def context(self) -> int:
        """0 in a guild, 1 in the bot's direct messages."""
        return 0 if self.channel.guild else 1

    @property
    def owners(self) -> dict[str, str]:
        """Whose installation brought the bot here: the guild's, or the person's own."""
        guild = self.channel.guild
        if guild is not None and self.bot in guild.bots:
            return {"0": guild.id}
        return {"0": "0"} if guild is None else {"1": self.user.id}
