"""Counts messages against the platform's limits and remembers the waits that were imposed. Pure: time is given."""

import math
from collections import defaultdict, deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How fast a bot may be. Sends and edits count alike; an album counts each item."""

    bot_per_second: int = 30
    chat_per_second: float = 1.0
    chat_burst: int = 10
    group_per_minute: int = 20


@dataclass(frozen=True, slots=True)
class Excess:
    """A limit that was passed and when the next message may come."""

    rule: str
    detail: str
    wait_seconds: float

    @property
    def retry_after(self) -> int:
        return max(1, math.ceil(self.wait_seconds))


class Pace:
    """Sliding windows for bots and groups, a bucket of `chat_burst` for every chat."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._bots: dict[int, deque[float]] = defaultdict(deque)
        self._groups: dict[tuple[int, int], deque[float]] = defaultdict(deque)
        self._full_at: dict[tuple[int, int], float] = {}

    def count(self, bot_id: int, chat_id: int, messages: int, now: float) -> list[Excess]:
        """Count messages that were taken; what they passed."""
        found = self.excesses(bot_id, chat_id, messages, now)
        self._bots[bot_id].extend([now] * messages)
        if chat_id < 0:
            self._groups[bot_id, chat_id].extend([now] * messages)
        self._full_at[bot_id, chat_id] = self._next_full_at(bot_id, chat_id, messages, now)
        return found

    def excesses(self, bot_id: int, chat_id: int, messages: int, now: float) -> list[Excess]:
        """What these messages would pass, without counting them."""
        limits, found = self.limits, []
        if wait := _wait(self._bots[bot_id], limits.bot_per_second, 1.0, messages, now):
            found.append(Excess("bot-rate", f"more than {limits.bot_per_second} messages in a second", wait))
        bucket = limits.chat_burst / limits.chat_per_second
        if (wait := self._next_full_at(bot_id, chat_id, messages, now) - now - bucket) > 0:
            found.append(Excess("chat-rate", f"more than {limits.chat_per_second:g}/s in chat {chat_id}", wait))
        window = self._groups[bot_id, chat_id]
        if chat_id < 0 and (wait := _wait(window, limits.group_per_minute, 60.0, messages, now)):
            found.append(Excess("group-rate", f"more than {limits.group_per_minute} a minute in {chat_id}", wait))
        return found

    def _next_full_at(self, bot_id: int, chat_id: int, messages: int, now: float) -> float:
        """When the chat's bucket is full again after these messages."""
        start = max(self._full_at.get((bot_id, chat_id), now), now)
        return start + messages / self.limits.chat_per_second


def _wait(window: deque[float], limit: int, seconds: float, messages: int, now: float) -> float:
    """How long until the messages fit into the window; 0 when they do."""
    while window and window[0] <= now - seconds:
        window.popleft()
    too_many = len(window) + messages - limit
    if too_many <= 0:
        return 0.0
    return window[too_many - 1] + seconds - now if too_many <= len(window) else seconds


@dataclass(frozen=True, slots=True)
class Flood:
    """A wait that a 429 imposed."""

    since: float
    until: float

    def left_at(self, now: float) -> int:
        return max(1, math.ceil(self.until - now))


class Floods:
    """The waits in force, by chat for calls that name one, else by method."""

    # A call already under way when the 429 was written could not know of it.
    GRACE_SECONDS = 0.25
    # Clocks of two processes and a timer's rounding.
    TOLERANCE_SECONDS = 0.02

    def __init__(self) -> None:
        self._floods: dict[tuple[int, object], Flood] = {}

    def impose(self, bot_id: int, scope: object, seconds: float, now: float) -> None:
        self._floods[bot_id, scope] = Flood(now, now + seconds)

    def over(self, bot_id: int, scope: object, now: float) -> Flood | None:
        """The wait that this call comes too early for."""
        flood = self._floods.get((bot_id, scope))
        return flood if flood and now < flood.until - self.TOLERANCE_SECONDS else None

    def could_know(self, flood: Flood, now: float) -> bool:
        return now > flood.since + self.GRACE_SECONDS

    def tell_again(self, bot_id: int, scope: object, now: float) -> None:
        """An early call was refused: whoever made it knows now."""
        flood = self._floods[bot_id, scope]
        if flood.since > now:
            self._floods[bot_id, scope] = Flood(now, flood.until)

    def forget_who_was_told(self, bot_id: int) -> None:
        """The waits stay, but nobody knows of them."""
        for (whose, scope), flood in self._floods.items():
            if whose == bot_id:
                self._floods[whose, scope] = Flood(math.inf, flood.until)
