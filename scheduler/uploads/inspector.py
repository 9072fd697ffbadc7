"""Has pictures looked at in processes of their own: what takes too long there, or crashes, harms nothing here."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Literal

import structlog
from pydantic import BaseModel, Field, ValidationError

from scheduler.artifacts.checks import MOST_PIXELS, CheckedPicture, Fault, Unfit
from scheduler.uploads.turns import Turns

AT_ONCE = 2  # pictures that are decoded: each may take some hundred MB
LONGEST_SECONDS = 20.0  # for one picture, of which it may use a few of CPU: the machine may be busy
LAST_SECONDS = 1.0  # for one that has closed its end
IDLE_SECONDS = 120.0  # then the processes end; the next picture waits 0.1 s longer
LONGEST_ANSWER = 6 * MOST_PIXELS  # bytes; more than a PNG of the largest picture
PROGRAM = ("-m", "scheduler.uploads.looking")
ENVIRONMENT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # none of the settings
OF_THE_PICTURE = (signal.SIGPROF, signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL)

log = structlog.get_logger(__name__)


class NotLookedAt(Exception):
    """Nobody can say whether it is a picture; it may be given again."""


class Said(BaseModel):
    """What the other process says of a picture."""

    fault: Fault | None = None
    facts: dict[str, int] = {}
    format: Literal["png", "jpeg"] = "png"
    width: int = 0
    height: int = 0
    size_bytes: int = Field(0, ge=0, le=LONGEST_ANSWER)  # of what follows


class Inspector:
    """The processes start when they are needed, wait for more, and end after a while without any."""

    def __init__(self) -> None:
        self.turns = Turns(AT_ONCE)
        self.idle: list[Process] = []
        self.dismissed: list[Process] = []
        self.ends: asyncio.TimerHandle | None = None

    async def look(self, user_id: int, content: bytes, is_wanted: Callable[[], bool]) -> CheckedPicture:
        """The picture made anew, when it is the user's turn. Raises Unfit, NotLookedAt."""
        async with self.turns.turn(user_id):
            if not is_wanted():
                raise NotLookedAt
            process = self._waiting() or await started()
            try:
                async with asyncio.timeout(LONGEST_SECONDS):
                    said, made = await asked(process, content)
            except (ConnectionError, asyncio.IncompleteReadError):
                raise await ended(process) from None
            except (TimeoutError, ValidationError, asyncio.LimitOverrunError):
                log.warning("upload.no_answer", exit_code=await end(process))
                raise NotLookedAt from None
            except BaseException:
                await end(process)
                raise
            self._rests(process)
        if said.fault:
            raise Unfit(said.fault, **said.facts)
        return CheckedPicture(made, said.format, said.width, said.height)

    def _waiting(self) -> Process | None:
        """One that lives, if there is one."""
        while self.idle:
            process = self.idle.pop()
            if process.returncode is None:
                return process
        return None

    def _rests(self, process: Process) -> None:
        self.idle.append(process)
        if self.ends:
            self.ends.cancel()
        self.ends = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._dismiss)

    def _dismiss(self) -> None:
        self.dismissed = [process for process in [*self.dismissed, *self.idle] if process.returncode is None]
        self.idle = []
        for process in self.dismissed:
            process.kill()

    async def close(self) -> None:
        """End those that wait; those at work end with the requests they work for."""
        if self.ends:
            self.ends.cancel()
        self._dismiss()
        for process in self.dismissed:
            await process.wait()


@asynccontextmanager
async def inspecting() -> AsyncIterator[Inspector]:
    inspector = Inspector()
    try:
        yield inspector
    finally:
        await inspector.close()


async def started() -> Process:
    environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    return await asyncio.create_subprocess_exec(
        sys.executable, *PROGRAM, env=environment, stdin=PIPE, stdout=PIPE, limit=2**20, start_new_session=True
    )


async def asked(process: Process, content: bytes) -> tuple[Said, bytes]:
    """Its answer; raises what pipes raise when it has ended."""
    if process.stdin is None or process.stdout is None:
        raise ValueError("it was started without pipes")
    process.stdin.writelines([len(content).to_bytes(4), content])
    await process.stdin.drain()
    said = Said.model_validate_json(await process.stdout.readuntil(b"\n"))
    return said, await process.stdout.readexactly(said.size_bytes)


async def ended(process: Process) -> Exception:
    """Why there is no answer: the picture, if it broke its decoder or took too much of its time."""
    try:
        async with asyncio.timeout(LAST_SECONDS):  # a signal now may cost it its exit code
            code = await process.wait()
    except TimeoutError:
        code = await end(process)
    log.warning("upload.not_looked_at", exit_code=code)
    return Unfit(Fault.BROKEN) if -code in OF_THE_PICTURE else NotLookedAt()


async def end(process: Process) -> int:
    """At once; its exit code."""
    with suppress(ProcessLookupError):
        process.kill()
    return await process.wait()
