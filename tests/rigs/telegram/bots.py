"""A bot as the platform knows it: its account, token, updates and profile."""

from dataclasses import dataclass, field

from tests.rigs.telegram.model import Json, User
from tests.rigs.telegram.updates import Update, UpdateQueue
from tests.rigs.telegram.webhook import Webhook


@dataclass(slots=True, eq=False)
class FakeBot:
    """A registered bot. `commands` is by (scope as JSON, language); `profile` by (method suffix, language)."""

    token: str
    user: User
    updates: UpdateQueue
    reads_all: bool = False
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    profile: dict[tuple[str, str], str] = field(default_factory=dict)
    webhook: Webhook | None = None

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def username(self) -> str:
        return self.user.username or ""

    async def listens(self, timeout: float = 30) -> None:
        """Wait until the bot polls or has set a webhook."""
        await self.updates.changes.until(lambda: self.webhook or self.updates.has_poller(), timeout)

    async def has_confirmed_all(self, timeout: float = 30) -> None:
        """Wait until no update is left unconfirmed."""
        await self.updates.changes.until(lambda: not self.updates.pending, timeout)

    def gets_last_update_again(self) -> Update:
        """Deliver the newest update once more, confirmed or not."""
        self.updates.put_again(self.updates.seen[-1])
        return self.updates.seen[-1]

    def gets_next_updates_twice(self, times: int = 1) -> None:
        """Deliver each of the next updates a second time after it was confirmed."""
        self.updates.repeat_next = times

    def gets_next_updates_late(self, times: int = 1) -> None:
        """Deliver each of the next updates after the one that follows it: several, last first."""
        self.updates.late_next = times

    def gets_late_updates_now(self) -> None:
        """Deliver those that nothing came after, and the next ones in their order."""
        self.updates.late_next = 0
        self.updates.catch_up()

    def gets(self, kind: str, payload: Json, chat_id: int = 0) -> Update | None:
        """Deliver any update, such as one that the bot's library does not understand yet."""
        return self.updates.put(kind, payload, chat_id)

    def restarts_update_ids(self, at: int) -> None:
        """Number the coming updates from here, as the platform may after a quiet week."""
        self.updates.next_id = at
