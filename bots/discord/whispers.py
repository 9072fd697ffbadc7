"""Answers for one person's eyes; they belong to no job, and one that cannot be given is let go."""

import asyncio

import structlog

from bots.discord.calls import Calls
from bots.discord.place import Place
from bots.messenger import Failed, Later, Screen, Unknown

log = structlog.get_logger(__name__)

TRIES = 2
LONGEST_WAIT_SECONDS = 2.0  # for a 429; later than this the person has gone on


class Whispers:
    def __init__(self, calls: Calls) -> None:
        self.calls = calls

    async def think(self, place: Place, *, privately: bool = False) -> Place:
        """Show "is thinking…"; the place says whether that worked."""
        try:
            await self.calls.think(place, privately=privately)
        except Failed as error:
            log.info("discord.defer_failed", error=str(error))
            return place
        return place.model_copy(update={"deferred": True})

    async def say(self, place: Place, screen: Screen) -> None:
        """Give the first answer, or change "is thinking…" into it."""
        for left in reversed(range(TRIES)):
            try:
                if place.awaits_first_answer:
                    await self.calls.answer(place, screen, privately=True)
                else:
                    await self.calls.change_original(place, screen)
                return
            except Failed as error:
                if not left or not await worth_repeating(error):
                    log.info("discord.whisper_failed", error=str(error))
                    return

    async def add(self, place: Place, screen: Screen) -> None:
        """A further answer to an interaction that was answered in public."""
        try:
            await self.calls.follow_up(place, screen, privately=True)
        except Failed as error:
            log.info("discord.whisper_failed", error=str(error))


async def worth_repeating(error: Failed) -> bool:
    """Whether the same call may work now; a short 429 is waited for."""
    if isinstance(error, Later) and error.seconds <= LONGEST_WAIT_SECONDS:
        await asyncio.sleep(error.seconds)
        return True
    return isinstance(error, Unknown)
