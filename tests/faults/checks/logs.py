"""No process says that it failed. A fault is expected, and what people are told then; an error of our own is not, and
clients ask again after an answer of 500, so that nothing else would show it. And none says a secret."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from tests.faults.acting import Doings
from tests.faults.checks.model import Check, Key
from tests.system.leaks import leaks, secrets_of

NOTICES = {"model.paused", "worker.aside"}  # loud, too, and right where engines fail
LOUD = {"error", "critical"}
SHOWN = 300  # characters


def errors(log: Path) -> Iterator[str]:
    """Lines of level error or worse that are no notices, and the heads of bare tracebacks."""
    for line in log.read_text(errors="replace").splitlines() if log.exists() else ():
        if line.startswith("Traceback"):
            yield line
        with suppress(ValueError, TypeError, KeyError):  # a line cut by a kill, or no log line
            said = json.loads(line)
            if said["level"] in LOUD and said["event"] not in NOTICES:
                yield line[:SHOWN]


async def own_errors(doings: Doings) -> Sequence[str]:
    return [f"{name}: {line}" for name, member in doings.town.members.items() for line in errors(member.log)]


async def told_secrets(doings: Doings) -> Sequence[str]:
    """Those that a member was given, and those that were made meanwhile."""
    members = doings.town.members.values()
    secrets = [secret for member in members for secret in secrets_of(member.settings)]
    return leaks(secrets, {member.name: member.log.read_bytes() for member in members if member.log.exists()})


CHECKS = [
    Check(Key.RULE_BREAKS, "errors that no fault explains", own_errors),
    Check(Key.RULE_BREAKS, "secrets in a log", told_secrets),
]
