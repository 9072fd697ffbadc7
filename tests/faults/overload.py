"""`python -m tests.faults.overload [--times N] [--seconds N] [--json FILE]`: many times the load that one scheduler can
bear, for a minute: how much of it could be sent, what the accepted wait, what the others are told, how much memory it
takes, when it is over."""

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
from tests.faults.crowd import Tally, ask, connect, elsewhere
from tests.faults.pair import Pair, open_pair

NAME = "one"
CALLERS = 32  # in the closed loop that finds what is sustainable
SUSTAINED_SECONDS = 8.0
MOST_OPEN = 4_000  # requests on their way at once; twice the connections that the scheduler keeps
APART = 10_000_000  # between the numbers of the crowds' pictures
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
    sent: float = 0.0
    answered: float = 0.0
    times_sent: float = 0.0  # what is sustainable
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
        """Of what was sent; how much that was, `times_sent` says."""
        return (
            set(self.answers) <= {201, 429, 503}
            and not self.unanswered
            and self.accepted_p99_seconds < ANSWER_ALLOWED_SECONDS
            and self.memory_most_mb - self.memory_before_mb < GROWTH_ALLOWED_MB
            and self.recovered_seconds < RECOVERY_ALLOWED_SECONDS
        )

    def note(self, tally: Tally) -> None:
        self.offered, self.sent = tally.offered / self.seconds, tally.sent / self.seconds
        self.times_sent = self.sent / self.sustainable
        self.answers, self.unanswered, self.unsent = tally.answers, dict(tally.lost), tally.unsent
        self.answered = sum(self.answers.values()) / self.seconds
        accepted = tally.taken.get(201, Counter())
        refused = sum((times for status, times in tally.taken.items() if status != 201), Counter[int]())
        self.accepted_p50_seconds, self.accepted_p99_seconds = percentile(accepted, 50), percentile(accepted, 99)
        self.refused_p99_seconds = percentile(refused, 99)


def percentile(milliseconds: Counter[int], percent: int) -> float:
    """In seconds; 0 of none."""
    left = milliseconds.total() * percent // 100
    for one in sorted(milliseconds):
        left -= milliseconds[one]
        if left < 0:
            return one / 1000
    return 0.0


async def measure(folder: Path, times: float, seconds: float, processes: int) -> Figures:
    figures, tally = Figures(seconds=seconds), Tally()
    async with open_pair(folder, (NAME,), TESSERA_LOG_LEVEL="error") as pair:
        port = pair.ports[NAME]
        figures.sustainable = await sustainable(port)
        if not await pair.drained(PATIENCE_SECONDS):
            raise RuntimeError(f"what was asked for to find the rate had not ended after {PATIENCE_SECONDS:g} s")
        figures.memory_before_mb = memory_mb(pair)
        async with watched(pair, figures):
            rate = figures.sustainable * times / processes
            crowds = [
                elsewhere(port, MOST_OPEN // processes, rate, seconds, n * APART) for n in range(1, processes + 1)
            ]
            for told in await asyncio.gather(*crowds):
                tally.add(told)
            figures.recovered_seconds = await recovery(port)
    figures.note(tally)
    return figures


async def sustainable(port: int) -> float:
    """Accepted jobs a second with a few callers, each of whom waits for the answer."""
    clients, numbers = [await connect(port) for _ in range(CALLERS)], count(1)

    async def accepted(client: Light) -> None:
        if (status := await ask(client, next(numbers))) != 201:
            raise RuntimeError(f"refused with {status} though nothing was wrong")

    asks = [partial(accepted, client) for client in clients]
    await calls(asks, 2.0)
    taken = await calls(asks, SUSTAINED_SECONDS)
    for client in clients:
        client.close()
    return len(taken) / SUSTAINED_SECONDS


async def recovery(port: int) -> float:
    """Seconds after the end of the load from which on single requests are accepted as quickly as ever."""
    ended, numbers = time.monotonic(), count(1)
    well_since, well = ended, 0
    while well < WELL_TIMES and time.monotonic() - ended < PATIENCE_SECONDS:
        began = time.monotonic()
        status = 0
        with suppress(OSError):
            client = await connect(port)
            status = await ask(client, next(numbers))
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
    parser.add_argument("--processes", type=int, default=1, help="that send")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="tessera-overload-") as folder:
        figures = uvloop.run(measure(Path(folder), options.times, options.seconds, options.processes))
    for name, value in asdict(figures).items():
        print(f"  {name:22} {round(value, 3) if isinstance(value, float) else value}")
    print(f"Sent was {figures.times_sent:.1f} times what is sustainable, of {options.times:g} that were offered.")
    if options.json:
        options.json.write_text(json.dumps(asdict(figures), indent=2) + "\n")
    return 0 if figures.good else 1


if __name__ == "__main__":
    sys.exit(main())
