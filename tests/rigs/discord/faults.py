"""Faults on order: the next n requests that match "METHOD /path" go wrong."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What goes wrong."""

    RATE_LIMIT = "rate_limit"
    ERROR = "error"
    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"
    DELAY = "delay"


@dataclass(slots=True)
class Fault:
    """An order for trouble; `left` counts down."""

    pattern: re.Pattern[str]
    kind: Kind
    left: int
    seconds: float = 0.0
    status: int = 0
    everywhere: bool = False
    via: bool = True


class Faults:
    """The orders of a test. A pattern is a regular expression searched in "METHOD /path" (without /api/v10)."""

    def __init__(self) -> None:
        self.orders: list[Fault] = []

    def rate_limit(
        self, pattern: str, times: int = 1, retry_after: float = 1.0, *, everywhere: bool = False, via: bool = True
    ) -> None:
        """Answer 429; `everywhere`: the bot's global limit; `via=False`: Cloudflare's, in HTML, for all routes."""
        self._order(
            Fault(re.compile(pattern), Kind.RATE_LIMIT, times, seconds=retry_after, everywhere=everywhere, via=via)
        )

    def error(self, pattern: str, times: int = 1, status: int = 502) -> None:
        """Answer a server's error in HTML; nothing happens."""
        self._order(Fault(re.compile(pattern), Kind.ERROR, times, status=status))

    def drop_before(self, pattern: str, times: int = 1) -> None:
        """Close the connection before anything happens."""
        self._order(Fault(re.compile(pattern), Kind.DROP_BEFORE, times))

    def drop_after(self, pattern: str, times: int = 1) -> None:
        """Do what was asked, then close the connection instead of answering."""
        self._order(Fault(re.compile(pattern), Kind.DROP_AFTER, times))

    def delay(self, pattern: str, seconds: float, times: int = 1) -> None:
        """Wait before doing what was asked."""
        self._order(Fault(re.compile(pattern), Kind.DELAY, times, seconds=seconds))

    def clear(self) -> None:
        """Take back all orders."""
        self.orders.clear()

    def due(self, line: str) -> Fault | None:
        """Return the fault for this request and count it."""
        for fault in self.orders:
            if fault.left > 0 and fault.pattern.search(line):
                fault.left -= 1
                return fault
        return None

    def _order(self, fault: Fault) -> None:
        self.orders.append(fault)
