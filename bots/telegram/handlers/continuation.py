"""The parts of a text that was too long for one message: the first is answered, the others are silence."""

from collections import OrderedDict
from datetime import datetime, timedelta

from aiogram.filters import Filter
from aiogram.types import Message

NEARLY_FULL = 3_500  # characters: clients cut at 4096, or at the last line or word before it
AT_ONCE = timedelta(seconds=2)
MOST_REMEMBERED = 1_000


class Continued(Filter):
    """Messages that follow a nearly full one at once, commands excepted. It must see every text of a chat."""

    def __init__(self) -> None:
        self.full: OrderedDict[int, datetime] = OrderedDict()  # by chat, the last nearly full message

    async def __call__(self, message: Message) -> bool:
        before = self.full.pop(message.chat.id, None)
        if len(message.text or "") >= NEARLY_FULL:
            self.full[message.chat.id] = message.date
            if len(self.full) > MOST_REMEMBERED:
                self.full.popitem(last=False)
        is_command = (message.text or "").startswith("/")
        return before is not None and message.date - before <= AT_ONCE and not is_command


async def ignored(_: Message) -> None:
    """The first part was answered."""
