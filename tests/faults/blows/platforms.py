"""Faults of the platforms: 429 with long waits, 502, lost requests and replies, duplicates, calls out of order."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from tests.faults.town import Town

MESSAGES = "send.*|edit.*"
REQUESTS = r"(POST|PATCH) /(channels|webhooks|interactions)/"
Trouble = Literal["429", "502", "request lost", "reply lost", "late"]
Order = Literal["drop", "reconnect", "invalidate", "resume"]


@dataclass(frozen=True, slots=True)
class TelegramTroubled:
    """The next calls that write a message go wrong."""

    trouble: Trouble
    times: int
    seconds: int
    target: ClassVar[str] = "telegram platform"
    alone: bool = False

    async def strike(self, town: Town) -> None:
        match self.trouble:
            case "429":
                town.telegram.answers_429(MESSAGES, self.seconds, times=self.times)
            case "502":
                town.telegram.answers_502(MESSAGES, times=self.times)
            case "request lost":
                town.telegram.drops_requests(MESSAGES, times=self.times)
            case "reply lost":
                town.telegram.drops_replies(MESSAGES, times=self.times)
            case "late":
                town.telegram.delays(MESSAGES, self.seconds, times=self.times)

    async def heal(self, town: Town) -> None:
        town.telegram.recovers()


@dataclass(frozen=True, slots=True)
class TelegramRepeats:
    """Updates come again, confirmed or not."""

    times: int
    target: ClassVar[str] = "telegram updates"
    alone: bool = False

    async def strike(self, town: Town) -> None:
        town.telegram_bot.gets_next_updates_twice(self.times)
        if town.telegram_bot.updates.seen:
            town.telegram_bot.gets_last_update_again()

    async def heal(self, town: Town) -> None:
        town.telegram_bot.gets_next_updates_twice(0)


@dataclass(frozen=True, slots=True)
class TelegramDisordered:
    """Each of the next updates comes after the one that follows it."""

    times: int
    target: ClassVar[str] = "telegram updates"
    alone: bool = False

    async def strike(self, town: Town) -> None:
        town.telegram_bot.gets_next_updates_late(self.times)

    async def heal(self, town: Town) -> None:
        town.telegram_bot.gets_late_updates_now()


@dataclass(frozen=True, slots=True)
class DiscordTroubled:
    trouble: Trouble
    times: int
    seconds: int
    target: ClassVar[str] = "discord platform"
    alone: bool = False

    async def strike(self, town: Town) -> None:
        faults = town.discord.faults
        match self.trouble:
            case "429":
                faults.rate_limit(REQUESTS, self.times, self.seconds)
            case "502":
                faults.error(REQUESTS, self.times)
            case "request lost":
                faults.drop_before(REQUESTS, self.times)
            case "reply lost":
                faults.drop_after(REQUESTS, self.times)
            case "late":
                faults.delay(REQUESTS, self.seconds, self.times)

    async def heal(self, town: Town) -> None:
        town.discord.faults.clear()


@dataclass(frozen=True, slots=True)
class DiscordRepeats:
    """Interactions are announced twice."""

    times: int
    target: ClassVar[str] = "discord interactions"
    alone: bool = False

    async def strike(self, town: Town) -> None:
        town.discord.repeat_interactions(self.times)

    async def heal(self, town: Town) -> None:
        """The next ones were enough."""


@dataclass(frozen=True, slots=True)
class GatewayTroubled:
    """The websocket is cut, or told to come again, with its session or without."""

    order: Order
    target: ClassVar[str] = "discord gateway"
    alone: bool = False

    async def strike(self, town: Town) -> None:
        match self.order:
            case "drop":
                town.discord.gateway.drop()
            case "reconnect":
                town.discord.gateway.ask_to_reconnect()
            case "invalidate":
                town.discord.gateway.invalidate()
            case "resume":
                town.discord.gateway.invalidate(resumable=True)

    async def heal(self, town: Town) -> None:
        """The bot comes back by itself."""
