"""The state of the fake platform, and what happens in it whoever causes it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.rigs.telegram import render
from tests.rigs.telegram.bots import FakeBot
from tests.rigs.telegram.changes import Changes
from tests.rigs.telegram.files import Files
from tests.rigs.telegram.model import (
    ApiError,
    Call,
    Chat,
    Content,
    Json,
    Message,
    Query,
    RuleBreak,
    State,
    User,
    bad_request,
    commands_in,
)
from tests.rigs.telegram.updates import Update


@dataclass(slots=True, eq=False)
class World:
    """Bots, people, chats, files, and the record of what was wrong."""

    changes: Changes = field(default_factory=Changes)
    files: Files = field(default_factory=Files)
    bots: dict[str, FakeBot] = field(default_factory=dict)
    private_chats: dict[tuple[int, int], Chat] = field(default_factory=dict)
    groups: dict[int, Chat] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    rule_breaks: list[RuleBreak] = field(default_factory=list)
    callback_lifetime_seconds: float = 15.0
    started: float = field(default_factory=time.monotonic)

    def now(self) -> float:
        """Seconds since the fake began."""
        return time.monotonic() - self.started

    def breaks(self, rule: str, detail: str, call: Call) -> None:
        self.rule_breaks.append(RuleBreak(rule, detail, call))

    def private_chat(self, bot: User, person: User) -> Chat:
        """The chat of a person with a bot; it begins when the person first does something there."""
        key = (bot.id, person.id)
        if key not in self.private_chats:
            self.private_chats[key] = Chat(person.id, "private", "", [person], [bot])
        return self.private_chats[key]

    def chat_for(self, bot: FakeBot, chat_id: object) -> Chat:
        """The chat that a bot may act in; raises what the platform answers otherwise."""
        found = self.private_chats.get((bot.id, chat_id)) if isinstance(chat_id, int) else None
        chat = found or (self.groups.get(chat_id) if isinstance(chat_id, int) else None)
        if chat is None or bot.user not in chat.bots:
            raise bad_request("chat not found")
        if chat.migrated_to:
            raise bad_request("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to.id)
        if chat.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if bot.id in chat.removed_bots:
            raise ApiError(403, f"Forbidden: bot was kicked from the {chat.type} chat")
        return chat

    def post(
        self,
        chat: Chat,
        author: User,
        content: Content,
        *,
        reply_to: Message | None = None,
        album: str | None = None,
        topic: int | None = None,
    ) -> Message:
        """A new message in a chat."""
        state = State(content, self.now())
        message = Message(chat.next_id(), chat, author, int(time.time()), [state], reply_to, album, topic)
        chat.messages[message.id] = message
        self.changes.announce()
        return message

    def change(self, message: Message, content: Content) -> None:
        message.states.append(State(content, self.now()))
        message.edit_date = int(time.time())
        self.changes.announce()

    def remove(self, message: Message) -> None:
        message.removed = True
        self.changes.announce()

    def tell(self, chat: Chat, kind: str, payload: Callable[[FakeBot], Json]) -> list[Update]:
        """Queue an update for every bot in the chat."""
        queued = [self.tell_one(bot, kind, payload(bot), chat.id) for bot in self.bots_in(chat)]
        return [update for update in queued if update]

    def tell_one(self, bot: FakeBot, kind: str, payload: Json, lane: int) -> Update | None:
        return bot.updates.put(kind, payload, lane)

    def tell_message(self, message: Message, kind: str = "message") -> None:
        """Queue a person's message for the bots that may hear it."""
        for bot in self.bots_in(message.chat):
            if _hears(bot, message):
                self.tell_one(bot, kind, render.message(message, bot.id), message.chat.id)

    def bots_in(self, chat: Chat) -> list[FakeBot]:
        return [
            bot
            for bot in self.bots.values()
            if bot.user in chat.bots and bot.id not in chat.removed_bots and not chat.blocked
        ]

    def bot_of(self, user: User) -> FakeBot:
        return next(bot for bot in self.bots.values() if bot.user == user)


def _hears(bot: FakeBot, message: Message) -> bool:
    """In a group a bot in privacy mode gets commands, replies to it and mentions of it."""
    if message.chat.is_private or bot.reads_all or message.content.kind == "service":
        return True
    if message.reply_to and message.reply_to.author == bot.user:
        return True
    mine = f"@{bot.username}".lower()
    for command in commands_in(message.content):
        _, at, name = command.partition("@")
        if not at or f"@{name}".lower() == mine:
            return True
    return mine in message.content.text.lower().split()
