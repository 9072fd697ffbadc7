"""`python -m tests.fuzz.api [--cases N] [--seed N]`: a real scheduler and worker, and so many cases by every role."""

import argparse
import asyncio
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from pathlib import Path

import asyncpg

from scheduler import bus
from scheduler.migrate import migrate
from scheduler.standalone.embedded import Embedded
from tests.fuzz.api.calling import Caller, Tally
from tests.fuzz.api.people import ADMIN, Town, belongings, settle
from tests.scheduler.worker import Worker
from tests.system.stack import KNOW_THE_INSTANT_ENGINE, new_stack

REPORT_EVERY = 1000  # cases


async def main(folder: Path, cases: int, seed: int) -> Tally:
    """Fuzz a town of its own; what the victims have must be the same afterwards."""
    tally = Tally()
    with Embedded(folder / "data") as addresses:
        async with running(folder, addresses.database_url, addresses.redis_url) as town:
            await settle(town)
            before = await belongings(town)
            caller = await asyncio.to_thread(Caller, town, tally)
            await asyncio.to_thread(call, caller, cases, seed)
            for was, now in zip(before, await belongings(town), strict=True):
                if was != now:
                    tally.finds("database", "somebody changed what is another person's", f"{was}\n{now}")
        for log in folder.glob("*.log"):
            for line in log.read_text().splitlines():
                if '"level": "error"' in line or "Traceback" in line:
                    tally.finds(log.name, "an error in the log", line)
    return tally


@asynccontextmanager
async def running(folder: Path, database_url: str, redis_url: str) -> AsyncIterator[Town]:
    """A scheduler with a worker, and the memory of another worker that is gone."""
    await migrate(database_url)
    connection = await asyncpg.connect(database_url)
    await connection.execute(KNOW_THE_INSTANT_ENGINE)
    await connection.close()
    async with AsyncExitStack() as stack:
        processes = new_stack(folder, database_url, redis_url)
        stack.push_async_callback(processes.end)
        await processes.scheduler(TESSERA_ADMINS=ADMIN)
        await processes.worker()
        redis = await stack.enter_async_context(bus.commands(redis_url))
        await Worker(redis, folder, "gone", models=("painter",), takes_picture=True).beat(state="draining")
        await Worker(redis, folder, "cutter", models=("compose",), capability="video").beat(state="draining")
        yield Town(processes.api_url, database_url, folder / "store")


def call(caller: Caller, cases: int, seed: int) -> None:
    """Rounds of cases until there were enough."""
    said, started = 0, time.monotonic()
    for number in count(seed * 1_000_000):
        for _ in caller.round(number):
            if caller.tally.cases >= cases:
                return
            if caller.tally.cases >= said + REPORT_EVERY:
                said = caller.tally.cases
                print(
                    f"{said} cases, {len(caller.tally.findings)} findings, {time.monotonic() - started:.0f} s",
                    flush=True,
                )


def run() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.api", description=__doc__)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=None, help="of the cases; by chance without it")
    parser.add_argument("--keep", type=Path, help="where to leave logs and data")
    options = parser.parse_args()
    seed = secrets.randbelow(10_000) if options.seed is None else options.seed
    print(f"seed {seed}", flush=True)
    folder = options.keep or Path(tempfile.mkdtemp(prefix="tessera-fuzz-", dir="/var/tmp"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # servers and processes end, however this is ended
    try:
        tally = asyncio.run(main(folder, options.cases, seed))
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    for (operation, what), details in tally.findings.items():
        print(f"\n{operation}: {what}\n{details}")
    for role, answers in tally.answers.items():
        print(f"{role}:", ", ".join(f"{status} x {number}" for status, number in sorted(answers.items())))
    print(f"{tally.cases} cases, {len(tally.findings)} findings")
    return 1 if tally.findings else 0


if __name__ == "__main__":
    sys.exit(run())
