"""One run from its setting, and the number of GPUs that a wait asks for."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from scheduler.jobs.queue import Queue, Server
from scheduler.simulation.arrivals import made_up, model_name
from scheduler.simulation.machine import Machine, Worker
from scheduler.simulation.measures import Measures
from scheduler.simulation.model import MEAN_TOKENS, SIDE, Breed, Setting
from scheduler.simulation.oracle import Oracle
from scheduler.simulation.trace import Trace

ASKED = 20_000  # jobs of a run whose owners are told what to expect
MOST_GPUS = 4096


@dataclass(frozen=True, slots=True)
class Result:
    setting: Setting
    measures: Measures
    seconds: float  # of virtual time, until the last job had run
    left: int  # jobs still waiting


def simulate(setting: Setting, trace: Trace | None = None) -> Result:
    """Run the setting's demand to its end, or the recorded trace until all its jobs have run."""
    demand, queue = setting.demand, Queue()
    horizon = max(trace.seconds, 1.0) if trace else demand.hours * 3600
    oracle = Oracle(queue, max(1, (trace.jobs if trace else demand.jobs) // ASKED))
    measures = Measures(horizon, oracle)
    models = trace.models if trace else [model_name(rank) for rank in range(demand.models)]
    pace = setting.job_seconds / (trace.mean_tokens if trace else MEAN_TOKENS)
    machine = Machine(queue, crew(setting, models, pace), measures, setting.jitter, setting.seed)
    arrivals = trace.arrivals() if trace else made_up(demand, setting.seed, setting.plans)
    with unhurried_collector():
        machine.run(arrivals, float("inf") if trace else horizon)
    measures.close()
    return Result(setting, measures, machine.now, len(queue.jobs))


def crew(setting: Setting, models: Sequence[str], pace: float) -> list[Worker]:
    """The workers, with the models spread over them; `pace`: seconds a token takes at speed 1."""
    workers = []
    for breed in setting.breeds:
        offered = models[: breed.models]
        offers = dict.fromkeys(offered, SIDE)
        paces = dict.fromkeys(offered, pace / breed.speed)
        for n in range(breed.count):
            name = f"{breed.name}-{n + 1}"
            loaded = [offered[(n + k) % len(offered)] for k in range(min(breed.holds, len(offered)))]
            server = Server(name, name, offers, warm=frozenset(loaded), paces=paces, load_seconds=setting.load_seconds)
            workers.append(Worker(server, breed.name, breed.holds, loaded))
    return workers


def gpus_for(
    setting: Setting,
    priority: int,
    part: float,
    wait_seconds: float,
    tell: Callable[[int, float], None],
    trace: Trace | None = None,
) -> Result | None:
    """The run with the fewest GPUs, in the given proportions, with which this part of the class's jobs starts within
    the wait; `tell` hears of each try."""

    def attempt(gpus: int) -> Result | None:
        result = simulate(replace(setting, breeds=scaled(setting.breeds, gpus)), trace)
        waited = result.measures.classes[priority].waits.percentile(part)
        tell(gpus, waited)
        return result if waited <= wait_seconds and not result.left > result.setting.gpus else None

    low, high = 0, max(1, setting.gpus)
    while (best := attempt(high)) is None:
        low, high = high, high * 2
        if high > MOST_GPUS:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        if (found := attempt(middle)) is None:
            low = middle
        else:
            best, high = found, middle
    return best


def scaled(breeds: Sequence[Breed], gpus: int) -> tuple[Breed, ...]:
    """So many GPUs in the same proportions, the largest remainders rounded up."""
    whole = sum(breed.count for breed in breeds)
    counts = [breed.count * gpus // whole for breed in breeds]
    remainders = sorted(range(len(breeds)), key=lambda n: -(breeds[n].count * gpus % whole))
    for n in remainders[: gpus - sum(counts)]:
        counts[n] += 1
    return tuple(replace(breed, count=count) for breed, count in zip(breeds, counts, strict=True) if count)


@contextmanager
def unhurried_collector() -> Iterator[None]:
    """The queue makes no cycles to speak of, and a full collection visits every waiting job."""
    thresholds = gc.get_threshold()
    gc.set_threshold(200_000, 50, 1000)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
