"""What the leader has in its hands, for whoever watches."""

from scheduler.jobs.line import Line
from scheduler.observability import REGISTRY, Gauge

WAITING = Gauge("tessera_jobs_waiting", "Jobs waiting, as the leader knows them", registry=REGISTRY)
RUNNING = Gauge("tessera_jobs_running", "Attempts running, as the leader knows them", registry=REGISTRY)
BOOKED = Gauge("tessera_jobs_booked", "Jobs on the agenda, as the leader knows them", registry=REGISTRY)
WORKERS = Gauge("tessera_workers", "Workers heard of lately", registry=REGISTRY)


def show(line: Line) -> None:
    WAITING.set(len(line.queue.jobs))
    RUNNING.set(len(line.running))
    WORKERS.set(len(line.workers))
