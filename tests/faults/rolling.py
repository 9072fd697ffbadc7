"""`python -m tests.faults.rolling [--rate N] [--web-rate N] [--json FILE]`: every process is told to stop and started
again, one after the other, while people use both platforms and the web chat, and the API is asked all the time; nobody
asks twice. Two web chats share a port: the next one is started before the other one is told to stop."""

import argparse
import asyncio
import json
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scheduler.standalone.machine import free_port
from tests.faults import browsers
from tests.faults.acting import Doings
from tests.faults.browsers import SECRET, Browsers
from tests.faults.load import Callers, beside
from tests.faults.report import Report
from tests.faults.round import drain, look
from tests.faults.script import script
from tests.faults.striking import Strikes
from tests.faults.town import BOTS, SCHEDULERS, WORKERS, Town, open_town

PACE = 3.0  # acts of people on the platforms a second
BETWEEN_SECONDS = 1.5  # from one restart to the next
READY_SECONDS = 90.0
PATIENCE_SECONDS = 120.0
WEBS = ("web-1", "web-2")
LISTENS = "web.listening"


@dataclass(slots=True)
class Roll:
    """Each process as it was told to stop: name, exit code, seconds until it was gone."""

    town: Town
    exits: list[tuple[str, int | None, float]] = field(default_factory=list)

    async def all(self) -> None:
        for name in (*SCHEDULERS, *WORKERS, *BOTS):
            await self.stop(name)
            await self.start(name)
            await asyncio.sleep(BETWEEN_SECONDS)
        for new, old in (reversed(WEBS), WEBS):
            await self.start(new)
            await self.stop(old)
            await asyncio.sleep(BETWEEN_SECONDS)

    async def stop(self, name: str) -> None:
        began = time.monotonic()
        code = await self.town.members[name].stop()
        self.exits.append((name, code, round(time.monotonic() - began, 2)))

    async def start(self, name: str) -> None:
        await self.town.members[name].start()
        async with asyncio.timeout(READY_SECONDS):
            while not self.serves(name):
                await asyncio.sleep(0.05)

    def serves(self, name: str) -> bool:
        """As far as it matters: a port that two share does not say which of them is there."""
        member = self.town.members[name]
        if name in WEBS:
            return member.log.exists() and member.log.read_text().count(LISTENS) == member.starts
        return name not in SCHEDULERS or name in self.town.doors.ready

    async def open_web(self) -> str:
        """The first web chat; its address, and that of the next."""
        port = str(free_port())
        for name in WEBS:
            self.town.add(
                name,
                "bots",
                "web",
                TESSERA_WEB_PORT=port,
                TESSERA_SHARE_PORT="true",
                TESSERA_WEB_SECRET=SECRET,
                TESSERA_API_URL=await self.town.api_url(name),
            )
        await self.start(WEBS[0])
        return f"http://127.0.0.1:{port}"


@dataclass(frozen=True, slots=True)
class Rates:
    """Requests a second."""

    api: float
    web: float


async def measure(folder: Path, rates: Rates) -> tuple[Callers, Browsers, Roll, Report]:
    async with open_town(folder, "rolling") as town:
        refs = [":".join(town.ref(somebody)) for somebody in town.people]
        roll, doings = Roll(town), Doings(town)
        callers, visitors = Callers(await town.api_url("load"), refs), Browsers(await roll.open_web())
        async with beside(callers.run(rates.api), visitors.run(town.db, rates.web), act(doings)):
            await asyncio.sleep(BETWEEN_SECONDS)
            await roll.all()
        await drain(town, PATIENCE_SECONDS)
        return callers, visitors, roll, await look(doings, Strikes(town), "rolling")


async def act(doings: Doings) -> None:
    """People on both platforms, for ever."""
    for deed in script("rolling", doings.town.people):
        await doings.act(deed)
        await asyncio.sleep(1 / PACE)


def figures(callers: Callers, visitors: Browsers, roll: Roll, report: Report) -> dict[str, Any]:
    return {
        **callers.tally.figures(),
        **browsers.figures(visitors),
        "processes": len(roll.exits),
        "slowest_exit_seconds": max(seconds for _, _, seconds in roll.exits),
        "bad_exits": sum(code != 0 for _, code, _ in roll.exits),
        **{name: value for name, value in report.figures.items() if name not in ("faults", "dropped_replies")},
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.rolling", description=__doc__)
    parser.add_argument("--rate", type=float, default=50.0, help="requests of the API a second")
    parser.add_argument("--web-rate", type=float, default=20.0, help="requests of the web chat a second")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="tessera-rolling-"))
    callers, visitors, roll, report = asyncio.run(measure(folder, Rates(options.rate, options.web_rate)))
    told = figures(callers, visitors, roll, report)
    failures = [*callers.tally.failures, *visitors.tally.failures, *visitors.streams.failures]
    for name, value in told.items():
        print(f"  {name:22} {value}")
    for line in failures[:10]:
        print(f"failed: {line}")
    print("  " + ", ".join(f"{name} {code} in {seconds} s" for name, code, seconds in roll.exits))
    print(report.table())
    if options.json:
        options.json.write_text(json.dumps(told, indent=2) + "\n")
    good = report.is_clean and not failures and not told["bad_exits"]
    if good:
        shutil.rmtree(folder)
    else:
        print(f"logs: {folder}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
