"""When a worker should load a model: passed-over models and the bound on passing over, demand and who holds what."""

from collections.abc import Iterable

from scheduler.jobs.policy.lines import Aisle, Line
from scheduler.jobs.policy.model import Server

WARM_LOADS = 3.0  # the warm bound W, in load times


class Warmth:
    """One clock per model, from when it was passed over; a clock per class would thrash."""

    def __init__(self, bound_seconds: float | None = None) -> None:
        self.bound_seconds = bound_seconds  # W; None: WARM_LOADS load times of the worker that asks
        self.servers: dict[str, Server] = {}
        self.holders: dict[str, dict[str, Server]] = {}  # model -> who has it loaded and is not draining
        self.demand: dict[str, float] = {}  # model -> tokens waiting, of each line only what its user's limit lets run
        self.waiting: dict[str, int] = {}  # model -> jobs waiting
        self.passed: dict[str, float] = {}  # model -> passed over since

    # What waits.

    def joined(self, line: Line, place: int) -> None:
        """A job was put into the line at this place."""
        model, limit = line.aisle.model, line.member.user.limit
        self.waiting[model] = self.waiting.get(model, 0) + 1
        self.demand.setdefault(model, 0.0)  # also where the limit lets none of the line run
        if place < limit:
            jobs, first = line.jobs, line.first
            self.demand[model] += jobs[first + place].cost - (jobs[first + limit].cost if len(line) > limit else 0.0)

    def left(self, line: Line, place: int, cost: float) -> None:
        """A job was pulled from the line; it had this place."""
        model, limit = line.aisle.model, line.member.user.limit
        self.waiting[model] -= 1
        if not self.waiting[model]:  # nobody is passed over
            self.demand[model] = 0.0
            self.passed.pop(model, None)
        elif place < limit:
            self.demand[model] -= cost - (line.jobs[line.first + limit - 1].cost if len(line) >= limit else 0.0)

    def limited(self, lines: Iterable[Line], was: int, limit: int) -> None:
        """A user's limit changed."""
        for line in lines:
            before, after = (
                sum(job.cost for job in line.jobs[line.first : line.first + most]) for most in (was, limit)
            )
            if line:
                self.demand[line.aisle.model] += after - before

    # Who serves.

    def meet(self, server: Server) -> None:
        self.lose(server.id)
        self.servers[server.id] = server
        if not server.draining:
            for model in server.warm:
                self.holders.setdefault(model, {})[server.id] = server

    def lose(self, server_id: str) -> None:
        if server := self.servers.pop(server_id, None):
            for model in server.warm:
                self.holders.get(model, {}).pop(server_id, None)

    # The decision.

    def bound(self, server: Server) -> float:
        return WARM_LOADS * server.load_seconds if self.bound_seconds is None else self.bound_seconds

    def level_again(self, model: str) -> None:
        self.passed.pop(model, None)

    def loaded(self, model: str, now: float) -> None:
        """A worker has loaded it by `now`: the next one does so only after another bound."""
        self.passed[model] = now

    def late_at(self, server: Server, aisle: Aisle, now: float) -> float:
        """The model is passed over now: until when it may be, or until when not to ask again."""
        since, bound = self.passed.setdefault(aisle.model, now), self.bound(server)
        if now < since + bound:
            return since + bound
        patient = self._spared(server, aisle) if not aisle.rate else not self._balances(server, aisle)
        return since + bound * (2 if patient else 1)

    def pays(self, server: Server, aisle: Aisle) -> bool:
        """Whether an idle worker serves people sooner by loading than those who hold the model will."""
        if not aisle.rate:
            return True
        sole = any(self._only_holder(server, model) for model in server.warm)
        return self.demand[aisle.model] / aisle.rate > server.load_seconds * (2 if sole else 1)

    def _balances(self, server: Server, aisle: Aisle) -> bool:
        """Whether what waits for the model keeps its holders busy longer than a load takes, and longer than what waits
        for the worker's own models will keep those who are left to them."""
        left = self.demand[aisle.model] / aisle.rate
        return left > server.load_seconds and all(self._drained(model, without=server) < left for model in server.warm)

    def _drained(self, model: str, without: Server) -> float:
        """Seconds in which the holders of a model, except one, serve what waits for it."""
        demand = self.demand.get(model, 0.0)
        rate = sum(one.rate(model) for one in self.holders.get(model, {}).values() if one is not without)
        return demand / rate if rate else float("inf") if demand else 0.0

    def _spared(self, server: Server, aisle: Aisle) -> bool:
        """The only holder of a model that is still wanted leaves the load to somebody else, for another bound."""
        return self._needed(server) and any(
            not other.draining and aisle.model not in other.warm and not self._needed(other)
            for other in aisle.able.values()
        )

    def _needed(self, server: Server) -> bool:
        return any(self.waiting.get(model) and self._only_holder(server, model) for model in server.warm)

    def _only_holder(self, server: Server, model: str) -> bool:
        holders = self.holders.get(model, {})
        return not holders or (len(holders) == 1 and server.id in holders)
