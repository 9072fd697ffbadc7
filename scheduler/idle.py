"""Connections on which nothing is asked: when the port is full, the longest idle one makes room for who comes."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol

STRANGER_SECONDS = 2.0  # in which a connection that has shown no key is left alone
KNOWN_SECONDS = 30.0  # in which one that was used with a good key is; our client gives it up itself after as long


class Connection(Hashable, Protocol):
    """What aiohttp calls a request handler."""

    @property
    def transport(self) -> object | None:
        """None when the connection is lost."""

    def force_close(self) -> None: ...


@dataclass(slots=True)
class IdleConnections:
    """Each with the time since when; the oldest first. Those that were lost meanwhile are dropped now and then."""

    strangers: dict[Connection, float] = field(default_factory=dict)
    known: dict[Connection, float] = field(default_factory=dict)

    def busy(self, connection: Connection) -> None:
        """It asks something."""
        self.strangers.pop(connection, None)
        self.known.pop(connection, None)

    def touch(self, connection: Connection) -> None:
        """A whole request came: it is not idle, whenever it will be looked at."""
        for idle in (self.strangers, self.known):
            if idle.pop(connection, None) is not None:
                idle[connection] = monotonic()

    def rests(self, connection: Connection, *, known: bool = False) -> None:
        """It was just opened or answered; `known`: it has shown a good key."""
        (self.known if known else self.strangers)[connection] = monotonic()

    def hang_up(self) -> bool:
        """End the longest idle one, strangers first; whether there was one."""
        return end_first(self.strangers, STRANGER_SECONDS) or end_first(self.known, KNOWN_SECONDS)

    def tidy(self, most: int) -> None:
        """Forget the lost ones if there are more than can be open."""
        for idle in (self.strangers, self.known):
            if len(idle) > 2 * most:
                for connection in [one for one in idle if one.transport is None]:
                    del idle[connection]


def end_first(idle: dict[Connection, float], least_seconds: float) -> bool:
    """End the first one that is still open, if it was idle for so long."""
    while idle:
        connection, since = next(iter(idle.items()))
        if connection.transport is not None and monotonic() - since < least_seconds:
            return False
        del idle[connection]
        if connection.transport is not None:
            connection.force_close()
            return True
    return False
