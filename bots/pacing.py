"""How often a bot may write: one budget per chat and one per bot, in which results go first and progress last. Pure."""

from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum

from bots.messenger import Chat, Rate


class Priority(IntEnum):
    """Who goes first when a chat's calls are scarce."""

    RESULT = 0
    ANSWER = 1  # refusals, status lines
    PROGRESS = 2


IN_FLIGHT_SECONDS = 0.1  # before asking again when only the end of a call can make room
ROOM = {Priority.RESULT: 1.0, Priority.ANSWER: 0.9, Priority.PROGRESS: 0.6}  # the part of a rate each may use up


@dataclass(frozen=True, slots=True)
class Ticket:
    """One call that somebody wants to make."""

    chat: Chat
    priority: Priority
    number: int  # counts up: the earlier of two equals goes first

    @property
    def rank(self) -> tuple[int, int]:
        return self.priority, self.number


@dataclass(slots=True)
class Window:
    """The calls of the last `rate.seconds` seconds, and a pause that the platform asked for.

    A call counts from its grant until so long after its end: the platform counts it when it arrives, whenever that is.
    """

    rate: Rate
    grants: deque[float] = field(default_factory=deque)  # when; not begun yet
    in_flight: int = 0
    calls: deque[float] = field(default_factory=deque)  # when they ended
    silent_until: float = 0.0

    def wait(self, priority: Priority, now: float) -> float:
        """Seconds until a call of this priority fits; 0 when it does now."""
        for times in (self.grants, self.calls):
            while times and times[0] + self.rate.seconds <= now:
                times.popleft()
        room = max(1, int(self.rate.calls * ROOM[priority]))
        counted = len(self.grants) + len(self.calls)
        surplus = counted + self.in_flight - room
        if surplus < 0:
            full = 0.0
        elif surplus < counted:
            full = sorted([*self.grants, *self.calls])[surplus] + self.rate.seconds - now
        else:
            full = IN_FLIGHT_SECONDS
        return max(0.0, full, self.silent_until - now)

    def begin(self) -> None:
        if self.grants:
            self.grants.popleft()
        self.in_flight += 1

    def end(self, now: float) -> None:
        self.in_flight -= 1
        self.calls.append(now)

    def idle(self, now: float) -> bool:
        latest = max([*self.grants, *self.calls], default=-self.rate.seconds)
        return not self.in_flight and self.silent_until <= now and latest + self.rate.seconds <= now


class Budget:
    """The calls of one bot. Times are seconds of any clock that only goes forward."""

    def __init__(self, rate: Rate) -> None:
        self.bot = Window(rate)
        self.chats: dict[str, Window] = {}
        self.waiting: dict[str, set[Ticket]] = {}
        self.drawn = 0

    def join(self, chat: Chat, priority: Priority) -> Ticket:
        """Stand in line for one call."""
        self.drawn += 1
        ticket = Ticket(chat, priority, self.drawn)
        self.waiting.setdefault(chat.key, set()).add(ticket)
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Give the place in line up; harmless after `take` has granted the call."""
        line = self.waiting.get(ticket.chat.key, set())
        line.discard(ticket)
        if not line:
            self.waiting.pop(ticket.chat.key, None)

    def take(self, ticket: Ticket, now: float) -> float:
        """0: the call is granted and counted. Otherwise the seconds after which to ask again."""
        window = self.window(ticket.chat)
        wait = max(window.wait(ticket.priority, now), self.bot.wait(ticket.priority, now))
        if wait > 0:
            return wait
        if ahead := [other for other in self.waiting.get(ticket.chat.key, ()) if other.rank < ticket.rank]:
            return max(0.01, min(self.wait(other, now) for other in ahead))
        self.leave(ticket)
        window.grants.append(now)
        self.bot.grants.append(now)
        return 0.0

    def begin(self, chat: Chat) -> None:
        """A granted call is on its way; `end` must follow."""
        self.window(chat).begin()
        self.bot.begin()

    def end(self, chat: Chat, now: float) -> None:
        """It was answered, or given up."""
        self.window(chat).end(now)
        self.bot.end(now)

    def hold(self, chat: Chat | None, seconds: float, now: float) -> None:
        """Obey a 429: nothing to the chat, or from the whole bot, for so long."""
        window = self.window(chat) if chat else self.bot
        window.silent_until = max(window.silent_until, now + seconds)

    def wait(self, ticket: Ticket, now: float) -> float:
        """What `take` would answer to the first in line, without taking."""
        return max(self.window(ticket.chat).wait(ticket.priority, now), self.bot.wait(ticket.priority, now))

    def window(self, chat: Chat) -> Window:
        found = self.chats.setdefault(chat.key, Window(chat.rate))
        found.rate = chat.rate  # a group that became larger may have another one
        return found

    def forget_idle(self, now: float) -> None:
        """Drop what says nothing any more; call now and then."""
        idle = [key for key, window in self.chats.items() if key not in self.waiting and window.idle(now)]
        for key in idle:
            del self.chats[key]
