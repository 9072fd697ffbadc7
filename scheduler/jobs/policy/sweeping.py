"""Drops what is remembered of lines that are gone or were served since: others meet it only while somebody serves."""

from collections import deque
from collections.abc import Iterable
from heapq import heapify

from scheduler.jobs.policy.ageing import Ageing, Step, awaits
from scheduler.jobs.policy.lines import Aisle, Lane


def sweep(ageing: Ageing, aisles: Iterable[Aisle], most: int) -> None:
    """Where there are more than so many entries. `most`: at least twice as many as lines, so that half of these are
    old, and to look at them costs no more than to have put them there."""
    for rises, step in enumerate(ageing.steps):
        if len(step.lines) > most:
            sweep_step(step, rises)
    for lane in (lane for aisle in aisles for row in aisle.rows.values() for lane in row):
        if len(lane.residents) > most:
            sweep_lane(lane)


def sweep_step(step: Step, rises: int) -> None:
    pairs = zip(step.lines, step.sinces, strict=True)
    left = {line: since for line, since in pairs if awaits(line, since, rises)}
    step.lines, step.sinces = deque(left), deque(left.values())


def sweep_lane(lane: Lane) -> None:
    lane.residents = [entry for entry in lane.residents if entry[3].entry is entry]
    heapify(lane.residents)
