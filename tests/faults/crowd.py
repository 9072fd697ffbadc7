"""`python -m tests.faults.crowd --port N --rate N --seconds N --first N`: callers of one process, who come whether the
ones before them were answered or not; what became of them, as JSON."""

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import uvloop

from tests.benchmarks.light import Light
from tests.faults.pair import PEOPLE
from tests.system.stack import SERVICE_KEY

STEP_SECONDS = 0.005
PATIENCE_SECONDS = 60.0
PATH = "/v1/jobs"
HEADERS = {"Host": "localhost", "Authorization": f"Bearer {SERVICE_KEY}", "Content-Type": "application/json"}

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


class Asker(Light):
    """One connection of a crowd. Nobody waits for its answers in a task of its own: what the askers cost is not to be
    what is measured."""

    def __init__(self, path: str, headers: Mapping[str, str], crowd: "Crowd", began: float) -> None:
        super().__init__(path, headers)
        self.crowd = crowd
        self.began: float | None = began  # None while it asks nothing

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.ask()

    def ask(self) -> None:
        self.crowd.tally.sent += 1
        number = next(self.crowd.numbers)
        self.send(picture(number), Tessera_User=person(number))

    def answered(self, status: int, body: bytes) -> None:
        began, self.began = self.began, None
        assert began is not None
        self.crowd.told(status, time.monotonic() - began)
        if self.closes:
            self.close()
        else:
            self.crowd.idle.append(self)

    def connection_lost(self, error: Exception | None) -> None:
        if self.began is not None:
            self.crowd.lost(error or ConnectionError("closed"))
        elif self in self.crowd.idle:
            self.crowd.idle.remove(self)


@dataclass(slots=True)
class Crowd:
    """At most `most_open` wait for answers at a time; their pictures are numbered from `numbers`."""

    port: int
    most_open: int
    numbers: "count[int]" = field(default_factory=lambda: count(1))
    idle: list[Asker] = field(default_factory=list)
    open: int = 0
    tally: Tally = field(default_factory=Tally)

    async def come(self, rate: float, seconds: float) -> None:
        """At this rate, evenly; returns when the last was answered."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            while (passed := time.monotonic() - began) < seconds:
                while self.tally.offered < passed * rate:
                    self.one(group)
                await asyncio.sleep(STEP_SECONDS)
        while self.open and time.monotonic() - began < seconds + PATIENCE_SECONDS:
            await asyncio.sleep(STEP_SECONDS)
        self.tally.lost["TimeoutError"] += self.open

    def one(self, group: asyncio.TaskGroup) -> None:
        """Asks on a connection that is idle, or on a new one."""
        self.tally.offered += 1
        if self.open >= self.most_open:
            self.tally.unsent += 1
            return
        self.open += 1
        if self.idle:
            asker = self.idle.pop()
            asker.began = time.monotonic()
            asker.ask()
        else:
            group.create_task(self.connected(time.monotonic()))

    async def connected(self, began: float) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await loop.create_connection(lambda: Asker(PATH, HEADERS, self, began), "127.0.0.1", self.port)
        except OSError as error:
            self.lost(error)

    def told(self, status: int, seconds: float) -> None:
        self.open -= 1
        self.tally.taken.setdefault(status, Counter())[round(seconds * 1000)] += 1

    def lost(self, error: Exception) -> None:
        self.open -= 1
        self.tally.lost[type(error).__name__] += 1

    def close(self) -> None:
        for asker in list(self.idle):
            asker.close()


async def connect(port: int) -> Light:
    return await Light.connect(port, PATH, HEADERS)


async def ask(client: Light, number: int) -> int:
    """One picture for one of the people; the status of the answer."""
    status, _ = await client.post(picture(number), Tessera_User=person(number))
    return status


def picture(number: int) -> str:
    return f'{{"request": {{"prompt": "picture {number}", "model": "painter", "width": 512, "height": 512}}}}'


def person(number: int) -> str:
    return f"telegram:rich{1 + number % PEOPLE}"


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
