"""`python -m tests.faults.overload [--times N] [--seconds N] [--json FILE]`: many times the load that one scheduler can
bear, for a minute: what the accepted wait, what the others are told, how much memory it takes, when it is over."""

import argparse
import asyncio
import json
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import count
from pathlib import Path

import uvloop

from tests.benchmarks.drive import calls
from tests.benchmarks.light import Light
from tests.faults.pair import PEOPLE, Pair, open_pair
from tests.system.stack import SERVICE_KEY

NAME = "one"
CALLERS = 32  # in the closed loop that finds what is sustainable
SUSTAINED_SECONDS = 8.0
MOST_OPEN = 4_000  # requests on their way at once; twice the connections that the scheduler keeps
STEP_SECONDS = 0.005
LOOK_SECONDS = 0.25
GROWTH_ALLOWED_MB = 256
ANSWER_ALLOWED_SECONDS = 1.0
RECOVERY_ALLOWED_SECONDS = 5.0
WELL_SECONDS = 0.25  # a probe that is answered within this is well
WELL_TIMES = 10
PROBE_SECONDS = 0.05
PATIENCE_SECONDS = 60.0


@dataclass(slots=True)
class Figures:
    """Rates a second; `answers` by HTTP status; `unanswered`: the connection ended; `unsent`: too many were open."""

    sustainable: float = 0.0
    offered: float = 0.0
    seconds: float = 0.0
    answers: dict[int, int] = field(default_factory=dict)
    unanswered: dict[str, int] = field(default_factory=dict)
    unsent: int = 0
    accepted_p50_seconds: float = 0.0
    accepted_p99_seconds: float = 0.0
    refused_p99_seconds: float = 0.0
    memory_before_mb: float = 0.0
    memory_most_mb: float = 0.0
    recovered_seconds: float = 0.0

    @property
    def good(self) -> bool:
        return (
            set(self.answers) <= {201, 429, 503}
            and not self.unanswered
            and self.accepted_p99_seconds < ANSWER_ALLOWED_SECONDS
            and self.memory_most_mb - self.memory_before_mb < GROWTH_ALLOWED_MB
            and self.recovered_seconds < RECOVERY_ALLOWED_SECONDS
        )


