"""The state of the fake Discord and the few acts that change it, each told to the bots that may know."""

import itertools
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.rigs.discord import payloads
from tests.rigs.discord.calls import Call, Upload
from tests.rigs.discord.changes import Changes
from tests.rigs.discord.clock import Clock
from tests.rigs.discord.faults import Faults
from tests.rigs.discord.limits import Limits
from tests.rigs.discord.model import (
    FIRST_ANSWER_SECONDS,
    TOKEN_SECONDS,
    Asked,
    Attachment,
    Bot,
    Channel,
    Flag,
    Guild,
    Interaction,
    Message,
    User,
)
from tests.rigs.discord.rules import FILE_BYTES

Json = dict[str, Any]
SELECT = 3
DEFAULTS: dict[int, Json] = {SELECT: {"min_values": 1, "max_values": 1}}


class Told(Protocol):
    """The gateway, as the world sees it."""

    def dispatch(self, bot: Bot, event: str, data: Json) -> None: ...


@dataclass(slots=True)
class World:
    """Everything the server, the gateway and the people share."""

    clock: Clock = field(default_factory=Clock)
    changes: Changes = field(default_factory=Changes)
    faults: Faults = field(default_factory=Faults)
    limits: Limits = field(default_factory=Limits)
    gateway: Told | None = None
    origin: str = ""
    """http://host:port of the server, once it listens."""
    gateway_url: str = ""
    bots: list[Bot] = field(default_factory=list)
    users: dict[str, User] = field(default_factory=dict)
    guilds: dict[str, Guild] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    files: dict[str, Attachment] = field(default_factory=dict)
    interactions: dict[str, Interaction] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    rule_breaks: list[str] = field(default_factory=list)
    file_bytes: int = FILE_BYTES
    """The largest file that is taken."""
    told_file_bytes: int = FILE_BYTES
    """What interactions say of it."""
    problems: list[str] = field(default_factory=list)
    own_problems: list[str] = field(default_factory=list)
    dropped_replies: int = 0
    duplicates_due: int = 0
    """How many of the next interactions are announced twice."""

    def add_user(self, name: str, *, bot: bool = False) -> User:
        account = User(self.clock.snowflake(), name, bot)
        self.users[account.id] = account
        return account

    def add_channel(self, name: str, guild: Guild | None = None) -> Channel:
        place = Channel(self.clock.snowflake(), name, guild)
        self.channels[place.id] = place
        if guild is not None:
            guild.channels.append(place)
        return place

    def direct(self, person: User, bot: Bot) -> Channel:
        """Return their direct conversation, opened on first use."""
        for place in self.channels.values():
            if place.recipient is person and place.with_bot is bot:
                return place
        place = self.add_channel(person.name)
        place.recipient, place.with_bot = person, bot
        return place

    def bot_by(self, probe: Callable[[Bot], bool]) -> Bot | None:
        return next((bot for bot in self.bots if probe(bot)), None)

    def post(self, channel: Channel, author: User, body: Json, files: dict[int, Upload], **more: Any) -> Message:
        """Add a message; `more` are fields of Message."""
        said = Message(self.clock.snowflake(), channel, author, self.clock.now(), **more)
        self._write(said, body, files)
        self.messages[said.id] = said
        said.remember(said.created_at)
        self._tell_about(said, "MESSAGE_CREATE")
        return said

    def edit(self, said: Message, body: Json, files: dict[int, Upload]) -> None:
        """Change what the body names and end "is thinking"."""
        self._write(said, body, files)
        said.flags &= ~Flag.LOADING
        said.edited_at = self.clock.now()
        said.remember(said.edited_at)
        self._tell_about(said, "MESSAGE_UPDATE")

    def delete(self, said: Message) -> None:
        del self.messages[said.id]
        where = {"guild_id": said.channel.guild.id} if said.channel.guild else {}
        if not said.ephemeral:
            self.tell(said.channel, "MESSAGE_DELETE", {"id": said.id, "channel_id": said.channel.id, **where})
        self.changes.happened()

    def begin(self, asked: Asked, bot: Bot, user: User, channel: Channel, data: Json, **more: Any) -> Interaction:
        """Start the 3 s and 15 min of an interaction; announce() tells the bot."""
        now = self.clock.now()
        act = Interaction(
            id=self.clock.snowflake(),
            token=secrets.token_urlsafe(24),
            asked=asked,
            bot=bot,
            user=user,
            channel=channel,
            data=data,
            asked_at=now,
            answer_by=now + FIRST_ANSWER_SECONDS,
            expires_at=now + TOKEN_SECONDS,
            **more,
        )
        self.interactions[act.id] = act
        return act

    def announce(self, act: Interaction, permissions: int) -> None:
        times = 1
        if self.duplicates_due:
            self.duplicates_due -= 1
            times = 2
        for _ in range(times):
            self._dispatch(
                act.bot, "INTERACTION_CREATE", payloads.interaction(act, self.origin, permissions, self.told_file_bytes)
            )
        self.changes.happened()

    def tell(self, channel: Channel, event: str, data: Json) -> None:
        """Dispatch to each bot that may see the channel."""
        for bot in self.bots:
            if channel.visible_to(bot):
                self._dispatch(bot, event, data)

    def story(self) -> str:
        """The last things that happened, for the words of a failed wait."""
        asked = [f"{call.line} -> {call.status} {call.code or ''}".rstrip() for call in self.calls[-8:]]
        return f"last calls {asked}; problems {self.problems[-3:]}; rules broken {self.rule_breaks[-3:]}"

    def broke_rule(self, call: Call, what: str) -> None:
        self.rule_breaks.append(f"{call.line}: {what}")

    def _tell_about(self, said: Message, event: str) -> None:
        if not said.ephemeral:
            where = {"guild_id": said.channel.guild.id} if said.channel.guild else {}
            self.tell(said.channel, event, {**payloads.message(said, self.origin), **where})
        self.changes.happened()

    def _dispatch(self, bot: Bot, event: str, data: Json) -> None:
        if self.gateway is not None:
            self.gateway.dispatch(bot, event, data)

    def _write(self, said: Message, body: Json, files: dict[int, Upload]) -> None:
        if "content" in body:
            said.content = body["content"] or ""
        if "embeds" in body:
            said.embeds = body["embeds"] or []
        if "components" in body:
            said.components = numbered(body["components"] or [])
        if "flags" in body:
            fixed = said.flags & (Flag.EPHEMERAL | Flag.LOADING)
            said.flags = (body["flags"] or 0) & ~(Flag.EPHEMERAL | Flag.LOADING) | fixed
        said.attachments = self._attached(said, body, files)

    def _attached(self, said: Message, body: Json, files: dict[int, Upload]) -> list[Attachment]:
        listed: Iterable[Json] | None = body.get("attachments")
        kept = said.attachments
        if "attachments" in body:
            ids = {str(entry["id"]) for entry in listed or ()}
            kept = [file for file in said.attachments if file.id in ids]
        told = {str(entry["id"]): entry.get("description") for entry in listed or ()}
        fresh = [
            Attachment(self.clock.snowflake(), file.filename, file.data, file.content_type, told.get(str(number)))
            for number, file in sorted(files.items())
        ]
        self.files.update((file.id, file) for file in fresh)
        return [*kept, *fresh]


def numbered(rows: list[Json]) -> list[Json]:
    """Give each component the id and the defaults that Discord adds, in the order of the page."""
    ids = itertools.count(1)

    def stored(part: Json) -> Json:
        told = {"id": next(ids), **DEFAULTS.get(part["type"], {}), **{k: v for k, v in part.items() if v is not None}}
        if "components" in part:
            told["components"] = [stored(inner) for inner in part["components"]]
        return told

    return [stored(row) for row in rows]
