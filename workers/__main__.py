"""The worker process: settings, engines, store, Redis and loops, wired top to bottom."""

import argparse
import asyncio
import logging
import os
import sys
import threading
from collections.abc import Callable
from contextlib import AsyncExitStack
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
from workers.farewell import at_work, let_go, say_goodbye
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

QUIET_SECONDS = 60.0  # a loop that is only ever woken


async def serve(settings: WorkerSettings, stop: asyncio.Event, hurry: asyncio.Event) -> None:
    """Run until `stop`; then finish or hand back what is held, and say goodbye; `hurry` ends the patience."""
    closed = asyncio.Event()
    async with AsyncExitStack() as stack:
        scratch = stack.enter_context(own_folder(settings.worker_scratch))
        spool = stack.enter_context(open_spool(settings.worker_spool or settings.worker_scratch))
        workshop = Workshop(Store.open(settings.store_url), Trays(scratch))
        new_bench, memory_gib = fitting_out(settings)
        benches = [new_bench() for _ in range(settings.worker_slots)]
        me = identity.born(settings.worker_name, len(benches), memory_gib, benches[0].offers, settings.looks_ahead)
        redis = await stack.enter_async_context(bus.commands(settings.redis_url))
        reading = await stack.enter_async_context(bus.blocking(settings.redis_url, BLOCK_SECONDS))
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
        async with at_work(loops, closed, reading):
            log.info("worker.ready", worker=me.worker_id, slots=me.slots, offers=[offer.model for offer in me.offers])
            await stop.wait()
            await let_go(runner, holding, settings.worker_grace_seconds, hurry)
        await say_goodbye(reporter, inbox, holding)
    runner.close()
    log.info("worker.gone", unacknowledged=len(holding.outcomes))


def fitting_out(settings: WorkerSettings) -> tuple[Callable[[], Bench], float]:
    """What makes the engines of one slot, and the memory that those of all slots have, in GiB."""
    room = memory(settings.worker_memory_gib, use_gpu(settings.tables))
    each = room.gib / settings.worker_slots
    return partial(Bench.of, settings.worker_engines, each, settings.tables, settings.worker_ffmpeg), room.gib


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