@dataclass(slots=True)
class Crowd:
    """Callers who come whether the ones before them were answered or not."""

    port: int
    numbers: "count[int]" = field(default_factory=lambda: count(1))
    idle: list[Light] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    taken: dict[int, list[float]] = field(default_factory=dict)  # seconds, by status
    open: int = 0
    offered: int = 0
    unsent: int = 0
    lost: Counter[str] = field(default_factory=Counter)

    async def come(self, rate: float, seconds: float) -> None:
        """At this rate, evenly; returns when the last was answered."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            while (passed := time.monotonic() - began) < seconds:
                while self.offered < passed * rate:
                    self.offered += 1
                    if self.open < MOST_OPEN:
                        self.open += 1
                        group.create_task(self.one())
                    else:
                        self.unsent += 1
                await asyncio.sleep(STEP_SECONDS)

    async def one(self) -> None:
        began = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                client = self.idle.pop() if self.idle else await self.connect()
                status = await ask(client, next(self.numbers))
            self.answers[status] += 1
            self.taken.setdefault(status, []).append(time.monotonic() - began)
            if client.closes:
                client.close()
            else:
                self.idle.append(client)
        except OSError as error:
            self.lost[type(error).__name__] += 1
        finally:
            self.open -= 1

    async def connect(self) -> Light:
        headers = {
            "Host": "localhost",
            "Authorization": f"Bearer {SERVICE_KEY}",
            "Content-Type": "application/json",
        }
        return await Light.connect(self.port, "/v1/jobs", headers)

    def close(self) -> None:
        for client in self.idle:
            client.close()
        self.idle.clear()


async def ask(client: Light, number: int) -> int:
    """One picture for one of the people; the status of the answer."""
    body = f'{{"request": {{"prompt": "picture {number}", "model": "painter", "width": 512, "height": 512}}}}'
    status, _ = await client.post(body, Tessera_User=f"telegram:rich{1 + number % PEOPLE}")
    return status


async def measure(folder: Path, times: float, seconds: float) -> Figures:
    figures = Figures(seconds=seconds)
    async with open_pair(folder, (NAME,), TESSERA_LOG_LEVEL="error") as pair:
        crowd = Crowd(pair.ports[NAME])
        figures.sustainable = await sustainable(crowd)
        await pair.drained(PATIENCE_SECONDS)
        figures.memory_before_mb = memory_mb(pair)
        async with watched(pair, figures):
            await crowd.come(figures.sustainable * times, seconds)
            crowd.close()
            figures.recovered_seconds = await recovery(crowd)
    figures.offered = crowd.offered / seconds
    figures.answers, figures.unanswered, figures.unsent = dict(crowd.answers), dict(crowd.lost), crowd.unsent
    accepted = sorted(crowd.taken.get(201, [0.0]))
    refused = sorted(second for status, all_ in crowd.taken.items() if status != 201 for second in all_) or [0.0]
    figures.accepted_p50_seconds = accepted[len(accepted) // 2]
    figures.accepted_p99_seconds = accepted[len(accepted) * 99 // 100]
    figures.refused_p99_seconds = refused[len(refused) * 99 // 100]
    return figures


async def sustainable(crowd: Crowd) -> float:
    """Accepted jobs a second with a few callers, each of whom waits for the answer."""
    clients = [await crowd.connect() for _ in range(CALLERS)]

    async def accepted(client: Light) -> None:
        if (status := await ask(client, next(crowd.numbers))) != 201:
            raise RuntimeError(f"refused with {status} though nothing was wrong")

    asks = [partial(accepted, client) for client in clients]
    await calls(asks, 2.0)
    taken = await calls(asks, SUSTAINED_SECONDS)
    for client in clients:
        client.close()
    return len(taken) / SUSTAINED_SECONDS


async def recovery(crowd: Crowd) -> float:
    """Seconds after the end of the load from which on single requests are accepted as quickly as ever."""
    ended = time.monotonic()
    well_since, well = ended, 0
    while well < WELL_TIMES and time.monotonic() - ended < PATIENCE_SECONDS:
        began = time.monotonic()
        status = 0
        with suppress(OSError):
            client = await crowd.connect()
            status = await ask(client, next(crowd.numbers))
            client.close()
        if status == 201 and time.monotonic() - began < WELL_SECONDS:
            well_since, well = (began, 1) if well == 0 else (well_since, well + 1)
        else:
            well = 0
        await asyncio.sleep(PROBE_SECONDS)
    return well_since - ended if well else PATIENCE_SECONDS


@asynccontextmanager
async def watched(pair: Pair, figures: Figures) -> AsyncIterator[None]:
    """Notes the most memory that the scheduler takes meanwhile."""

    async def watch() -> None:
        while True:
            figures.memory_most_mb = max(figures.memory_most_mb, memory_mb(pair))
            await asyncio.sleep(LOOK_SECONDS)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(watch())
        try:
            yield
        finally:
            task.cancel()


def memory_mb(pair: Pair) -> float:
    """Resident memory of the scheduler."""
    process = pair.schedulers[NAME].process
    assert process
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.overload", description=__doc__)
    parser.add_argument("--times", type=float, default=10.0, help="what is sustainable, times this")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="tessera-overload-") as folder:
        figures = uvloop.run(measure(Path(folder), options.times, options.seconds))
    for name, value in asdict(figures).items():
        print(f"  {name:22} {round(value, 3) if isinstance(value, float) else value}")
    if options.json:
        options.json.write_text(json.dumps(asdict(figures), indent=2) + "\n")
    return 0 if figures.good else 1


if __name__ == "__main__":
    sys.exit(main())
