"""People do what the script says, on the fake platforms or through the API client, whatever is broken at the moment."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.faults.client import drawn
from tests.faults.script import Act
from tests.faults.town import Town
from tests.rigs.discord import NotPossible
from tests.rigs.discord import Seen as Shown
from tests.rigs.telegram import Seen

SIZED = "--size 4096x4096"
UNKNOWN_MODEL = "--model no-such-model"
FLAWED = {UNKNOWN_MODEL: {"model": "no-such-model"}, SIZED: {"size": "4096x4096"}}
BUTTONS = {"cancel": "cancel:", "again": "again:", "vary": "vary:"}


@dataclass(slots=True)
class Doings:
    """`done` counts the acts that could be done: there must be a message to press a button under."""

    town: Town
    done: int = 0

    async def act(self, act: Act) -> None:
        match act.somebody.where:
            case "telegram":
                self.done += self._on_telegram(act)
            case "discord":
                with suppress(NotPossible):  # the bot has never been there, or the message is gone
                    self.done += await self._on_discord(act)
            case "api":
                self.done += self._by_api(act)

    def _on_telegram(self, act: Act) -> bool:
        person = self.town.telegram_people[act.somebody.number]
        if act.deed == "ask":
            words = " ".join(["/imagine", act.words, *flags(act)])
            number = person.sends_photo(drawn(act.number), words) if act.pictured else person.writes(words)
            self.town.written.add((person.user.id, number))
            return True
        if act.deed == "look":
            person.writes("/usage" if act.number % 2 else "/jobs")
            return True
        wanted = BUTTONS.get(act.deed, BUTTONS["cancel"])
        for seen in reversed(person.sees_from_bot()):
            if data := pressable(seen, wanted):
                if act.deed == "delete":
                    self.town.deleted.add(("telegram", str(seen.chat_id), str(seen.id)))
                    person.deletes(seen)
                else:
                    person.presses(seen, data)
                return True
        return False

    async def _on_discord(self, act: Act) -> bool:
        person = self.town.discord_people[act.somebody.number]
        if act.deed == "ask":
            options: dict[str, Any] = {"prompt": act.words, **FLAWED.get(act.flaw, {})}
            await person.slash("imagine", wait=False, **options)
            return True
        if act.deed == "look":
            await person.slash("usage" if act.number % 2 else "jobs", wait=False)
            return True
        wanted = BUTTONS.get(act.deed, BUTTONS["cancel"])
        for seen in reversed(person.sees()):
            if data := clickable(seen, wanted):
                if act.deed == "delete":
                    self.town.deleted.add(("discord", seen.channel_id, seen.id))
                    person.deletes(seen)
                else:
                    await person.clicks(seen, data, wait=False)
                return True
        return False

    def _by_api(self, act: Act) -> bool:
        asked: dict[str, Any] = {"key": f"act-{act.number}", "deed": act.deed, "user": f"web:{act.somebody.name}"}
        match act.deed:
            case "cancel" | "delete":
                job = self.town.api.newest_job(asked["user"])
                if job is None:
                    return False
                asked |= {"deed": "cancel", "job": job}
            case "look":
                pass
            case _:
                size = {"width": 4096, "height": 4096} if act.flaw == SIZED else {}
                model = {"model": "no-such-model"} if act.flaw == UNKNOWN_MODEL else {}
                request = {"prompt": act.words, "count": act.count, **size, **model, **self._later(act, asked["user"])}
                asked |= {"deed": "ask", "request": request, "upload": act.number if act.pictured else None}
        self.town.api.ask(asked)
        return True

    def _later(self, act: Act, user: str) -> dict[str, Any]:
        """When it may begin."""
        newest = self.town.api.newest_job(user) if "after" in act.begins else None
        start_at = datetime.now(UTC) + timedelta(seconds=act.seconds) if "soon" in act.begins else None
        after = {"after": [newest]} if newest else {}
        return after | ({"start_at": start_at.isoformat()} if start_at else {})


def flags(act: Act) -> list[str]:
    return [*([f"--count {act.count}"] if act.count > 1 else []), *([act.flaw] if act.flaw else [])]


def pressable(seen: Seen, wanted: str) -> str | None:
    return next((button.data for button in seen.buttons if button.data and button.data.startswith(wanted)), None)


def clickable(seen: Shown, wanted: str) -> str | None:
    names = (button.custom_id for button in seen.buttons if button.custom_id and not button.disabled)
    return next((name for name in names if wanted in name), None)
