"""Asks the other kinds of processes about themselves; the scheduler imports neither bots nor workers."""

import json
import subprocess
import sys
from typing import Any

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
