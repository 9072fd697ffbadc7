"""Which handler answers what: the first that fits."""

from aiogram import Dispatcher, F
from aiogram.enums import ChatType, ContentType
from aiogram.filters import Command, CommandStart, Filter
from aiogram.types import CallbackQuery

from bots import buttons
from bots.buttons import Action
from bots.telegram.desk import Desk
from bots.telegram.handlers import admin, cancel, continuation, create, jobs, repeat, start, unknown, usage
from bots.telegram.handlers.help import help_, help_pressed
from bots.telegram.middlewares import Introduction, Refusals

PRIVATE = F.chat.type == ChatType.PRIVATE
CONTENT = F.content_type.in_(
    {
        ContentType.ANIMATION,
        ContentType.AUDIO,
        ContentType.CONTACT,
        ContentType.DICE,
        ContentType.DOCUMENT,
        ContentType.LOCATION,
        ContentType.PHOTO,
        ContentType.POLL,
        ContentType.STICKER,
        ContentType.VENUE,
        ContentType.VIDEO,
        ContentType.VIDEO_NOTE,
        ContentType.VOICE,
    }
)


class Pressed(Filter):
    """Buttons of these actions; the handler gets `action` and `subject`."""

    def __init__(self, *actions: Action, subject: bool | None = None) -> None:
        self.actions = actions
        self.subject = subject  # whether there must be one; None: either way

    async def __call__(self, callback: CallbackQuery) -> bool | dict[str, Action | str]:
        action, subject = buttons.read(callback.data or "") or (None, "")
        if action not in self.actions or self.subject not in (None, bool(subject)):
            return False
        return {"action": action, "subject": subject}


def dispatcher(desk: Desk) -> Dispatcher:
    """The table of handlers; a fresh one for each bot, since a process may run several."""
    table = Dispatcher(disable_fsm=True)
    for observer in (table.message, table.callback_query):
        observer.outer_middleware(Introduction(desk))
        observer.outer_middleware(Refusals())

    table.message.register(continuation.ignored, PRIVATE, F.text, continuation.Continued())
    table.message.register(start.start, CommandStart())
    table.message.register(help_, Command("help"))
    table.message.register(create.make, Command(*desk.makers, ignore_case=True), F.text | F.caption)
    table.message.register(usage.usage, Command("usage"))
    table.message.register(jobs.jobs, Command("jobs"))
    table.message.register(cancel.cancel, Command("cancel"))
    table.message.register(admin.admin, Command("admin"), PRIVATE)
    table.message.register(unknown.unknown_command, PRIVATE, F.text.startswith("/"))
    table.message.register(create.plain_words, PRIVATE, F.text | (F.photo & F.caption))
    table.message.register(unknown.no_words, PRIVATE, CONTENT)

    press = table.callback_query.register
    press(cancel.cancel_pressed, Pressed(Action.CANCEL))
    press(create.reword, Pressed(Action.USE, Action.FIT, Action.FEWER, Action.SHORTER, Action.BRIEFER))
    press(create.reword, Pressed(Action.RETRY, subject=False))
    press(create.surprise, Pressed(Action.SURPRISE))
    press(help_pressed, Pressed(Action.HELP))
    press(repeat.more, Pressed(Action.MORE))
    press(repeat.voice, Pressed(Action.VOICE))
    press(
        repeat.repeat,
        Pressed(Action.AGAIN, Action.VARY, Action.LARGER, Action.ANIMATE, Action.RETRY, Action.REMAKE),
    )
    press(unknown.unknown_button)
    return table
