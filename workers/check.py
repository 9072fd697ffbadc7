"""Looks at settings, engines and store without starting anything: `python -m workers --check`."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from scheduler.config import describe, load
from scheduler.errors import SettingsError
from workers.bench import Bench
from workers.engines.protocol import ModelOffer, Served
from workers.engines.registry import not_configured, not_installed, remedies, use_gpu
from workers.memory import Memory, memory
from workers.readiness import unready
from workers.scratch import own_folder
from workers.settings import WorkerSettings
from workers.store import Store


@dataclass(slots=True)
class Findings:
    engines: list[ModelOffer] = field(default_factory=list)
    not_installed: dict[str, str] = field(default_factory=not_installed)  # engine -> the extra that brings it
    remedies: dict[str, str] = field(default_factory=remedies)  # engine -> what to install, in words
    not_configured: list[str] = field(default_factory=list)  # engines that wait for a model in tessera.toml
    servers: list[Served] = field(default_factory=list)  # that have models, and what is wrong there
    room: Memory | None = None  # for models
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.problems

    def as_dict(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "engines": [asdict(offer) for offer in self.engines],
            "not_installed": self.not_installed,
            "remedies": self.remedies,
            "not_configured": self.not_configured,
            "servers": self.servers,
            "memory": None if self.room is None else str(self.room),
            "problems": self.problems,
            "settings": [asdict(line) for line in describe(WorkerSettings)],
        }


def check() -> Findings:
    """Everything that can be said without starting."""
    findings = Findings()
    try:
        settings = load(WorkerSettings)
    except SettingsError as error:
        return Findings(problems=str(error).splitlines())
    for look in (engines_load, store_opens, scratch_is_there):
        try:
            look(settings, findings)
        except SettingsError as error:
            findings.problems.append(str(error))
    return findings


def engines_load(settings: WorkerSettings, findings: Findings) -> None:
    try:
        bench = Bench.of(settings.worker_engines, tables=settings.tables, ffmpeg=settings.worker_ffmpeg)
        findings.servers = bench.servers()
        away = unready(findings.servers)
        findings.engines = [offer for offer in bench.offers if offer.model not in away]
        findings.not_configured = not_configured(bench.names)
        findings.room = memory(settings.worker_memory_gib, use_gpu(settings.tables))
    except ImportError as error:  # an engine whose extra is not installed
        raise SettingsError(f"TESSERA_WORKER_ENGINES: {error}") from None


def store_opens(settings: WorkerSettings, findings: Findings) -> None:
    Store.open(settings.store_url)


def scratch_is_there(settings: WorkerSettings, findings: Findings) -> None:
    with own_folder(settings.worker_scratch):
        pass


def lines(findings: Findings) -> list[str]:
    """For people."""
    offered = [f"{offer.capability}: {offer.display_name}, up to {offer.max_side} pixels" for offer in findings.engines]
    away = [f"{engine}: not installed, {remedy}" for engine, remedy in findings.remedies.items()]
    idle = [f"{engine}: no model of it in tessera.toml" for engine in findings.not_configured]
    servers = [f"{model} at {server}: {trouble or 'ready'}" for model, server, trouble in findings.servers]
    room = [] if findings.room is None else [str(findings.room)]
    return [*offered, *away, *idle, *servers, *room, *findings.problems, "ok" if findings.ok else "not ready"]


def show(*, as_json: bool) -> int:
    """Print what was found; the exit code is 0 only if all is well."""
    findings = check()
    print(json.dumps(findings.as_dict()) if as_json else "\n".join(lines(findings)))
    return 0 if findings.ok else 1
