"""Virtual time: jobs arrive, the live policy decides, workers load models and run jobs."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from itertools import chain
from random import Random
from typing import NamedTuple, Protocol
from uuid import UUID

from scheduler.errors import Code
from scheduler.jobs.kinds import Kind
from scheduler.jobs.policy.lines import User
from scheduler.jobs.queue import Server, Taken, Waiting
from scheduler.plans.model import Plan
from scheduler.simulation.door import Door

UNLIMITED = 2**31


class Arrival(NamedTuple):
    """A job as it comes."""

    at: float  # seconds
    user: int
    priority: int  # 0..3
    kind: Kind
    tokens: float
    running: int = UNLIMITED  # how many the user may run at a time
    plan: Plan | None = None  # whose limits they meet at the door; None: everybody is let in

    @classmethod
    def under(cls, plan: Plan, at: float, user: int, kind: Kind, tokens: float) -> "Arrival":
        """Of somebody who has this plan."""
        return cls(at, user, plan.priority, kind, tokens, plan.max_concurrent_jobs, plan)


@dataclass(slots=True, eq=False)
class Worker:
    """A simulated worker; what the policy knows of it is `server`."""

    server: Server
    breed: str = "gpu"  # workers of one breed differ only in what they have loaded
    holds: int = 1  # models in memory at once
    loaded: list[str] = field(default_factory=list)  # the one used longest ago first
    free: int = 1  # slots
    wakes_at: float = 0.0

    @property
    def alike(self) -> tuple[str, frozenset[str]]:
        return self.breed, self.server.warm


class Run(NamedTuple):
    """Jobs that share a slot from `started` on, after `load_seconds` of loading if their model was cold."""

    worker: Worker
    jobs: tuple[Waiting, ...]
    started: float
    load_seconds: float
    run_seconds: float


class Rule(Protocol):
    """Who decides what a free worker gets: the live policy, or one that it is compared with."""

    @property
    def users(self) -> Mapping[int, User]:
        """Those that it remembers."""
        ...

    def meet(self, server: Server) -> None: ...
    def add(self, job: Waiting, limit: int, now: float) -> None: ...
    def take(self, server_id: str, now: float) -> Taken: ...
    def finish(self, user_id: int, now: float) -> bool: ...
    def forget_idle(self) -> None: ...


class Watcher(Protocol):
    """Sees what happens."""

    def arrived(self, job: Waiting, now: float) -> None: ...
    def refused(self, arrival: Arrival, code: Code) -> None: ...
    def started(self, job: Waiting, arrived: float, run: Run) -> None: ...
    def ended(self, run: Run, now: float) -> None: ...


class Machine:
    """Feeds the queue with arrivals and workers. The same arguments give the same run."""

    def __init__(
        self,
        queue: Rule,
        workers: Iterable[Worker],
        watcher: Watcher,
        jitter: float = 0.0,
        seed: int = 1,
        follow_up: Callable[[Run, float], Iterable[Arrival]] | None = None,
    ) -> None:
        """`jitter`: run times differ from their mean by up to this fraction. `follow_up`: what a run's end brings."""
        self.queue = queue
        self.door = Door()
        self.watcher = watcher
        self.jitter = jitter
        self.random = Random(seed)
        self.follow_up = follow_up
        self.now = 0.0
        self.seq = 0
        self.events: list[tuple[float, int, Run | Worker]] = []  # heap: a run ends, or a worker asks again
        self.counter = 0
        self.since: dict[UUID, float] = {}  # when each waiting job arrived
        self.idle: dict[tuple[str, frozenset[str]], dict[Worker, None]] = {}  # alike ones: one answers for all
        self.most_users = 1000
        self.workers = list(workers)
        for worker in self.workers:
            worker.free = worker.server.slots
            self._know(worker)
            self._rest(worker)

    def run(self, arrivals: Iterator[Arrival], until: float) -> None:
        """Until that time, or until nothing is left to happen."""
        last = Arrival(float("inf"), 0, 0, Kind("", 0), 0.0)
        coming = chain(arrivals, [last])
        arrival = next(coming)
        events = self.events
        while True:
            at = min(arrival.at, events[0][0]) if events else arrival.at
            if at > until or at == last.at:
                break
            self.now = at
            if arrival.at <= at:
                self.submit(arrival)
                arrival = next(coming)
            else:
                event = heappop(events)[2]
                if isinstance(event, Run):
                    self._end(event)
                elif event.free:
                    self._offer(event)
                else:
                    self._offer_to_idle()

    def submit(self, arrival: Arrival) -> None:
        if arrival.plan and (code := self.door.refusal(arrival.user, arrival.plan, self.now)):
            self.watcher.refused(arrival, code)
            return
        self.seq += 1
        job = Waiting(UUID(int=self.seq), self.seq, arrival.user, arrival.priority, arrival.kind, arrival.tokens)
        self.since[job.id] = self.now
        self.queue.add(job, arrival.running, self.now)
        self.watcher.arrived(job, self.now)
        self._offer_to_idle(job.kind.model)

    def _offer_to_idle(self, model: str = "") -> None:
        """To those who have the model loaded first."""
        if self.idle:
            for breed, warm in sorted(self.idle, key=lambda alike: model not in alike[1]):
                if workers := self.idle.get((breed, warm)):
                    self._offer(next(iter(workers)))

    def _offer(self, worker: Worker) -> None:
        """Fill the worker's free slots."""
        while worker.free:
            taken = self.queue.take(worker.server.id, self.now)
            if taken.jobs:
                self._start(worker, taken.jobs)
                continue
            if taken.again_at is not None and not self.now < worker.wakes_at <= taken.again_at:
                worker.wakes_at = taken.again_at
                self._plan(taken.again_at, worker)
            return

    def _start(self, worker: Worker, jobs: tuple[Waiting, ...]) -> None:
        model = jobs[0].kind.model
        load_seconds = self._warm_up(worker, model)
        pace = worker.server.paces[model]
        run_seconds = max(job.cost for job in jobs) * pace * (1 + self.jitter * self.random.uniform(-1, 1))
        run = Run(worker, jobs, self.now, load_seconds, run_seconds)
        worker.free -= 1
        if not worker.free:
            self._unrest(worker)
        for job in jobs:
            self.watcher.started(job, self.since.pop(job.id), run)
        self._plan(self.now + load_seconds + run_seconds, run)

    def _warm_up(self, worker: Worker, model: str) -> float:
        """Seconds until the model is loaded."""
        if model in worker.loaded:
            if worker.holds > 1:
                worker.loaded.remove(model)
                worker.loaded.append(model)
            return 0.0
        self._unrest(worker)
        worker.loaded = [*worker.loaded, model][-worker.holds :]
        self._know(worker)
        self._rest(worker)
        return worker.server.load_seconds

    def _end(self, run: Run) -> None:
        came_back = False
        for job in run.jobs:
            came_back |= self.queue.finish(job.user_id, self.now)
            self.door.ended(job.user_id)
        if len(self.queue.users) > self.most_users:
            self.queue.forget_idle()
            self.most_users = 2 * len(self.queue.users) + 1000
        self.watcher.ended(run, self.now)
        run.worker.free += 1
        if run.worker.free == 1:
            self._rest(run.worker)
        if self.follow_up:
            for arrival in self.follow_up(run, self.now):
                self.submit(arrival)
        self._offer(run.worker)
        if came_back:
            self._offer_to_idle()

    def _know(self, worker: Worker) -> None:
        worker.server = replace(worker.server, warm=frozenset(worker.loaded))
        self.queue.meet(worker.server)

    def _rest(self, worker: Worker) -> None:
        self.idle.setdefault(worker.alike, {})[worker] = None

    def _unrest(self, worker: Worker) -> None:
        workers = self.idle.get(worker.alike)
        if workers and workers.pop(worker, worker) is None and not workers:
            del self.idle[worker.alike]

    def _plan(self, at: float, event: Run | Worker) -> None:
        self.counter += 1
        heappush(self.events, (at, self.counter, event))
