"""Asks from time to time which of the models that are on servers can run; the others are not offered."""

import asyncio
from collections.abc import Iterable, Mapping

import structlog

from scheduler.supervisor import Loop
from workers.bench import Bench
from workers.engines.protocol import Served
from workers.holding import Holding

log = structlog.get_logger(__name__)

LOOK_SECONDS = 20.0
NOT_ASKED = "no server was asked yet"


class Readiness:
    """Its tick asks once; what changed is logged, and told with a beat. Before the first answer none is offered."""

    def __init__(self, bench: Bench, holding: Holding) -> None:
        self._bench = bench
        self._holding = holding
        holding.lack(dict.fromkeys(bench.remote, NOT_ASKED))

    def loops(self) -> list[Loop]:
        return [Loop("readiness", self.tick, every=LOOK_SECONDS)] if self._bench.remote else []

    async def tick(self) -> bool:
        self._note(unready(await asyncio.to_thread(self._bench.servers)))
        return False

    def _note(self, now: Mapping[str, str]) -> None:
        before = self._holding.unready
        for model, why in now.items():
            if before.get(model) != why:
                log.warning("model.not_offered", model=model, why=why)
        for model in before.keys() - now.keys():
            log.info("model.offered", model=model)
        self._holding.lack(now)


def unready(servers: Iterable[Served]) -> dict[str, str]:
    """The models that no server can run, and why."""
    listed = list(servers)
    able = {served.model for served in listed if served.trouble is None}
    why: dict[str, list[str]] = {}
    for model, server, trouble in listed:
        if model not in able:
            why.setdefault(model, []).append(f"{server}: {trouble}")
    return {model: "; ".join(said) for model, said in why.items()}
