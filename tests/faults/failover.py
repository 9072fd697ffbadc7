"""`python -m tests.faults.failover [--times N] [--json FILE]`: how long nobody dispatches when the leader is killed, or
frozen; and whether a frozen one, woken, dispatches anything."""

import argparse
import asyncio
import json
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp

from tests.faults.pair import NAMES, Pair, open_pair

ALLOWED_SECONDS = 3.0
EVERY_SECONDS = 0.04  # between two submits
PATIENCE_SECONDS = 20.0
SETTLED = timedelta(seconds=0.3)  # of dispatching before the blow
AWAKE_SECONDS = 1.0  # how long a woken one is watched


@dataclass(slots=True)
class Figures:
    """Seconds without a dispatch, one for each blow; how often one that was woken dispatched; jobs without an end."""

    killed: list[float] = field(default_factory=list)
    frozen: list[float] = field(default_factory=list)
    by_the_woken: int = 0
    dispatched_twice: int = 0
    never_ended: int = 0

    @property
    def good(self) -> bool:
        longest = max([*self.killed, *self.frozen], default=0.0)
        wrong = self.by_the_woken + self.dispatched_twice + self.never_ended
        return longest < ALLOWED_SECONDS and not wrong

    def told(self) -> str:
        rows = [
            f"{name:7} {len(gaps):3} times   longest {max(gaps):.2f} s   median {sorted(gaps)[len(gaps) // 2]:.2f} s"
            for name, gaps in (("kill -9", self.killed), ("SIGSTOP", self.frozen))
            if gaps
        ]
        counts = f"dispatched by one that was woken: {self.by_the_woken}; twice: {self.dispatched_twice}"
        return "\n".join([*rows, f"{counts}; jobs that never ended: {self.never_ended}"])


async def measure(folder: Path, times: int) -> Figures:
    figures = Figures()
    async with open_pair(folder) as pair:
        for number in range(times):
            figures.killed.append(await kill_leader(pair))
            gap, strays = await freeze_leader(pair)
            figures.frozen.append(gap)
            figures.by_the_woken += strays
            print(f"{number + 1:3}  killed {figures.killed[-1]:.2f} s  frozen {gap:.2f} s", flush=True)
        figures.never_ended = 0 if await pair.drained(PATIENCE_SECONDS) else await pair.open_jobs()
        figures.dispatched_twice = await twice(pair)
    return figures


async def kill_leader(pair: Pair) -> float:
    victim, other = await roles(pair)
    async with asking(pair, other):
        blow = await settled(pair)
        await pair.schedulers[victim].kill()
        gap = await silence(pair, other, blow)
    await pair.schedulers[victim].start()
    await pair.ready(victim)
    return gap


async def freeze_leader(pair: Pair) -> tuple[float, int]:
    """The gap, and what the frozen one dispatched once it was woken, under load from both sides."""
    victim, other = await roles(pair)
    async with asking(pair, other):
        blow = await settled(pair)
        pair.schedulers[victim].freeze()
        try:
            gap = await silence(pair, other, blow)
        finally:
            woken = await now(pair)
            pair.schedulers[victim].thaw()
        async with asking(pair, victim):
            await asyncio.sleep(AWAKE_SECONDS)
        strays = await pair.db.fetchval(
            "select count(*) from faults.dispatches where by = $1 and at > $2", victim, woken
        )
    return gap, strays


async def roles(pair: Pair) -> tuple[str, str]:
    """Who leads, and who stands by."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (leader := await pair.leader()) is None:
            await asyncio.sleep(0.05)
    return leader, next(name for name in NAMES if name != leader)


@asynccontextmanager
async def asking(pair: Pair, name: str) -> AsyncIterator[None]:
    """People ask this scheduler all the time."""

    async def ask() -> None:
        number = 0
        while True:
            number += 1
            with suppress(aiohttp.ClientError, OSError, TimeoutError):
                await pair.submit(name, number)
            await asyncio.sleep(EVERY_SECONDS)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(ask())
        try:
            yield
        finally:
            task.cancel()


async def now(pair: Pair) -> datetime:
    at: datetime = await pair.db.fetchval("select clock_timestamp()")
    return at


async def settled(pair: Pair) -> datetime:
    """Wait until there is dispatching to interrupt; the time then."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (
            await pair.db.fetchval(
                "select count(*) from faults.dispatches where at > clock_timestamp() - $1::interval", SETTLED
            )
            < 3
        ):
            await asyncio.sleep(0.02)
    return await now(pair)


async def silence(pair: Pair, other: str, blow: datetime) -> float:
    """Seconds between the last dispatch of the one and the first of the other after the blow."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            first = await pair.db.fetchval(
                "select min(at) from faults.dispatches where by = $1 and at > $2", other, blow - SETTLED
            )
            if first is not None:
                break
            await asyncio.sleep(0.02)
    last = await pair.db.fetchval("select max(at) from faults.dispatches where by <> $1 and at < $2", other, first)
    gap: timedelta = first - last
    return gap.total_seconds()


async def twice(pair: Pair) -> int:
    """Attempts that were dispatched more than once."""
    count: int = await pair.db.fetchval(
        "select count(*) from (select from faults.dispatches group by job_id, attempt having count(*) > 1) d"
    )
    return count


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.failover", description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="how often the leader is killed, and how often frozen")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="tessera-failover-") as folder:
        figures = asyncio.run(measure(Path(folder), options.times))
    print(figures.told())
    if options.json:
        options.json.write_text(json.dumps(asdict(figures), indent=2) + "\n")
    return 0 if figures.good else 1


if __name__ == "__main__":
    sys.exit(main())
