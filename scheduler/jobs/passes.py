"""Several jobs in one pass of a worker: only those that no other free slot has taken."""

from collections.abc import Sequence

from scheduler.fleet.model import LiveWorker
from scheduler.jobs.line import Line
from scheduler.jobs.queue import Taken

Pass = tuple[LiveWorker, Taken]


def filled(line: Line, passes: Sequence[Pass], now: float) -> list[Pass]:
    """The passes that were taken this moment, with one job more each, in turns, until nobody has room or gets any."""
    full: list[Pass] = []
    growing = list(passes)
    while growing:
        tried = [(worker, taken, line.join(worker, taken, now)) for worker, taken in growing]
        full += [(worker, taken) for worker, taken, more in tried if more is taken]
        growing = [(worker, more) for worker, taken, more in tried if more is not taken]
    return full
