"""The person in the chat: writes, presses, deletes, blocks, and sees what the bot shows."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.rigs.telegram import render, rules
from tests.rigs.telegram.bots import FakeBot
from tests.rigs.telegram.entities import parse, with_automatic
from tests.rigs.telegram.model import Chat, Content, Json, Message, Query, User
from tests.rigs.telegram.seen import Button, Seen, look
from tests.rigs.telegram.world import World

LONGEST_TEXT = 4096


@dataclass(frozen=True, slots=True)
class Press:
    """A button that was pressed; the bot owes one answer."""

    world: World
    query: Query

    @property
    def is_answered(self) -> bool:
        return self.query.answer is not None

    @property
    def answer(self) -> str:
        """The words of the pop-up, empty when the bot answered without any."""
        return str(self.query.answer.params.get("text", "")) if self.query.answer else ""

    @property
    def is_alert(self) -> bool:
        return bool(self.query.answer and self.query.answer.params.get("show_alert"))

    async def is_answered_within(self, timeout: float) -> str:
        """Wait for the answer and return its words."""
        await self.world.changes.until(lambda: self.is_answered, timeout)
        return self.answer


@dataclass(frozen=True, slots=True)
class Group:
    """A group or supergroup; it stays the same object when it is upgraded."""

    world: World
    chats: list[Chat]

    @property
    def chat(self) -> Chat:
        return self.chats[-1]

    @property
    def id(self) -> int:
        return self.chat.id

    def becomes_supergroup(self) -> int:
        """Upgrade it: the old id answers 400 with migrate_to_chat_id, the new chat begins empty. Returns the new id."""
        old = self.chat
        new = Chat(old.id - 1_000_000_000_000, "supergroup", old.title, old.people, old.bots)
        self.world.groups[new.id] = new
        self.chats.append(new)
        for chat, details in ((old, {"migrate_to_chat_id": new.id}), (new, {"migrate_from_chat_id": old.id})):
            told = self.world.post(chat, old.people[0], Content("service", details=details))
            self.world.tell_message(told)
        old.migrated_to = new
        return new.id

    def new_topic(self, name: str) -> int:
        """Open a topic and return its thread id; a supergroup with topics is a forum."""
        assert self.chat.type == "supergroup", "only supergroups have topics"
        details = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        told = self.world.post(self.chat, self.chat.people[0], Content("service", details=details))
        told.topic = told.id
        self.chat.topics[told.id] = name
        self.world.tell_message(told)
        return told.id

    def removes(self, bot: FakeBot) -> None:
        """Throw the bot out: its calls get 403 from now on."""
        self.world.tell_one(bot, "my_chat_member", _membership(self.chat, bot, "member", "kicked"), self.id)
        self.chat.removed_bots.add(bot.id)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at one place: the private chat with a bot, or a group. `at` gives the same person elsewhere."""

    world: World
    user: User
    place: FakeBot | Group | None = None
    topic: int | None = None

    @property
    def id(self) -> int:
        return self.user.id

    def at(self, place: FakeBot | Group, topic: int | None = None) -> "Person":
        """The same person in the private chat with that bot, or in that group, or in a topic of it."""
        return Person(self.world, self.user, place, topic)

    @property
    def chat(self) -> Chat:
        if isinstance(self.place, Group):
            return self.place.chat
        return self.world.private_chat(self._bot().user, self.user)

    def writes(self, text: str, *, reply_to: Seen | None = None) -> int:
        """Send a text; returns the id. As any client does, a long one is cut into several messages."""
        plain, _ = parse(text, None)
        assert plain, "a person cannot send an empty message"
        pieces = [plain[start : start + LONGEST_TEXT] for start in range(0, len(plain), LONGEST_TEXT)]
        ids = [self._says(Content("text", piece, tuple(with_automatic(piece, []))), reply_to) for piece in pieces]
        return ids[0]

    def sends_photo(self, data: bytes, caption: str = "", *, reply_to: Seen | None = None) -> int:
        """Send a photo; returns the message's id."""
        file = self.world.files.store("photo", "photo.jpg", data, rules.photo_size(data))
        return self._says(Content("photo", caption, tuple(with_automatic(caption, [])), file), reply_to)

    def sends_document(self, data: bytes, name: str, caption: str = "") -> int:
        """Send a file as a document; returns the message's id."""
        return self._says(Content("document", caption, (), self.world.files.store("document", name, data)), None)

    def rewrites(self, message_id: int, text: str) -> None:
        """Edit an own message."""
        message = self._message(message_id)
        assert message.author == self.user, "a person can edit only what they wrote"
        self.world.change(message, Content("text", text, tuple(with_automatic(text, []))))
        self.world.tell_message(message, "edited_message")

    def presses(self, message: Seen, button: str, *, inaccessible: bool = False) -> Press:
        """Press a button, named by its words or its callback data, as it stood when `message` was looked at."""
        pressed = _button(message, button)
        assert pressed.data is not None, f"{pressed.text!r} opens {pressed.url}, it calls nothing"
        return self.sends_press(message, pressed.data, inaccessible=inaccessible)

    def sends_press(self, message: Seen, data: str, *, inaccessible: bool = False) -> Press:
        """Press with any data, as a self-made client can: Telegram does not look whether there is such a button."""
        assert 1 <= len(data.encode()) <= 64
        told = self._message(message.id)
        bot = self.world.bot_of(told.author)
        query = Query(f"{bot.id}{len(self.world.queries) + 1:010d}", bot.id, told, data, self.world.now())
        self.world.queries[query.id] = query
        update = self.world.tell_one(bot, "callback_query", self._query(query, bot, inaccessible), told.chat.id)
        query.update_id = update.id if update else 0
        return Press(self.world, query)

    def deletes(self, message: Seen | int) -> None:
        """Delete a message for everybody; bots are not told."""
        self.world.remove(self._message(message if isinstance(message, int) else message.id))

    def blocks(self) -> None:
        """Block the bot: its calls for this chat get 403."""
        self.world.tell(self.chat, "my_chat_member", lambda bot: _membership(self.chat, bot, "member", "kicked"))
        self.chat.blocked = True

    def takes_no_voice_notes(self) -> None:
        """A setting of Telegram Premium; bots are told like anybody."""
        self.chat.takes_voice_notes = False

    def unblocks(self) -> None:
        self.chat.blocked = False
        self.world.tell(self.chat, "my_chat_member", lambda bot: _membership(self.chat, bot, "kicked", "member"))

    def sees(self) -> list[Seen]:
        """The messages that are in the chat now, oldest first, own ones too."""
        chats = self.place.chats if isinstance(self.place, Group) else [self.chat]
        return [look(message) for chat in chats for message in chat.visible() if message.content.kind != "service"]

    def sees_from_bot(self) -> list[Seen]:
        """Only what bots wrote."""
        return [seen for seen in self.sees() if seen.by_bot]

    async def waits_for(self, probe: Callable[[Seen], object], timeout: float = 30) -> Seen:
        """The newest message of a bot that satisfies the probe, now or as soon as there is one."""
        found: list[Seen] = []

        def newest() -> bool:
            found[:] = [seen for seen in reversed(self.sees_from_bot()) if probe(seen)][:1]
            return bool(found)

        try:
            await self.world.changes.until(newest, timeout)
        except TimeoutError:
            raise AssertionError(self._complaint(timeout)) from None
        return found[0]

    async def waits_until(self, probe: Callable[[list[Seen]], object], timeout: float = 30) -> list[Seen]:
        """All that is to be seen as soon as the probe is true of it."""
        try:
            await self.world.changes.until(lambda: probe(self.sees()), timeout)
        except TimeoutError:
            raise AssertionError(self._complaint(timeout)) from None
        return self.sees()

    def _says(self, content: Content, reply_to: Seen | None) -> int:
        replied = self._message(reply_to.id) if reply_to else None
        message = self.world.post(self.chat, self.user, content, reply_to=replied, topic=self.topic)
        self.world.tell_message(message)
        return message.id

    def _query(self, query: Query, bot: FakeBot, inaccessible: bool) -> Json:
        message = render.inaccessible(query.message) if inaccessible else render.message(query.message, bot.id)
        instance = str(query.message.chat.id)
        shown: Json = {"id": query.id, "chat_instance": instance, "data": query.data, "message": message}
        return shown | {"from": render.user(self.user)}

    def _message(self, message_id: int) -> Message:
        message = self.chat.find(message_id)
        assert message, f"there is no message {message_id} in this chat"
        return message

    def _bot(self) -> FakeBot:
        if isinstance(self.place, FakeBot):
            return self.place
        assert self.world.bots, "register a bot first: telegram.new_bot(token, username)"
        return next(iter(self.world.bots.values()))

    def _complaint(self, timeout: float) -> str:
        seen = "\n  ".join(map(str, self.sees())) or "nothing"
        calls = "\n  ".join(map(repr, self.world.calls[-10:])) or "none"
        return f"{self.user.name} waited {timeout} s in vain. To be seen:\n  {seen}\nLast calls:\n  {calls}"


def _button(message: Seen, wanted: str) -> Button:
    found = [button for button in message.buttons if wanted in (button.text, button.data)]
    there = [button.text for button in message.buttons]
    assert found, f"no button {wanted!r} under message {message.id}, only {there}"
    return found[0]


def _membership(chat: Chat, bot: FakeBot, before: str, after: str) -> Json:
    return {
        "chat": render.chat(chat),
        "from": render.user(chat.people[0]),
        "date": int(time.time()),
        "old_chat_member": _status(bot, before),
        "new_chat_member": _status(bot, after),
    }


def _status(bot: FakeBot, status: str) -> Json:
    shown: Json = {"status": status, "user": render.user(bot.user)}
    return shown | ({"until_date": 0} if status == "kicked" else {})
