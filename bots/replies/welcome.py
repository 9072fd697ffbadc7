"""The first words, and what the bot can do."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from bots.buttons import Action, button
from bots.making import Maker
from bots.messenger import Screen
from bots.replies.frame import cut
from bots.replies.translator import Translator
from scheduler.accounts.model import AccountView
from scheduler.jobs.model import MOST_IMAGES

EVERYTHING = frozenset(maker.value for maker in Maker)
FROM_PICTURES = frozenset({Maker.IMAGINE.value, Maker.VIDEO.value})  # the commands that start from one
SURPRISES = 12
MOST_MODELS = 12  # named in /help


def start(account: AccountView, tr: Translator, *, name: str | None = None, plain_words: bool = True) -> Screen:
    """`plain_words`: the bot reads messages that are no command (on Discord it does not)."""
    plan = account.plan
    return Screen(
        tr("start", name=cut(name, 60) if name else "none", words="yes" if plain_words else "no")
        + "\n"
        + tr("start-plan", tokens=tr.tokens(plan.daily_token_limit), plan=plan.name, price=Decimal(1)),
        buttons=((button(tr("button-surprise"), Action.SURPRISE), button(tr("button-help"), Action.HELP)),),
    )


def help_(
    tr: Translator, models: Sequence[str] = (), makers: Collection[str] = EVERYTHING, *, plain_words: bool = True
) -> Screen:
    """`models`: the ids of those the person may use now; `makers`: the commands that the bot offers."""
    parts = [tr("help-words") + "\n"] if plain_words else []
    parts.extend(
        line for line in tr("help-commands").splitlines() if command(line) not in EVERYTHING.difference(makers)
    )
    if plain_words:
        parts.append("\n" + tr("help-flags", limit=MOST_IMAGES, models=", ".join(models[:MOST_MODELS]) or "NAME"))
    parts.append("\n" + tr("help-buttons"))
    if set(makers) >= FROM_PICTURES:
        parts.append("\n" + tr("help-picture"))
    return Screen("\n".join(parts))


def command(line: str) -> str:
    """The command that a line of the help begins with."""
    return line.removeprefix("/").partition(" ")[0]


def surprise(tr: Translator, number: int) -> str:
    """A prompt for who asks to be surprised; any number picks one."""
    return tr(f"surprise-{number % SURPRISES + 1}")


def unknown_command(tr: Translator) -> Screen:
    return Screen(tr("unknown-command"))
