"""The worker process: settings, engines, store, Redis and loops, wired top to bottom."""

import argparse
import asyncio
import logging
import os
import sys
import threading
from contextlib import AsyncExitStack, suppress
from functools import partial

import structlog
import uvloop

from scheduler import bus, supervisor
from scheduler.config import listed, load
from scheduler.errors import SettingsError
from scheduler.observability import setup_logging
from scheduler.supervisor import Loop
from scheduler.wire import BEAT_SECONDS
from workers import check, identity
from workers.bench import Bench
from workers.engines.registry import use_gpu
from workers.holding import Holding
from workers.inbox import BLOCK_SECONDS, Inbox
from workers.link import Link
from workers.memory import memory
from workers.progress import ProgressLine
from workers.readiness import Readiness
from workers.reporter import Reporter
from workers.runner import Runner
from workers.scratch import own_folder
from workers.settings import WorkerSettings
from workers.signals import stop_or_hurry
from workers.spool import open_spool
from workers.store import Store
from workers.trays import Trays
from workers.workshop import Workshop

log = structlog.get_logger("workers")

ACKNOWLEDGE_SECONDS = 3.0  # how long the last outcomes wait to be acknowledged
FAREWELL_SECONDS = 1.0
QUIET_SECONDS = 60.0  # a loop that is only ever woken


async def serve(settings: WorkerSettings, stop: asyncio.Event, hurry: asyncio.Event) -> None:
    """Run until `stop`; then finish or hand back what is held, and say goodbye; `hurry` ends the patience."""
    closed = asyncio.Event()
    async with AsyncExitStack() as stack:
        scratch = stack.enter_context(own_folder(settings.worker_scratch))
        spool = stack.enter_context(open_spool(settings.worker_spool or settings.worker_scratch))
        workshop = Workshop(Store.open(settings.store_url), Trays(scratch))
        room = memory(settings.worker_memory_gib, use_gpu(settings.tables))
        memory_of_each = room.gib / settings.worker_slots
        new_bench = partial(Bench.of, settings.worker_engines, memory_of_each, settings.tables, settings.worker_ffmpeg)
        benches = [new_bench() for _ in range(settings.worker_slots)]
        me = identity.born(
            settings.worker_name,
            settings.worker_slots,
            room.gib,
            benches[0].offers,
            settings.looks_ahead,
        )

        redis = bus.commands(settings.redis_url)
        stack.push_async_callback(redis.aclose, close_connection_pool=True)
        reading = bus.blocking(settings.redis_url, BLOCK_SECONDS)
        stack.push_async_callback(reading.aclose, close_connection_pool=True)

        link = Link(closed)
        holding = Holding(spool)
        holding.adopt(spool.left(), me.worker_id)
        progress = ProgressLine(redis, link)
        runner = Runner(
            me.worker_id, holding, benches, new_bench, workshop, progress.tell, settings.worker_preview_seconds
        )
        readiness = Readiness(new_bench(), holding)
        inbox = Inbox(reading, redis, me.worker_id, runner, holding, link)
        reporter = Reporter(redis, me, holding, link)
        loops = [
            Loop("inbox", inbox.tick, every=0.0),
            Loop("beat", reporter.tick, every=BEAT_SECONDS, wake=holding.changed),
            Loop("progress", progress.tick, every=QUIET_SECONDS, wake=progress.told),
            *readiness.loops(),
            *supervisor.pulse(settings.alive_file),
        ]
        async with asyncio.TaskGroup() as group:
            service = group.create_task(supervisor.run(loops, closed))
            log.info("worker.ready", worker=me.worker_id, slots=me.slots, offers=[offer.model for offer in me.offers])
            await stop.wait()
            log.info("worker.draining", held=len(holding.refs))
            await runner.drain(settings.worker_grace_seconds, hurry)
            await supervisor.wait_any(ACKNOWLEDGE_SECONDS, holding.settled, hurry)
            closed.set()
            service.cancel()  # a read that blocks, a beat that another one follows: not worth waiting for
            await reading.aclose(close_connection_pool=True)  # on Python 3.11 redis-py may swallow the cancel
        await say_goodbye(reporter, inbox, holding)
    runner.close()
    log.info("worker.gone", unacknowledged=len(holding.outcomes))


async def say_goodbye(reporter: Reporter, inbox: Inbox, holding: Holding) -> None:
    """The last beat, with outcomes never sent so far; without Redis there is nobody to say it to."""
    holding.leave("gone")
    with suppress(bus.RedisError, TimeoutError):
        async with asyncio.timeout(FAREWELL_SECONDS):
            await reporter.report()
            await inbox.close()


async def serve_until_told(settings: WorkerSettings) -> None:
    stop, hurry = asyncio.Event(), asyncio.Event()
    stop_or_hurry(stop, hurry)
    await serve(settings, stop, hurry)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="tessera worker",
        description="Runs the jobs that the scheduler sends.",
        epilog=listed(WorkerSettings),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", action="store_true", help="look at the settings without starting")
    parser.add_argument("--json", action="store_true", help="with --check: print one JSON object")
    options = parser.parse_args()
    if options.check:
        sys.exit(check.show(as_json=options.json))
    try:
        settings = load(WorkerSettings)
        setup_logging(settings.log_level, settings.log_json)
        uvloop.run(serve_until_told(settings))
    except SettingsError as error:
        sys.exit(str(error))
    if threading.active_count() > 1:  # an engine that never came back would touch a dying interpreter
        logging.shutdown()
        os._exit(0)


if __name__ == "__main__":
    main()
