"""`tessera demo`: the whole road once, from the door that bots use to the files on disk."""

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from scheduler.client import User, connect
from scheduler.errors import Code, Refusal, TesseraError
from scheduler.films.model import COMPOSE
from scheduler.jobs.model import Destination, JobRequest, JobView, Status
from scheduler.problems import sentence
from scheduler.standalone.demo_film import film_of, parts
from scheduler.standalone.embedded import EmbeddedError
from scheduler.standalone.machine import DEMO_USER, Machine, Running, free_port, prepared

BOT_ID = "demo"
OFFERED_SECONDS = 4.0
LOOK_SECONDS = 0.1

Progress = Callable[[str, float], None]  # what happens, and how far it is (0..1)


class DemoError(TesseraError):
    """The job did not come to a good end; the message says why."""

    def __init__(self, status: str, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(slots=True)
class Result:
    status: str
    files: list[Path] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


def demo(base: Path, request: JobRequest, out: Path, progress: Progress) -> Result:
    """Use the Tessera that runs with this data folder, or start one for the moment. Raises TesseraError."""
    started = time.perf_counter()
    out.mkdir(parents=True, exist_ok=True)
    with somewhere(base, progress) as (running, seconds):
        result = asyncio.run(make(running, request, out, progress))
    result.seconds = {**seconds, **result.seconds, "total": time.perf_counter() - started}
    return result


@contextmanager
def somewhere(base: Path, progress: Progress) -> Iterator[tuple[Running, dict[str, float]]]:
    """A running Tessera, and how long it took to start."""
    progress("starting", 0.0)
    running = Running.at(base)
    try:
        with prepared(base, free_port()) as machine:
            yield started(machine)
    except EmbeddedError:
        if running is None:
            raise
        yield running, {"servers": 0.0}


def started(machine: Machine) -> tuple[Running, dict[str, float]]:
    """A scheduler and a worker on the machine's servers."""
    begun = time.perf_counter()
    machine.start("scheduler", "scheduler")
    machine.start("worker", "workers")
    machine.wait_for_worker()
    return Running(machine.api_url, machine.service_key), {
        **machine.seconds,
        "processes": time.perf_counter() - begun,
    }


async def make(running: Running, request: JobRequest, out: Path, progress: Progress) -> Result:
    """Submit, follow, fetch."""
    async with connect(running.api_url, running.service_key) as scheduler:
        person = scheduler.acting_for(DEMO_USER, name="Demo")
        there = await offered(person, request.model) if request.model else True
        before = time.perf_counter()
        if request.model == COMPOSE:
            request = await filmed(person, request, progress, there=there)
        submitted = time.perf_counter()
        job = await submit(person, request)
        began = await follow(person, job, progress)
        job = await completed(person, job)
        ended = time.perf_counter()
        files = [out / file_name(job, artifact.position, artifact.format) for artifact in job.artifacts]
        for path, artifact in zip(files, job.artifacts, strict=True):
            path.write_bytes(await person.artifact_bytes(artifact))
    began = began or ended
    seconds = {"submit_to_start": began - submitted, "run": ended - began, "fetch": time.perf_counter() - ended}
    clips = {"clips": submitted - before} if request.film else {}
    return Result(job.status, [path.absolute() for path in files], {**clips, **seconds})


async def offered(person: User, model: str) -> bool:
    """Wait for a model that is on a server: its worker offers it a moment after it has come. No longer than that."""
    until = time.perf_counter() + OFFERED_SECONDS
    while time.perf_counter() < until:
        if any(each.id == model and each.online for each in await person.models()):
            return True
        await asyncio.sleep(LOOK_SECONDS)
    return False


async def filmed(person: User, request: JobRequest, progress: Progress, *, there: bool) -> JobRequest:
    """The request with a film, whose parts are made now; nothing is made where nobody would cut it."""
    if not there:
        raise DemoError("REFUSED", sentence(Refusal(Code.NO_WORKER, {"model": COMPOSE})))
    jobs = [await submit(person, part) for part in parts(request)]
    for job in jobs:
        await follow(person, job, lambda _, fraction: progress("clips", fraction))
    video, picture, sound = [(await completed(person, job)).artifacts[0].id for job in jobs]
    return film_of(request, video, picture, sound)


async def submit(person: User, request: JobRequest) -> JobView:
    destination = Destination(bot_id=BOT_ID, process=uuid4().hex)
    return (await person.submit(request, key=f"{BOT_ID}:{uuid4()}", destination=destination)).job


async def completed(person: User, job: JobView) -> JobView:
    """The job as it is when it has ended well. Raises DemoError."""
    ended = await person.job(job.id)
    if ended.status is not Status.COMPLETED:
        raise DemoError(ended.status, ended.error.message if ended.error else "The job was cancelled.")
    return ended


async def follow(person: User, job: JobView, progress: Progress) -> float | None:
    """Watch the job to its end; when the worker's first line came, on the performance counter."""
    began = None
    async for event in person.job_events(job.id):
        if event.kind == "progress":
            began = began or time.perf_counter()
            progress("running", event.fraction or 0.0)
        elif event.kind == "running":
            progress("running", 0.0)
    progress("done", 1.0)
    return began


def file_name(job: JobView, position: int, kind: str) -> str:
    """From the prompt's first words and the seed: `a-red-sunset-over-the-sea-7.png`."""
    words = re.sub(r"[^\w]+", "-", job.prompt.lower()).strip("-")[:60] or "tessera"
    number = "" if job.seed is None else f"-{job.seed + position}"
    return f"{words}{number}.{kind}"
