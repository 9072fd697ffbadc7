"""What only Discord's interactions need said."""

from bots.messenger import Screen
from bots.replies.translator import Translator


def look_in_jobs(tr: Translator) -> str:
    """The last words of a message that cannot be edited for much longer."""
    return tr("discord-look-in-jobs")


def not_started(tr: Translator) -> Screen:
    """A refusal that came after everybody saw "is thinking…": neutral, the reason is told to one person only."""
    return Screen(tr("discord-not-started"))


def show_number(tr: Translator, number: int) -> str:
    """The button beside a finished job in the list."""
    return tr("discord-show-number", number=number)
