"""`python -m tests.benchmarks.overhead [--jobs N] [--only NAME ...] [--json FILE]`: what a worker adds to its engines.

One job at a time, of each engine in turn, from the moment when the assignment is sent to the worker's inbox until its
outcome can be read. Redis, the thread, progress and previews, variants, the store (a folder) and the outcome are the
worker's; what the engine does until its files are written, their encoding included, is the engine's. Renditions are
made while it does that; where there are some, a second job has them made afterwards and tells the engine's time alone.
It fails where a median is over what is allowed: 30 ms, and each engine's budget.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import uvloop

from scheduler import bus, wire
from scheduler.wire import Acknowledged, Assignment, Beat, Outcome
from tests.benchmarks.figures import Spread
from tests.benchmarks.process import START_SECONDS, running, said
from tests.benchmarks.servers import Servers, servers
from tests.benchmarks.works import WORKS, Work, lay_out
from workers.engines.registry import NO_GPU, meant

BLOCK_SECONDS = 60.0
ALLOWED_MS = 30.0
ALLOWED_MB = 250.0
ENGINES = ("instant", *meant(NO_GPU))


@dataclass(frozen=True, slots=True)
class Job:
    """Milliseconds: the engine's own, and the worker's until it began, while it ran, and after it was done. `alone`:
    the engine's where it makes nothing but its file; its own where there is no rendition."""

    engine: float
    before: float
    during: float
    after: float
    alone: float = 0.0

    @property
    def added(self) -> float:
        return self.before + self.during + self.after


class Scheduler:
    """One worker's: it knows of nothing but the job it waits for."""

    def __init__(self, redis: bus.Redis, reading: bus.Redis) -> None:
        self.redis = redis
        self.reading = reading
        self.worker_id = ""
        self.last: dict[str, bytes | str] = {wire.BEATS: "0", wire.REPORTS: "0"}

    async def read(self, stream: str) -> list[bytes]:
        """What is new there, as soon as there is something."""
        answer: Any = await self.reading.xread({stream: self.last[stream]}, block=int(BLOCK_SECONDS * 1000))
        messages: list[bytes] = []
        for entry_id, fields in [entry for _, entries in answer for entry in entries]:
            self.last[stream] = entry_id
            messages += wire.unpacked(fields)
        return messages

    async def meet(self) -> None:
        """Until a worker is ready and has beaten again in its time: each of its loops has had its first round."""
        first: Beat | None = None
        while not self.worker_id:
            for beat in [Beat.model_validate_json(text) for text in await self.read(wire.BEATS)]:
                first = first or (beat if beat.state == "ready" else None)
                if first and (beat.sent_at - first.sent_at).total_seconds() >= wire.BEAT_SECONDS / 2:
                    self.worker_id = first.worker_id

    async def send(self, message: Assignment | Acknowledged) -> None:
        await self.redis.xadd(wire.inbox(self.worker_id), {wire.FIELD: message.model_dump_json()})

    async def outcome(self, job_id: UUID) -> None:
        while True:
            for outcome in [Outcome.model_validate_json(text) for text in await self.read(wire.REPORTS)]:
                if outcome.job_id != job_id:
                    continue
                if outcome.status != "completed" or not outcome.artifacts:
                    raise RuntimeError(f"the job ended as {outcome.status}: {outcome.error_message}")
                return


def assignment(work: Work, number: int, **more: Any) -> Assignment:
    job_id = uuid4()
    return Assignment(
        job_id=job_id,
        attempt=1,
        lease_token=uuid4(),
        capability=work.capability,
        model=work.engine,
        params={**work.params, "seed": number, **more},
        folder=f"jobs/{job_id}/1",
        timeout_seconds=300.0,
        events_channel=wire.events_channel("benchmark"),
    )


async def one(scheduler: Scheduler, worker: asyncio.subprocess.Process, wanted: Assignment) -> Job:
    sent = time.monotonic_ns()
    await scheduler.send(wanted)
    await scheduler.outcome(wanted.job_id)
    read = time.monotonic_ns()
    await scheduler.send(Acknowledged(job_id=wanted.job_id, attempt=wanted.attempt))
    told = json.loads(await said(worker))
    own = (told["ended"] - told["began"] - told["told"]) / 1e6
    return Job(own, (told["began"] - sent) / 1e6, told["told"] / 1e6, (read - told["ended"]) / 1e6, alone=own)


async def measure(here: Servers, jobs: int, only: Sequence[str] = ()) -> tuple[float, dict[str, list[Job]]]:
    """Megabytes before the first job, and the jobs of each work, or of these; its first one only warms up."""
    works = [work for work in WORKS if work.engine in ENGINES and (not only or work.name in only)]
    lay_out(here.folder / "store")
    settings = {
        "TESSERA_REDIS_URL": here.redis_url,
        "TESSERA_STORE_URL": (here.folder / "store").as_uri(),
        "TESSERA_WORKER_SCRATCH": str(here.folder / "scratch"),
        "TESSERA_WORKER_ENGINES": ",".join(ENGINES),
    }
    done: dict[str, list[Job]] = {work.name: [] for work in works}
    async with bus.commands(here.redis_url) as redis, bus.blocking(here.redis_url, BLOCK_SECONDS) as reading:
        await redis.flushdb()
        scheduler = Scheduler(redis, reading)
        async with running("tests.benchmarks.timed", **settings) as worker:
            async with asyncio.timeout(START_SECONDS):
                await scheduler.meet()
            resident = resident_mb(worker.pid)
            for number in range(jobs + 1):
                for work in works:
                    job = await one(scheduler, worker, assignment(work, number))
                    if work.rendition:
                        bare = await one(scheduler, worker, assignment(work, number, alone=True))
                        job = replace(job, alone=bare.engine)
                    if number:
                        done[work.name].append(job)
    return resident, done


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def figures(done: Mapping[str, list[Job]]) -> dict[str, dict[str, Spread]]:
    parts = ("engine", "alone", "added", "before", "during", "after")
    return {
        name: {part: Spread.of([getattr(job, part) for job in jobs], 2) for part in parts}
        for name, jobs in done.items()
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.overhead", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=10, help="of each work")
    parser.add_argument("--only", nargs="*", default=(), metavar="NAME", help="works; all by default")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()
    with servers() as here:
        resident, done = uvloop.run(measure(here, options.jobs, options.only))
    told = figures(done)
    print(f"resident before the first job: {resident:.0f} MB\nmilliseconds a job, median [least-most]")
    for name, parts in told.items():
        words = (f"{part} {each.median:,.1f} [{each.min:,.1f}-{each.max:,.1f}]" for part, each in parts.items())
        print(f"  {name:16}", ", ".join(words))
    used = budgets(told)
    print("of its budget", ", ".join(f"{name} {share:.0%}" for name, share in used.items()))
    if options.json:
        spreads = {name: {part: each.json() for part, each in parts.items()} for name, parts in told.items()}
        facts = {"resident_mb": round(resident, 1), "ms": spreads, "of_budget": used}
        options.json.write_text(json.dumps(facts, indent=2) + "\n")
    light = all(parts["added"].median < ALLOWED_MS for parts in told.values())
    return 0 if light and resident < ALLOWED_MB and all(share < 1 for share in used.values()) else 1


def budgets(told: Mapping[str, Mapping[str, Spread]]) -> dict[str, float]:
    """The share of what its engine may take that each work takes, measured by budget."""
    return {
        work.name: round(told[work.name]["engine"].median / 1000 / work.budget_seconds, 4)
        for work in WORKS
        if work.budget_seconds and work.name in told
    }


if __name__ == "__main__":
    raise SystemExit(main())
