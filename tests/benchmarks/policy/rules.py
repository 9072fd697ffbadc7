"""The rules that Tessera's policy is compared with, as the simulator can ask them."""

from collections import Counter, OrderedDict
from collections.abc import Mapping
from uuid import UUID

from scheduler.jobs.policy.lines import User
from scheduler.jobs.queue import Server, Taken, Waiting

PATIENCE_SECONDS = 1.5  # of SwarmUI, before it loads
ASK_AGAIN_SECONDS = 1.0


class Fifo:
    """The oldest job that the worker can run. Users, limits and what is loaded do not matter."""

    def __init__(self) -> None:
        self.servers: dict[str, Server] = {}
        self.jobs: OrderedDict[UUID, Waiting] = OrderedDict()
        self.users: Mapping[int, User] = {}

    def meet(self, server: Server) -> None:
        self.servers[server.id] = server

    def add(self, job: Waiting, limit: int, now: float) -> None:
        self.jobs[job.id] = job

    def finish(self, user_id: int, now: float) -> bool:
        return False

    def forget_idle(self) -> None:
        """Nobody is remembered."""

    def take(self, server_id: str, now: float) -> Taken:
        server = self.servers[server_id]
        return self.give(next((job for job in self.jobs.values() if server.can(job.kind)), None))

    def give(self, job: Waiting | None) -> Taken:
        if job is None:
            return Taken()
        del self.jobs[job.id]
        return Taken((job,))


class Swarm(Fifo):
    """SwarmUI's (BackendHandler.cs): request after request takes a free backend that has its model. Where none has it,
    the model with the highest pressure, ten for each request and one for each second since the first, is loaded there,
    unless it is being loaded."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: Counter[str] = Counter()
        self.since: dict[str, float] = {}  # by model: the first request that was not met
        self.loading: dict[str, float] = {}  # until when

    def add(self, job: Waiting, limit: int, now: float) -> None:
        super().add(job, limit, now)
        if not self.waiting[job.kind.model]:
            self.since[job.kind.model] = now
        self.waiting[job.kind.model] += 1

    def take(self, server_id: str, now: float) -> Taken:
        server = self.servers[server_id]
        self.loading = {model: until for model, until in self.loading.items() if until > now}
        oldest, wanted = next(iter(self.jobs.values()), None), self.wanted(now)
        if oldest and oldest.kind.model in server.warm:
            return self.give(oldest)
        if wanted is None or wanted in server.warm:
            warm = next((job for job in self.jobs.values() if job.kind.model in server.warm), None)
            return self.give(warm) if warm or not oldest else Taken(again_at=now + ASK_AGAIN_SECONDS)
        self.loading[wanted] = now + server.load_seconds
        return self.give(next(job for job in self.jobs.values() if job.kind.model == wanted))

    def wanted(self, now: float) -> str | None:
        """The model to load next, if it was waited for long enough."""
        pressure = {
            model: 10 * count + now - self.since[model]
            for model, count in self.waiting.items()
            if count and model not in self.loading
        }
        model = max(pressure, key=lambda one: pressure[one], default=None)
        return None if model is None or now - self.since[model] < PATIENCE_SECONDS else model

    def give(self, job: Waiting | None) -> Taken:
        if job:
            self.waiting[job.kind.model] -= 1
        return super().give(job)
