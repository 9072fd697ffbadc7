"""The fake Telegram as tests hold it: start it, register bots and people, order troubles, read the record."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self, TypeVar

from aiohttp import web

from tests.rigs.telegram.bots import FakeBot
from tests.rigs.telegram.changes import Changes
from tests.rigs.telegram.faults import Fault, Faults, Trouble
from tests.rigs.telegram.model import Call, Chat, Query, RuleBreak, User
from tests.rigs.telegram.pace import Limits
from tests.rigs.telegram.person import Group, Person
from tests.rigs.telegram.server import Server
from tests.rigs.telegram.updates import UpdateQueue
from tests.rigs.telegram.world import World

FIRST_PERSON_ID = 1_000_001
FIRST_GROUP_ID = -4_000_001
FIRST_UPDATE_ID = 700_000_000

Where = Callable[[Call], bool]
Found = TypeVar("Found")


class FakeTelegram:
    """`async with FakeTelegram() as telegram`: a Bot API server on a free loopback port while the block runs."""

    def __init__(self, *, strict: bool = False, limits: Limits | None = None) -> None:
        self.world = World()
        self.faults = Faults()
        self._server = Server(self.world, self.faults, limits or Limits(), is_strict=strict)
        self._runner: web.AppRunner | None = None
        self._people: list[User] = []
        self.port = 0

    async def __aenter__(self) -> Self:
        self._runner = web.AppRunner(self._server.application(), access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for bot in self.world.bots.values():
            bot.updates.close()
            if bot.webhook:
                await bot.webhook.stop()
        if self._runner:
            await self._runner.cleanup()

    @property
    def url(self) -> str:
        """The base for `TelegramAPIServer.from_base` and TESSERA_TELEGRAM_API_BASE."""
        return f"http://127.0.0.1:{self.port}"

    def forgets_who_was_told(self, bot: FakeBot) -> None:
        """The process that was told to wait is gone, or its reply was lost: the next early call breaks no rule, it is
        refused and tells the new one."""
        self._server.floods.forget_who_was_told(bot.id)

    # Bots, people, groups

    def new_bot(
        self, token: str = "777:tok", username: str = "tessera_bot", *, name: str = "Tessera", reads_all: bool = False
    ) -> FakeBot:
        """Register a bot; its id is what stands before the colon of the token."""
        user = User(int(token.partition(":")[0]), name, username, is_bot=True)
        queue = UpdateQueue(FIRST_UPDATE_ID + 1_000_000 * len(self.world.bots), changes=self.world.changes)
        bot = self.world.bots[token] = FakeBot(token, user, queue, reads_all)
        return bot

    def person(self, name: str, language: str = "en", *, username: str | None = None) -> Person:
        """Somebody new, who stands in the private chat with the first bot."""
        number = FIRST_PERSON_ID + len(self._people)
        user = User(number, name, username or name.lower(), language)
        self._people.append(user)
        return Person(self.world, user)

    def group(
        self,
        title: str,
        people: Sequence[Person],
        bots: Sequence[FakeBot] | None = None,
        *,
        is_supergroup: bool = False,
    ) -> Group:
        """A group with these people, the first is its creator, and with these bots (all so far by default)."""
        number = FIRST_GROUP_ID - len(self.world.groups)
        number -= 1_000_000_000_000 if is_supergroup else 0
        members = list(self.world.bots.values()) if bots is None else bots
        kind = "supergroup" if is_supergroup else "group"
        chat = Chat(number, kind, title, [person.user for person in people], [bot.user for bot in members])
        self.world.groups[chat.id] = chat
        return Group(self.world, [chat])

    # Troubles. `methods` is a regex for whole method names; `where` narrows it to some calls.

    def answers_429(self, methods: str, retry_after: int, *, times: int = 1, where: Where | None = None) -> Fault:
        """Refuse with 429; calls of that chat (or method) before `retry_after` is over are rule breaks."""
        return self.faults.order(Trouble.TOO_MANY_REQUESTS, methods, times, where, retry_after)

    def answers_502(self, methods: str, *, times: int = 1, where: Where | None = None) -> Fault:
        """Answer 502 with an HTML body, without any effect."""
        return self.faults.order(Trouble.BAD_GATEWAY, methods, times, where)

    def drops_requests(self, methods: str, *, times: int = 1, where: Where | None = None) -> Fault:
        """Break the connection before the effect."""
        return self.faults.order(Trouble.DROPPED_BEFORE, methods, times, where)

    def drops_replies(self, methods: str, *, times: int = 1, where: Where | None = None) -> Fault:
        """Break the connection after the effect: the bot cannot know that it was applied."""
        return self.faults.order(Trouble.DROPPED_AFTER, methods, times, where)

    def delays(self, methods: str, seconds: float, *, times: int = 1, where: Where | None = None) -> Fault:
        """Wait before the call takes effect."""
        return self.faults.order(Trouble.DELAYED, methods, times, where, seconds)

    def recovers(self) -> None:
        """Withdraw all ordered troubles."""
        self.faults.clear()

    # The record

    @property
    def changes(self) -> Changes:
        return self.world.changes

    @property
    def calls(self) -> list[Call]:
        """Every call but getUpdates, in order of arrival."""
        return self.world.calls

    @property
    def problems(self) -> list[str]:
        """What calls had wrong by the official description; each was answered with an error."""
        return self.world.problems

    @property
    def rule_breaks(self) -> list[RuleBreak]:
        """The platform's rules that were passed: pace, imposed waits, two pollers, answers given twice."""
        return self.world.rule_breaks

    @property
    def dropped_replies(self) -> list[Call]:
        """Calls that took effect while their answer was lost."""
        return [call for call in self.calls if call.is_reply_lost and call.error is None]

    @property
    def refused(self) -> list[Call]:
        """Calls that were answered with an error."""
        return [call for call in self.calls if call.error]

    @property
    def unanswered_presses(self) -> list[Query]:
        """Presses whose button still spins."""
        return [query for query in self.world.queries.values() if query.answer is None]

    @property
    def callback_lifetime_seconds(self) -> float:
        """How long a press may be answered."""
        return self.world.callback_lifetime_seconds

    @callback_lifetime_seconds.setter
    def callback_lifetime_seconds(self, seconds: float) -> None:
        self.world.callback_lifetime_seconds = seconds

    def calls_of(self, *methods: str) -> list[Call]:
        return [call for call in self.calls if call.method in methods]

    async def until(self, probe: Callable[[], Found], timeout: float = 30) -> Found:
        """The first true value of the probe, asked now and after each change; TimeoutError when none comes."""
        return await self.world.changes.until(probe, timeout)

    def assert_clean(self) -> None:
        """Fail with everything that the bots did against the description or the rules."""
        found = [*self.problems, *(f"{each.rule}: {each.detail} by {each.call!r}" for each in self.rule_breaks)]
        assert not found, "\n".join(["the bots broke rules of the platform:", *found])
