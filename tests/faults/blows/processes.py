"""Faults of one process: killed, frozen, with a wrong clock, on a full disk."""

from dataclasses import dataclass

from tests.faults.checks.chats import in_flight
from tests.faults.checks.jobs import unanswered
from tests.faults.town import BOTS, Town

FULL_DISK_BYTES = (0, 100, 400)  # nothing fits; half a picture; the picture, but not its thumbnail


@dataclass(frozen=True, slots=True)
class Killed:
    """kill -9; it is started again as any service manager would."""

    target: str
    alone: bool = False

    async def strike(self, town: Town) -> None:
        await town.members[self.target].kill()
        if self.target in BOTS:
            await note_interrupted(town, self.target)

    async def heal(self, town: Town) -> None:
        await town.members[self.target].start()


@dataclass(frozen=True, slots=True)
class ToldToStop:
    """SIGTERM, as in a rolling restart."""

    target: str
    alone: bool = False

    async def strike(self, town: Town) -> None:
        await town.members[self.target].stop()
        if self.target in BOTS:
            await note_interrupted(town, self.target)

    async def heal(self, town: Town) -> None:
        await town.members[self.target].start()


@dataclass(frozen=True, slots=True)
class Frozen:
    """SIGSTOP; a worker that is frozen for longer than a lease comes back late."""

    target: str
    alone: bool = False

    async def strike(self, town: Town) -> None:
        town.members[self.target].freeze()
        self._count(town)

    async def heal(self, town: Town) -> None:
        self._count(town)
        town.members[self.target].thaw()

    def _count(self, town: Town) -> None:
        """Replies on their way to a process that stands still."""
        for name, wire in town.wires.items():
            if name.startswith(f"{self.target}>"):
                wire.count_asked()


@dataclass(frozen=True, slots=True)
class ClockJumped:
    """Its wall clock is wrong for a while, and jumps back."""

    target: str
    seconds: float
    alone: bool = False

    async def strike(self, town: Town) -> None:
        town.members[self.target].set_clock(self.seconds)

    async def heal(self, town: Town) -> None:
        town.members[self.target].set_clock(0)


@dataclass(frozen=True, slots=True)
class DiskFull:
    """Writes of a worker, or of a scheduler that takes pictures in, fail after so many bytes (EFBIG, where a full disk
    says ENOSPC)."""

    target: str
    size_bytes: int
    alone: bool = False

    async def strike(self, town: Town) -> None:
        town.members[self.target].limit_files(self.size_bytes)

    async def heal(self, town: Town) -> None:
        town.members[self.target].limit_files()


async def note_interrupted(town: Town, bot: str) -> None:
    """What the bot has just sent, and cannot tell the scheduler any more; what it refused and still had to say (what
    it accepted is never forgotten); nor does the next one know of a 429."""
    town.forget_who_was_told()
    town.interrupted |= await in_flight(town, bot, town.members[bot].lived_seconds)
    town.forgotten |= await unanswered(town) if bot == "telegram" else set()
