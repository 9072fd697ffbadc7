"""The client's two faces: the scheduler as a bot process sees it, and as one user does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from scheduler.client.accounts import Accounts
from scheduler.client.admin import Admin
from scheduler.client.artifacts import Artifacts
from scheduler.client.catalogue import Catalogue
from scheduler.client.deliveries import Deliveries
from scheduler.client.jobs import Jobs
from scheduler.client.transport import Actor, Transport
from scheduler.client.uploads import Uploads


class User(Jobs, Accounts, Catalogue, Artifacts, Uploads, Admin):
    """Calls made for one user: the one a bot acts for, or the owner of the API key."""

    def __init__(self, transport: Transport, actor: Actor | None = None) -> None:
        self.transport = transport
        self.actor = actor


class Scheduler(Deliveries):
    """Calls a bot process makes for itself; `acting_for` gives those it makes for a user."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def acting_for(
        self, ref: str, *, name: str | None = None, locale: str | None = None, address: str | None = None
    ) -> User:
        """`ref` is platform and id, "telegram:42"."""
        return User(self.transport, Actor(ref, name, locale, address))

    def myself(self) -> User:
        """The owner of the user API key this client was made with."""
        return User(self.transport)


@asynccontextmanager
async def connect(base: str, key: str) -> AsyncIterator[Scheduler]:
    """A client for the scheduler at `base`, with a service key or a user's API key."""
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=30)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield Scheduler(Transport(base, key, session))
