"""How a worker stops: it lets go of what it holds, waits until that is acknowledged, and says goodbye."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import structlog

from scheduler import bus, supervisor
from scheduler.supervisor import Loop
from workers.holding import Holding
from workers.inbox import Inbox
from workers.reporter import Reporter
from workers.runner import Runner

log = structlog.get_logger("workers")

ACKNOWLEDGE_SECONDS = 3.0  # how long the last outcomes wait to be acknowledged
FAREWELL_SECONDS = 1.0


@asynccontextmanager
async def at_work(loops: Sequence[Loop], closed: asyncio.Event, reading: bus.Redis) -> AsyncIterator[None]:
    """The loops run while inside."""
    async with asyncio.TaskGroup() as group:
        service = group.create_task(supervisor.run(loops, closed))
        yield
        closed.set()
        service.cancel()  # a read that blocks, a beat that another one follows: not worth waiting for
        await reading.aclose(close_connection_pool=True)  # on Python 3.11 redis-py may swallow the cancel


async def let_go(runner: Runner, holding: Holding, grace_seconds: float, hurry: asyncio.Event) -> None:
    """Finish or hand back all, and wait a moment for those who must know; `hurry` ends the patience."""
    log.info("worker.draining", held=len(holding.refs))
    await runner.drain(grace_seconds, hurry)
    await supervisor.wait_any(ACKNOWLEDGE_SECONDS, holding.settled, hurry)


async def say_goodbye(reporter: Reporter, inbox: Inbox, holding: Holding) -> None:
    """The last beat, with outcomes never sent so far; without Redis there is nobody to say it to."""
    holding.leave("gone")
    with suppress(bus.RedisError, TimeoutError):
        async with asyncio.timeout(FAREWELL_SECONDS):
            await reporter.report()
            await inbox.close()
