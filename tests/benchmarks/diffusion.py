"""`python -m tests.benchmarks.diffusion [--folder MODEL] [--json FILE]`: a worker beside its own pipeline in a loop.

The same pictures (prompt, side, steps, seeds) on the same device, in turn: by a plain loop over the pipeline, which
keeps none of them; by a whole worker, one job after the other, which stores each; and by it in passes of --batch jobs.
The jobs stand in its inbox all the time, as they do with a scheduler that has enough of them. Both have the model
loaded. Without a folder it is a tiny one, which shows little but what is added.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

import uvloop

from scheduler import bus, wire
from scheduler.wire import Acknowledged, Assignment, Outcome
from tests.benchmarks.figures import Spread
from tests.benchmarks.overhead import BLOCK_SECONDS, Scheduler
from tests.benchmarks.process import running
from tests.benchmarks.servers import Servers, servers
from workers.engines.protocol import Task

MODEL = "measured"
PROMPT = "a red fox in the snow, early morning light"
TIMEOUT_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Asked:
    """`pictures` of each repetition; a multiple of the batch."""

    folder: Path
    side: int
    steps: int | None
    batch: int
    pictures: int
    repetitions: int

    @property
    def table(self) -> dict[str, Any]:
        chosen = {} if self.steps is None else {"steps": self.steps}
        return {
            "model": MODEL,
            "engine": "diffusers",
            "folder": str(self.folder.absolute()),
            "batch": self.batch,
            **chosen,
        }

    @property
    def params(self) -> dict[str, Any]:
        return {"prompt": PROMPT, "width": self.side, "height": self.side, "count": 1}


class Loop:
    """The pipeline as the engine loads it, and nothing around it."""

    def __init__(self, asked: Asked) -> None:
        from workers.engines.diffusers.orders import Way, ordered
        from workers.engines.diffusers.studio import Studio
        from workers.engines.diffusers.table import LocalModel

        model = LocalModel.model_validate(asked.table)
        self.shape = ordered(Task("", 1, "image", MODEL, asked.params, Path()), model).shape
        self.pipe = Studio(model).pipe(Way.WORDS)

    async def make(self, pictures: int) -> None:
        await asyncio.to_thread(self._make, pictures)

    def _make(self, pictures: int) -> None:
        import torch

        for seed in range(pictures):
            self.pipe(
                prompt=PROMPT,
                width=self.shape.width,
                height=self.shape.height,
                num_inference_steps=self.shape.steps,
                guidance_scale=self.shape.guidance,
                generator=torch.Generator("cpu").manual_seed(seed),
            )


async def measured(asked: Asked, here: Servers) -> dict[str, list[float]]:
    """Seconds of each repetition. What comes before them only warms up."""
    loop = Loop(asked)
    settings = {
        "TESSERA_REDIS_URL": here.redis_url,
        "TESSERA_STORE_URL": (here.folder / "store").as_uri(),
        "TESSERA_WORKER_SCRATCH": str(here.folder / "scratch"),
        "TESSERA_WORKER_ENGINES": "instant",
        "TESSERA_MODELS": json.dumps([asked.table]),
    }
    async with bus.commands(here.redis_url) as redis, bus.blocking(here.redis_url, BLOCK_SECONDS) as reading:
        await redis.flushdb()
        scheduler = Scheduler(redis, reading)
        async with running("workers", **settings):
            await scheduler.meet()
            contestants: dict[str, Callable[[int], Awaitable[None]]] = {
                "loop": loop.make,
                "worker": partial(made, scheduler, asked, 1),
                f"worker_batch_{asked.batch}": partial(made, scheduler, asked, asked.batch),
            }
            took: dict[str, list[float]] = {name: [] for name in contestants}
            for make in contestants.values():
                await make(asked.batch)
            for _ in range(asked.repetitions):
                for name, make in contestants.items():
                    began = time.monotonic()
                    await make(asked.pictures)
                    took[name].append(time.monotonic() - began)
    return took


async def made(scheduler: Scheduler, asked: Asked, together: int, pictures: int) -> None:
    """All of them, until the last outcome is read."""
    jobs = [assignment(asked, seed) for seed in range(pictures)]
    for at in range(0, pictures, together):
        shared = uuid4() if together > 1 else None
        ones = [job.model_copy(update={"pass_id": shared}).model_dump_json() for job in jobs[at : at + together]]
        await scheduler.redis.xadd(wire.inbox(scheduler.worker_id), wire.packed(ones))
    missing = {job.job_id for job in jobs}
    while missing:
        for outcome in [Outcome.model_validate_json(text) for text in await scheduler.read(wire.REPORTS)]:
            if outcome.status != "completed":
                raise RuntimeError(f"a job ended as {outcome.status}: {outcome.error_message}")
            await scheduler.send(Acknowledged(job_id=outcome.job_id, attempt=outcome.attempt))
            missing.discard(outcome.job_id)


def assignment(asked: Asked, seed: int) -> Assignment:
    job_id: UUID = uuid4()
    return Assignment(
        job_id=job_id,
        attempt=1,
        lease_token=uuid4(),
        capability="image",
        model=MODEL,
        params={**asked.params, "seed": seed},
        folder=f"jobs/{job_id}/1",
        timeout_seconds=TIMEOUT_SECONDS,
        events_channel=wire.events_channel("benchmark"),
    )


@contextmanager
def model_in(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        yield folder
        return
    from tests.rigs.tiny_models.pictures import save_sdxl

    with TemporaryDirectory() as rough:
        yield save_sdxl(Path(rough) / "sdxl")


def compared(asked: Asked) -> dict[str, Any]:
    with servers() as here:
        took = uvloop.run(measured(asked, here))
    rates = {name: Spread.of((60 * asked.pictures / one for one in seconds), 2) for name, seconds in took.items()}
    ratios = {
        name: Spread.of(a / b for a, b in zip(took["loop"], seconds, strict=True)) for name, seconds in took.items()
    }
    return {
        "pictures_a_minute": {name: rate.json() for name, rate in rates.items()},
        "of_the_loop": {name: ratio.json() for name, ratio in ratios.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.diffusion", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--folder", type=Path, help="a model folder; a tiny random model without it")
    parser.add_argument("--side", type=int, default=1024, help="of the pictures, in pixels")
    parser.add_argument("--steps", type=int, help="as the model usually does without it")
    parser.add_argument("--batch", type=int, default=4, help="jobs of one pass")
    parser.add_argument("--pictures", type=int, default=8, help="of each repetition: a multiple of the batch")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()
    with model_in(options.folder) as folder:
        found = compared(
            Asked(folder, options.side, options.steps, options.batch, options.pictures, options.repetitions)
        )
    print(json.dumps(found, indent=2))
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
