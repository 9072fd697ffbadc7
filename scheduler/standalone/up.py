"""`tessera up`: everything on one machine, until Ctrl-C."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from scheduler.errors import SettingsError
from scheduler.standalone.asking import ask
from scheduler.standalone.embedded import EmbeddedError, hold
from scheduler.standalone.machine import Machine, Running, StartError, is_free, prepared
from scheduler.standalone.processes import Ending, when_told_to_end

LOOK_SECONDS = 0.2
HIGHEST_PORT = 65_535

Say = Callable[[str], None]


def up(base: Path, say: Say) -> None:
    """Run until told to end; says where the page is, and when a process had to be started again."""
    ending = Ending()
    when_told_to_end(ending.tell)
    with hold(base):
        pass  # whoever runs here already is named before their ports are
    api_port = port("TESSERA_PORT", 8080, "the API")
    web_port = port("TESSERA_WEB_PORT", 8000, "the page")
    with prepared(base, api_port) as machine:
        bots = start_all(machine)
        web = f"http://{os.environ.get('TESSERA_WEB_HOST') or '127.0.0.1'}:{web_port}"
        machine.wait_for("web chat", web)
        machine.wait_for_worker()
        with Running(machine.api_url, machine.service_key).announced(base):
            say(f"Tessera is ready: open {web}")
            say(f"Bots: {', '.join(bots)}. API: {machine.api_url}/openapi.json. Data: {base}. Ctrl-C stops everything.")
            watch(machine, ending, say)
        say("Stopping…")
    say("Stopped. Everything is kept for the next start.")


def port(variable: str, default: int, what: str) -> int:
    """The port to use; SettingsError when it is none, EmbeddedError when another program has it."""
    given = os.environ.get(variable) or str(default)
    if not given.isdecimal() or not 0 < int(given) <= HIGHEST_PORT:
        raise SettingsError(f"{variable}: {given} is no port; it should be a number from 1 to {HIGHEST_PORT} ({what}).")
    chosen = int(given)
    if not is_free("127.0.0.1", chosen):
        raise EmbeddedError(
            f"Port {chosen} for {what} is taken by another program. Set {variable} to another one, for example"
            f" {variable}={free_near(chosen)}."
        )
    return chosen


def free_near(taken: int) -> int:
    """The next higher port that is free."""
    return next((port for port in range(taken + 1, HIGHEST_PORT) if is_free("127.0.0.1", port)), taken)


def start_all(machine: Machine) -> list[str]:
    """Scheduler, worker and bots, in the order in which they are needed; the names of the bots."""
    machine.start("scheduler", "scheduler")
    machine.start("worker", "workers")
    found = ask("bots")  # answers while the scheduler starts
    bots = [bot["bot_id"] for bot in found["bots"]]
    if not bots:
        raise StartError("\n".join(found["problems"]))
    machine.wait_for("scheduler", f"{machine.api_url}/readyz")
    machine.start("bots", "bots", *bots)
    return bots


def watch(machine: Machine, ending: Ending, say: Say) -> None:
    """Start again what dies, until told to stop."""
    while not ending.comes_within(LOOK_SECONDS):
        for child in machine.children:
            code = child.revive(time.monotonic())
            if code is not None:
                say(f"The {child.name} stopped (exit code {code}); starting it again.")
