"""Remembers what was seen lately, within bounds of time and number."""

import time
from collections.abc import Callable, Hashable


class Recent:
    """A set whose members are forgotten after `seconds`, the oldest first when there are more than `most`."""

    def __init__(self, seconds: float, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._seen: dict[Hashable, float] = {}  # in order of time

    def add(self, key: Hashable) -> None:
        self._seen.pop(key, None)
        self._seen[key] = self._clock()
        if len(self._seen) > self._most:
            del self._seen[next(iter(self._seen))]

    def __contains__(self, key: Hashable) -> bool:
        seen_at = self._seen.get(key)
        return seen_at is not None and self._clock() - seen_at <= self._seconds

    def discard(self, key: Hashable) -> None:
        self._seen.pop(key, None)
