"""Finds a sentence in a person's language, and writes numbers, lengths of time and moments as people do."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from math import ceil
from pathlib import Path

import structlog
from fluent.runtime import FluentBundle, FluentResource

log = structlog.get_logger(__name__)

LOCALES = Path(__file__).parent.parent / "locales"
FALLBACK = "en"
LONGEST_IN_SECONDS = 90  # "75 s" is nearer the truth than "2 min"

Variable = str | int | float | Decimal


class Translator:
    """The sentences of one language, as one platform shows them; English where a sentence is missing.

    A locale's sentences stand in `en.ftl` and in files beside it, such as `en.web.ftl`.
    """

    def __init__(self, locale: str | None = None, platform: str | None = None) -> None:
        self.locale = known(locale)
        self.platform = platform
        self.bundles = [bundle(name) for name in dict.fromkeys((self.locale, FALLBACK))]

    def __call__(self, key: str, **variables: Variable) -> str:
        """The sentence named `key`."""
        values = {name: plain(value) for name, value in variables.items()}
        for bundle in self.bundles:
            if bundle.has_message(key) and (pattern := bundle.get_message(key).value) is not None:
                text, errors = bundle.format_pattern(pattern, values)
                if errors:
                    log.warning("sentence.incomplete", key=key, errors=[type(error).__name__ for error in errors])
                return str(text)
        raise KeyError(key)

    def span(self, seconds: float) -> str:
        """A length of time in its two largest units, rounded up: "9 s", "12 min", "3 h 20 min"."""
        whole = max(1, ceil(seconds))
        if whole <= LONGEST_IN_SECONDS:
            return self("span-seconds", seconds=whole)
        minutes = ceil(whole / 60)
        if minutes < 60:
            return self("span-minutes", minutes=minutes)
        hours, minutes = divmod(minutes, 60)
        if hours < 24:
            return (
                self("span-hours-minutes", hours=hours, minutes=minutes) if minutes else self("span-hours", hours=hours)
            )
        days, hours = divmod(hours + bool(minutes), 24)
        return self("span-days-hours", days=days, hours=hours) if hours else self("span-days", days=days)

    def length(self, seconds: float) -> str:
        """How long something lasts, to the second: who is told "2 min" may ask for that."""
        minutes, rest = divmod(max(1, ceil(seconds)), 60)
        if 60 * minutes + rest <= LONGEST_IN_SECONDS or not rest:
            return self.span(seconds)
        return self("span-minutes-seconds", minutes=minutes, seconds=rest)

    def moment(self, at: datetime, now: datetime | None = None) -> str:
        """A time of day, with its date where that is not the day of `now`; Discord shows it in each reader's own time
        zone."""
        other_day = now is not None and at.astimezone(UTC).date() != now.astimezone(UTC).date()
        if self.platform == "discord":
            return f"<t:{int(at.timestamp())}:{'f' if other_day else 't'}>"
        return f"{at.astimezone(UTC):{'%Y-%m-%d %H:%M' if other_day else '%H:%M'}} UTC"

    def ago(self, at: datetime, now: datetime) -> str:
        """How long ago something was, roughly: "2 min ago"; Discord keeps counting by itself."""
        if self.platform == "discord":
            return f"<t:{int(at.timestamp())}:R>"
        seconds = max(1, int((now - at).total_seconds()))
        unit = next((unit for unit in (86_400, 3_600, 60) if seconds >= 2 * unit), 1)
        return self("jobs-ago", span=self.span(seconds // unit * unit))

    def place(self, position: int) -> str:
        """A place in line: "Next", "Third", "11th"."""
        return self("place", position=position, ending=ordinal_ending(position))

    def tokens(self, count: Decimal | float) -> str:
        return self("tokens", count=count)


def plain(value: Variable) -> str | int | float:
    """Whole numbers as such: to Fluent's plural rules 1.00 is not one."""
    if isinstance(value, Decimal | float):
        return int(value) if value == int(value) else float(value)
    return value


def ordinal_ending(position: int) -> str:
    """The category of English ordinals (1st, 2nd, 3rd, 4th), which fluent.runtime cannot select by."""
    if position % 100 in (11, 12, 13):
        return "other"
    return {1: "one", 2: "two", 3: "few"}.get(position % 10, "other")


def number(value: object, default: int = 0) -> int | float:
    """A fact that should be a number."""
    return value if isinstance(value, int | float) else default


@cache
def sources() -> Mapping[str, list[Path]]:
    """The files of each locale."""
    found: dict[str, list[Path]] = {}
    for path in sorted(LOCALES.glob("*.ftl")):
        found.setdefault(path.name.split(".")[0], []).append(path)
    return found


def known(locale: str | None) -> str:
    """The language we have for "de-DE", "pt_BR" or None."""
    language = (locale or FALLBACK).replace("_", "-").split("-")[0].lower()
    return language if language in sources() else FALLBACK


@cache
def bundle(locale: str) -> FluentBundle:
    made = FluentBundle([locale], use_isolating=False)
    for path in sources()[locale]:
        made.add_resource(FluentResource(path.read_text("utf-8")))
    return made
