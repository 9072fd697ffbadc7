"""What stands in the chats, the same way for both platforms: every message of a bot with all it has been."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from tests.faults.town import Place, Town
from tests.rigs.discord import Seen as Shown
from tests.rigs.telegram import Seen

SIGN = "🎨"  # begins what a status message says until the job has ended
OF_A_JOB = re.compile(r"\b([a-z]+):([0-9a-f]{32})\b")
OF_RESULTS = frozenset({"again", "retry", "vary", "larger", "remake"})


@dataclass(frozen=True, slots=True)
class Look:
    """One state of a message; `presses` are the actions of its buttons and the jobs they name."""

    text: str
    has_picture: bool
    presses: tuple[tuple[str, UUID], ...]

    @property
    def is_open(self) -> bool:
        return self.text.startswith(SIGN)

    @property
    def result_of(self) -> UUID | None:
        return next((job for action, job in self.presses if action in OF_RESULTS), None)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A message of a bot; `age_seconds`: since it was sent, when it was looked at."""

    place: Place
    looks: tuple[Look, ...]
    age_seconds: float = 0.0

    @property
    def is_status(self) -> bool:
        """Whether it was ever the status message of a job."""
        return any(look.is_open or look.result_of for look in self.looks)

    @property
    def job(self) -> UUID | None:
        """The first one that it ever named."""
        return next((job for look in self.looks for _, job in look.presses), None)

    @property
    def results(self) -> set[UUID]:
        return {look.result_of for look in self.looks if look.result_of}


def all_sheets(town: Town) -> dict[Place, Sheet]:
    """Of both bots; what people deleted is not there any more."""
    return {sheet.place: sheet for sheet in (*on_telegram(town), *on_discord(town))}


def on_telegram(town: Town) -> Iterator[Sheet]:
    for person in town.telegram_people.values():
        for seen in person.sees_from_bot():
            place = ("telegram", str(seen.chat_id), str(seen.id))
            yield Sheet(place, tuple(telegram_looks(seen)), town.telegram.world.now() - seen.history[0].at)


def telegram_looks(seen: Seen) -> Iterator[Look]:
    for look in seen.history:
        yield Look(look.text, bool(look.photo), presses(button.data for button in look.buttons))


def on_discord(town: Town) -> Iterator[Sheet]:
    for person in town.discord_people.values():
        for shown in person.sees():
            if shown.author == town.discord_bot.name:
                place = ("discord", shown.channel_id, shown.id)
                yield Sheet(place, tuple(discord_looks(shown)), time.time() - shown.history[0].at)


def discord_looks(shown: Shown) -> Iterator[Look]:
    for version in shown.history:
        names = (button.custom_id for button in version.buttons)
        yield Look(version.content, bool(version.attachments), presses(names))


def presses(names: Iterator[str | None]) -> tuple[tuple[str, UUID], ...]:
    found = (OF_A_JOB.search(name) for name in names if name)
    return tuple((match[1], UUID(hex=match[2])) for match in found if match)
