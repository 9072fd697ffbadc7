"""Processes of `python -m MODULE` forked from one that has imported all they need: half of what their start costs."""

import asyncio
import multiprocessing
import os
import runpy
import signal
import sys
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    ["scheduler.__main__", "workers.__main__", "bots.__main__", "bots.telegram.run", "bots.discord.run", "bots.web.run"]
)


class Fork:
    """A process of its own; what tests need of asyncio's `Process`."""

    def __init__(self, child: ForkServerProcess) -> None:
        self._child = child
        self._ended = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(child.sentinel, self._end)

    def _end(self) -> None:
        self._loop.remove_reader(self._child.sentinel)
        self._child.join()
        self._ended.set()

    @property
    def pid(self) -> int:
        assert self._child.pid
        return self._child.pid

    @property
    def returncode(self) -> int | None:
        """None while it runs; minus the number of the signal that ended it."""
        return self._child.exitcode

    def send_signal(self, number: int) -> None:
        """ProcessLookupError once it has ended, like asyncio's."""
        if self.returncode is not None:
            raise ProcessLookupError
        os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        await self._ended.wait()
        assert self.returncode is not None
        return self.returncode


def fork(*arguments: str, env: Mapping[str, str], log: Path | None = None) -> Fork:
    """Run `python -m ARGUMENTS` with this environment and no other; what it says goes to `log`, or where ours goes."""
    if log:
        log.touch()
    child = CONTEXT.Process(target=enter, args=(arguments, dict(env), log), daemon=True)
    child.start()
    return Fork(child)


def enter(arguments: tuple[str, ...], environment: Mapping[str, str], log: Path | None) -> None:
    """In the new process: become what was asked for."""
    os.environ.clear()
    os.environ.update(environment)
    if log:
        with log.open("ab") as output:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
    sys.argv = list(arguments)
    sys.modules.pop(f"{arguments[0]}.__main__", None)  # it runs as `__main__` itself
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
