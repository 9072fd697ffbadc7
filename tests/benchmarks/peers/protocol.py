"""What is asked of a peer."""

import json
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

CONNECTIONS = 16  # to the database, for whoever enqueues

Put = Callable[[int], Awaitable[object]]
Body = Callable[[int], None]


class Peer(Protocol):
    """`database_url` is an empty database, `redis_url` an empty Redis; a job carries the moment it was put."""

    name: str

    def __init__(self, database_url: str, redis_url: str) -> None: ...

    async def install(self) -> None:
        """Make what it needs in the database."""

    def producer(self) -> AbstractAsyncContextManager[Put]:
        """Enqueue one job, durable when that returns if the peer can do that."""
        ...


class WorkingPeer(Peer, Protocol):
    async def work(self, body: Body) -> None:
        """Be a worker until cancelled: call `body` with each job's number."""


def payload(moment: int) -> bytes:
    """The size of a job's params, for those that carry bytes."""
    return json.dumps({"moment": moment, "prompt": "x" * 96, "model": "painter", "width": 512, "height": 512}).encode()


def moment_of(content: bytes) -> int:
    moment: int = json.loads(content)["moment"]
    return moment
