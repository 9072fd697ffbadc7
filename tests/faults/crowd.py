"""`python -m tests.faults.crowd --port N --rate N --seconds N --first N`: callers of one process, who come whether the
ones before them were answered or not; what became of them, as JSON."""

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import uvloop

from tests.benchmarks.light import Light
from tests.faults.pair import PEOPLE
from tests.system.stack import SERVICE_KEY

STEP_SECONDS = 0.005
PATIENCE_SECONDS = 60.0

Taken = dict[int, Counter[int]]  # by HTTP status: how many were answered after so many milliseconds


@dataclass(slots=True)
class Tally:
    """`offered`: should have come; `sent`: written to a connection; `unsent`: too many were open; `lost`: its
    connection ended first."""

    offered: int = 0
    sent: int = 0
    unsent: int = 0
    taken: Taken = field(default_factory=dict)
    lost: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        self.offered += other.offered
        self.sent += other.sent
        self.unsent += other.unsent
        self.lost += other.lost
        for status, times in other.taken.items():
            self.taken.setdefault(status, Counter()).update(times)

    @property
    def answers(self) -> dict[int, int]:
        return {status: times.total() for status, times in sorted(self.taken.items())}


@dataclass(slots=True)
class Crowd:
    """At most `most_open` wait for answers at a time; their pictures are numbered from `numbers`."""

    port: int
    most_open: int
    numbers: "count[int]" = field(default_factory=lambda: count(1))
    idle: list[Light] = field(default_factory=list)
    open: int = 0
    tally: Tally = field(default_factory=Tally)

    async def come(self, rate: float, seconds: float) -> None:
        """At this rate, evenly; returns when the last was answered."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            while (passed := time.monotonic() - began) < seconds:
                while self.tally.offered < passed * rate:
                    self.tally.offered += 1
                    if self.open < self.most_open:
                        self.open += 1
                        group.create_task(self.one())
                    else:
                        self.tally.unsent += 1
                await asyncio.sleep(STEP_SECONDS)

    async def one(self) -> None:
        began = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                client = self.idle.pop() if self.idle else await connect(self.port)
                self.tally.sent += 1
                status = await ask(client, next(self.numbers))
            self.tally.taken.setdefault(status, Counter())[round((time.monotonic() - began) * 1000)] += 1
            if client.closes:
                client.close()
            else:
                self.idle.append(client)
        except OSError as error:
            self.tally.lost[type(error).__name__] += 1
        finally:
            self.open -= 1

    def close(self) -> None:
        for client in self.idle:
            client.close()
        self.idle.clear()


async def connect(port: int) -> Light:
    headers = {"Host": "localhost", "Authorization": f"Bearer {SERVICE_KEY}", "Content-Type": "application/json"}
    return await Light.connect(port, "/v1/jobs", headers)


async def ask(client: Light, number: int) -> int:
    """One picture for one of the people; the status of the answer."""
    body = f'{{"request": {{"prompt": "picture {number}", "model": "painter", "width": 512, "height": 512}}}}'
    status, _ = await client.post(body, Tessera_User=f"telegram:rich{1 + number % PEOPLE}")
    return status


async def here(port: int, most_open: int, rate: float, seconds: float, first: int) -> Tally:
    """A crowd in this process; what became of it."""
    crowd = Crowd(port, most_open, count(first))
    await crowd.come(rate, seconds)
    crowd.close()
    return crowd.tally


async def elsewhere(port: int, most_open: int, rate: float, seconds: float, first: int) -> Tally:
    """A crowd in a process of its own."""
    options = {"port": port, "most-open": most_open, "rate": rate, "seconds": seconds, "first": first}
    command = ["-m", "tests.faults.crowd", *(f"--{name}={value}" for name, value in options.items())]
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.PIPE)
    try:
        told, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode:
        raise RuntimeError(f"a crowd ended with {process.returncode}")
    return tally_of(json.loads(told))


def tally_of(told: dict[str, Any]) -> Tally:
    """As JSON names it: numbers as keys are text."""
    taken = {int(status): Counter({int(ms): n for ms, n in times.items()}) for status, times in told["taken"].items()}
    return Tally(told["offered"], told["sent"], told["unsent"], taken, Counter(told["lost"]))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.crowd", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--most-open", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--first", type=int, required=True)
    options = parser.parse_args()
    tally = uvloop.run(here(options.port, options.most_open, options.rate, options.seconds, options.first))
    json.dump({name: getattr(tally, name) for name in ("offered", "sent", "unsent", "taken", "lost")}, sys.stdout)


if __name__ == "__main__":
    main()
