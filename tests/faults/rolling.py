"""`python -m tests.faults.rolling [--rate N] [--json FILE]`: every process is told to stop and started again, one after
the other, while people use both platforms and the API is asked all the time by a client that never asks twice."""

import argparse
import asyncio
import json
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count, cycle
from pathlib import Path
from typing import Any

import aiohttp

from tests.faults.acting import Doings
from tests.faults.report import Report
from tests.faults.round import drain, look
from tests.faults.script import script
from tests.faults.striking import Strikes
from tests.faults.town import BOTS, SCHEDULERS, WORKERS, Town, open_town
from tests.system.stack import SERVICE_KEY

PACE = 3.0  # acts of people on the platforms a second
BETWEEN_SECONDS = 1.5  # from one restart to the next
READY_SECONDS = 90.0
PATIENCE_SECONDS = 120.0
ONE_IN = 5  # requests of the API that asks for a picture


@dataclass(slots=True)
class Load:
    """So many requests a second, whether earlier ones were answered or not. A failure is an answer of 500 or more, or
    none; refusals by a plan's limits are answers."""

    base: str
    people: Sequence[str]
    answers: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    async def run(self, rate: float) -> None:
        """For ever."""
        connector = aiohttp.TCPConnector(limit=0)
        timeout = aiohttp.ClientTimeout(total=20)
        session = aiohttp.ClientSession(connector=connector, timeout=timeout)
        names = cycle(self.people)
        began = time.monotonic()
        async with session, asyncio.TaskGroup() as group:
            for number in count(1):
                group.create_task(self.ask(session, number, next(names)))
                await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))

    async def ask(self, session: aiohttp.ClientSession, number: int, person: str) -> None:
        headers = {"Authorization": f"Bearer {SERVICE_KEY}", "Tessera-User": person}
        began = time.monotonic()
        try:
            if number % ONE_IN == 0:
                wish = {"request": {"prompt": f"rolling {number}", "model": "instant", "width": 64, "height": 64}}
                called = session.post(f"{self.base}/v1/jobs", json=wish, headers=headers)
            else:
                called = session.get(self.base + ("/v1/me" if number % 2 else "/v1/jobs"), headers=headers)
            async with called as answer:
                body = await answer.read()
                self.answers[answer.status] += 1
                if answer.status >= 500:
                    self.failures.append(f"{answer.status} {body[:200]!r}")
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            self.failures.append(f"{type(error).__name__}: {error}")
        self.seconds.append(time.monotonic() - began)

    @asynccontextmanager
    async def beside(self, rate: float) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.run(rate))
            try:
                yield
            finally:
                task.cancel()


@dataclass(slots=True)
class Roll:
    """Each process as it was told to stop: name, exit code, seconds until it was gone."""

    town: Town
    exits: list[tuple[str, int | None, float]] = field(default_factory=list)

    async def all(self) -> None:
        for name in (*SCHEDULERS, *WORKERS, *BOTS):
            await self.one(name)
            await asyncio.sleep(BETWEEN_SECONDS)

    async def one(self, name: str) -> None:
        member = self.town.members[name]
        began = time.monotonic()
        code = await member.stop()
        self.exits.append((name, code, round(time.monotonic() - began, 2)))
        await member.start()
        if name in SCHEDULERS:
            async with asyncio.timeout(READY_SECONDS):
                while name not in self.town.doors.ready:
                    await asyncio.sleep(0.05)


async def measure(folder: Path, rate: float) -> tuple[Load, Roll, Report]:
    async with open_town(folder, "rolling") as town:
        refs = [":".join(town.ref(somebody)) for somebody in town.people]
        load, roll, doings = Load(await town.api_url("load"), refs), Roll(town), Doings(town)
        async with load.beside(rate), asyncio.TaskGroup() as group:
            acting = group.create_task(act(doings))
            await asyncio.sleep(BETWEEN_SECONDS)
            await roll.all()
            acting.cancel()
        await drain(town, PATIENCE_SECONDS)
        return load, roll, await look(doings, Strikes(town), "rolling")


async def act(doings: Doings) -> None:
    """People on both platforms, for ever."""
    for deed in script("rolling", doings.town.people):
        await doings.act(deed)
        await asyncio.sleep(1 / PACE)


def figures(load: Load, roll: Roll, report: Report) -> dict[str, Any]:
    taken = sorted(load.seconds)
    return {
        "requests": len(taken),
        "failed": len(load.failures),
        "answers": {str(status): number for status, number in sorted(load.answers.items())},
        "p99_seconds": round(taken[len(taken) * 99 // 100], 3),
        "slowest_seconds": round(taken[-1], 3),
        "processes": len(roll.exits),
        "slowest_exit_seconds": max(seconds for _, _, seconds in roll.exits),
        "bad_exits": sum(code != 0 for _, code, _ in roll.exits),
        **{name: value for name, value in report.figures.items() if name not in ("faults", "dropped_replies")},
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.rolling", description=__doc__)
    parser.add_argument("--rate", type=float, default=50.0, help="requests of the API a second")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="tessera-rolling-"))
    load, roll, report = asyncio.run(measure(folder, options.rate))
    told = figures(load, roll, report)
    for name, value in told.items():
        print(f"  {name:22} {value}")
    for line in load.failures[:10]:
        print(f"failed: {line}")
    print("  " + ", ".join(f"{name} {code} in {seconds} s" for name, code, seconds in roll.exits))
    print(report.table())
    if options.json:
        options.json.write_text(json.dumps(told, indent=2) + "\n")
    good = report.is_clean and not load.failures and not told["bad_exits"]
    if good:
        shutil.rmtree(folder)
    else:
        print(f"logs: {folder}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
