"""One event's dialogue with one person: who asks, how they are answered, and patience with a silent scheduler."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import ParamSpec, TypeVar

from aiogram.exceptions import AiogramError
from aiogram.types import CallbackQuery
from aiogram.types import Message as Written
from aiogram.types import User as Person

from bots.commands import CommandError
from bots.messenger import Address, Button, Message, Screen
from bots.replies import refusals
from bots.replies.jobs import Note, note
from bots.replies.translator import Translator
from bots.telegram.desk import Desk
from bots.telegram.inbox import Interrupted
from scheduler import supervisor
from scheduler.errors import Refused, Unreachable
from scheduler.jobs.model import Accepted, JobRequest

P = ParamSpec("P")
T = TypeVar("T")

PLATFORM = "telegram"
LONGEST_NAME = 64  # characters that travel to the scheduler
LONGEST_TOAST = 200
OPEN_SECONDS = 3.0


class Talk:
    """What a handler has in hand: read from it, `ask` the scheduler, answer with `say` or `order`.

    `until` is the time of the running loop at which patience ends.
    """

    def __init__(self, desk: Desk, person: Person, place: Address, quoted: int, key: str, until: float) -> None:
        self.desk = desk
        self.person_id = person.id
        self.ref = f"{PLATFORM}:{person.id}"
        self.name = person.first_name
        self.locale = person.language_code
        self.tr = Translator(self.locale, PLATFORM)
        self.user = desk.scheduler.acting_for(self.ref, name=person.full_name[:LONGEST_NAME], locale=self.locale)
        self.place = place
        self.quoted = quoted
        self.key = key
        self.until = until
        self.helps = False  # the quoted message holds words that a button can read again
        self.told = False  # that the scheduler is silent
        self.line: Message | None = None  # what was said about the silence; it becomes the answer

    @property
    def is_private(self) -> bool:
        return bool(self.place["chat_id"] > 0)

    def address(self, owner: int | None) -> Address:
        """Where an answer goes; in a group it belongs to a message, and its buttons to somebody."""
        if self.is_private:
            return self.place
        return self.quoting | ({"user": owner} if owner else {})

    @property
    def quoting(self) -> Address:
        """An answer under the message it belongs to."""
        return self.place | {"reply_to": self.quoted}

    async def ask(self, call: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """The scheduler's answer. While it is silent the person is told once and the same is asked again, until
        patience ends with Unreachable, or the process with Interrupted."""
        patience = self.desk.patience
        while True:
            try:
                async with asyncio.timeout(patience.attempt):
                    return await call(*args, **kwargs)
            except (Unreachable, TimeoutError) as error:
                if asyncio.get_running_loop().time() >= self.until:
                    raise Unreachable("patience is over") from error
            if not self.told:
                self.told = True
                await self.tell_silence(refusals.trying_again(self.tr))
            if await supervisor.sleep(patience.pause, self.desk.stop):
                raise Interrupted

    async def order(self, request: JobRequest, key: str | None = None) -> Accepted:
        """Submit the request and open its status message. The effect is committed once the submit is answered."""
        board = self.desk.board
        address = self.address(self.person_id)
        accepted = await self.ask(
            self.user.submit, request, key=key or self.key, destination=board.destination(address)
        )
        await self.acknowledge()
        with suppress(TimeoutError):  # the postman rests already: the next process opens it
            async with asyncio.timeout(OPEN_SECONDS):
                await board.open(accepted, address, user=self.ref, locale=self.locale, message=self.line)
        return accepted

    async def say(self, screen: Screen, owner: int | None = None) -> None:
        """Answer under the message in a group, below it in a private chat. `owner` of the job that buttons name."""
        await self.desk.say(self.address(owner), screen, self.line)

    async def refuse(self, error: CommandError | Refused) -> None:
        """Word what was turned down; under the message, where the helping buttons find the words."""
        screen = refusals.worded(error, self.tr, datetime.now(UTC), helps=self.helps)
        await self.desk.say(self.quoting, screen, self.line)

    async def give_up(self) -> None:
        """The scheduler stayed silent."""
        await self.desk.say(self.quoting, refusals.gave_up(self.tr, helps=self.helps), self.line)

    async def tell_silence(self, screen: Screen) -> None:
        self.line = await self.desk.say(self.quoting, screen)

    async def acknowledge(self) -> None:
        """A message needs no sign beside its status message."""

    async def close(self) -> None:
        """The last act of a dialogue."""


class Press(Talk):
    """A dialogue begun by a button: the press is answered once, by a toast or without words."""

    def __init__(
        self, desk: Desk, person: Person, place: Address, quoted: int, key: str, until: float, callback: CallbackQuery
    ) -> None:
        super().__init__(desk, person, place, quoted, key, until)
        self.callback = callback
        self.answered = False

    @property
    def pressed(self) -> Written | None:
        """The message with the button, unless it is out of reach."""
        message = self.callback.message
        return message if isinstance(message, Written) else None

    @property
    def is_real(self) -> bool:
        """Whether the button is ours: signed, or, as older ones are not, on the pressed message. What a client sends,
        Telegram does not check."""
        if self.desk.seal.is_ours(self.callback.data or "", self.place["chat_id"]):
            return True
        markup = self.pressed.reply_markup if self.pressed else None
        rows = markup.inline_keyboard if markup else []
        return any(button.callback_data == self.callback.data for row in rows for button in row)

    async def toast(self, text: str | None = None, *, alert: bool = False) -> None:
        """Answer the press, unless that was done; a press that is too old needs no answer."""
        if self.answered:
            return
        self.answered = True
        with suppress(AiogramError):
            await self.callback.answer(text, show_alert=alert)

    async def note(self, which: Note) -> None:
        await self.toast(note(which, self.tr))

    async def refuse(self, error: CommandError | Refused) -> None:
        """In a pop-up where that is enough, else in the chat."""
        screen = refusals.worded(error, self.tr, datetime.now(UTC), helps=self.helps)
        if self.answered or screen.buttons or len(screen.text) > LONGEST_TOAST:
            await self.toast()
            await self.desk.say(self.quoting, screen)
        else:
            await self.toast(screen.text, alert=True)

    async def give_up(self) -> None:
        """The button that helps is the pressed one; in a group only if it is real, since ours is believed there."""
        screen = refusals.gave_up(self.tr)
        if self.is_private or self.is_real:
            again = Button(self.tr("button-try-again"), self.callback.data or "")
            screen = Screen(screen.text, buttons=((again,),))
        await self.desk.say(self.quoting, screen)

    async def tell_silence(self, screen: Screen) -> None:
        await self.toast(screen.text)

    async def acknowledge(self) -> None:
        await self.note(Note.WORKING)

    async def close(self) -> None:
        await self.toast()
