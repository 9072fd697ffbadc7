"""Drops what is remembered of lines that are gone or were served since: others meet it only while somebody serves."""

from collections import deque
from collections.abc import Iterable
from heapq import heapify

from scheduler.jobs.policy.ageing import Ageing, Step, awaits
from scheduler.jobs.policy.lines import Aisle, Lane
from scheduler.jobs.policy.model import FEW


def sweep(ageing: Ageing, aisles: Iterable[Aisle]) -> None:
    """Whatever was added since the last call, afterwards there are hardly more old entries than others."""
    for rises, step in enumerate(ageing.steps):
        if len(step.lines) > step.most:
            sweep_step(step, rises)
    for lane in (lane for aisle in aisles for row in aisle.rows.values() for lane in row):
        if len(lane.residents) > lane.most:
            sweep_lane(lane)


def sweep_step(step: Step, rises: int) -> None:
    pairs = zip(step.lines, step.sinces, strict=True)
    left = [(line, since) for line, since in pairs if awaits(line, since, rises)]
    step.lines, step.sinces = deque(line for line, _ in left), deque(since for _, since in left)
    step.most = FEW + 2 * len(left)


def sweep_lane(lane: Lane) -> None:
    lane.residents = [entry for entry in lane.residents if entry[3].entry is entry]
    heapify(lane.residents)
    lane.most = FEW + 2 * len(lane.residents)
