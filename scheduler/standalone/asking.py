"""Asks the other kinds of processes about themselves; the scheduler imports neither bots nor workers."""

import json
import subprocess
import sys
from dataclasses import asdict
from typing import Any

from scheduler.config import describe
from scheduler.settings import SchedulerSettings

PATIENCE_SECONDS = 60.0


def ask(module: str) -> dict[str, Any]:
    """What `python -m MODULE --check --json` answers: whether all is well, problems, settings, and what it has."""
    answer = subprocess.run(
        [sys.executable, "-m", module, "--check", "--json"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    found: dict[str, Any] = json.loads(answer.stdout.strip().splitlines()[-1])
    return found


DATA_DIR = {
    "variable": "TESSERA_DATA_DIR",
    "default": "",
    "purpose": "where `tessera up` keeps everything; else ~/.local/share/tessera, for root /var/lib/tessera",
}


def all_settings() -> dict[str, list[dict[str, str]]]:
    """The settings of each kind of process; a variable that several share is listed with the first."""
    groups = {
        "scheduler": [asdict(line) for line in describe(SchedulerSettings)],
        "worker": ask("workers")["settings"],
        "bots": ask("bots")["settings"],
        "one machine": [dict(DATA_DIR)],
    }
    seen: set[str] = set()
    for lines in groups.values():
        lines[:] = [line for line in lines if line["variable"] not in seen]
        seen |= {line["variable"] for line in lines}
    return groups
