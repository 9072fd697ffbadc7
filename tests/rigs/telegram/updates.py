"""A bot's queue of updates, with the promises of getUpdates: kept until confirmed, one poller at a time."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from tests.rigs.telegram.changes import Changes
from tests.rigs.telegram.model import ApiError, Json

ONLY_IF_ASKED = {"chat_member", "message_reaction", "message_reaction_count"}
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


@dataclass(slots=True, eq=False)
class Update:
    """An update that waits. Those of one lane (a chat) are pushed to a webhook in order."""

    body: Json
    lane: int
    deliveries: int = 0
    wanted_deliveries: int = 0

    @property
    def id(self) -> int:
        return int(self.body["update_id"])

    @property
    def is_to_come_again(self) -> bool:
        """Whether it stays although it was confirmed."""
        return self.deliveries < self.wanted_deliveries


@dataclass(frozen=True, slots=True, eq=False)
class Poller:
    """A getUpdates under way and whether somebody still listens to it."""

    is_alive: Callable[[], bool]


@dataclass(slots=True, eq=False)
class UpdateQueue:
    """Updates in the order they happened; `seen` remembers every one ever put."""

    next_id: int
    changes: Changes = field(default_factory=Changes)
    pending: list[Update] = field(default_factory=list)
    seen: list[Update] = field(default_factory=list)
    allowed: Collection[str] = ()
    repeat_next: int = 0
    late_next: int = 0
    late: list[Update] = field(default_factory=list)  # wait for the next one
    polls: int = 0
    is_closed: bool = False
    _poller: Poller | None = None

    def put(self, kind: str, payload: Json, lane: int) -> Update | None:
        """Queue an update unless the bot does not want its kind."""
        if kind not in self.allowed if self.allowed else kind in ONLY_IF_ASKED:
            return None
        update = Update({"update_id": self.next_id, kind: payload}, lane)
        self.next_id += 1
        if self.repeat_next > 0:
            self.repeat_next -= 1
            update.wanted_deliveries = 2
        self.seen.append(update)
        if self.late_next > 0:
            self.late_next -= 1
            update.wanted_deliveries = max(1, update.wanted_deliveries)  # stays, though later ones are confirmed first
            self.late.append(update)
            return update
        self.pending.append(update)
        self.catch_up()
        return update

    def catch_up(self) -> None:
        """What is late comes now, the latest to happen first: each after the one that followed it."""
        self.pending.extend(reversed(self.late))
        self.late.clear()
        self.changes.announce()

    def put_again(self, update: Update) -> None:
        """Deliver once more what was delivered before, confirmed or not."""
        update.wanted_deliveries = update.deliveries + 1
        if update not in self.pending:
            self.pending.append(update)
        self.changes.announce()

    def confirm(self, offset: int) -> None:
        """Forget what is before the offset; a negative one keeps that many from the end."""
        if offset < 0:
            self.pending = self.pending[offset:]
        else:
            self.pending = [update for update in self.pending if update.id >= offset or update.is_to_come_again]

    def done(self, update: Update) -> None:
        """A webhook took it."""
        if update in self.pending and not update.is_to_come_again:
            self.pending.remove(update)

    def deliveries_of(self, update_id: int) -> int:
        """How often the update went to the bot."""
        return max((update.deliveries for update in self.seen if update.id == update_id), default=0)

    def has_poller(self) -> bool:
        return self._poller is not None and self._poller.is_alive()

    async def poll(self, limit: int, timeout: float, is_alive: Callable[[], bool]) -> list[Json]:
        """What waits, or what comes within the timeout; 409 when another poll takes over."""
        me = self._poller = Poller(is_alive)
        self.polls += 1
        self.changes.announce()
        try:
            async with asyncio.timeout(timeout):
                while not self.pending and self._poller is me and not self.is_closed:
                    await self.changes.next()
        except TimeoutError:
            pass
        if self._poller is not me:
            raise ApiError(409, CONFLICT)
        self._poller = None
        batch = self.pending[:limit]
        for update in batch:
            update.deliveries += 1
        return [update.body for update in batch]

    def close(self) -> None:
        """Let the pollers go."""
        self.is_closed = True
        self.changes.announce()
