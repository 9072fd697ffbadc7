"""The processes of the town: started, killed, frozen, told to stop, given a wrong clock or a full disk."""

import asyncio
import os
import resource
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.system.stack import base_environment

ROOT = Path(__file__).parents[2]
SHIM = Path(__file__).parent / "clock_shim"
STOP_SECONDS = 25.0
UNLIMITED = resource.RLIM_INFINITY


@dataclass(slots=True, eq=False)
class Member:
    """One process and those that come after it. `wanted`: it should run; then nobody but the machine may end it."""

    name: str
    arguments: tuple[str, ...]
    settings: dict[str, str]
    folder: Path
    takes_input: bool = False
    process: asyncio.subprocess.Process | None = None
    wanted: bool = False
    frozen: bool = False
    starts: int = 0
    started_at: float = 0.0  # by the clock that only goes forward
    readers: list[asyncio.Task[None]] = field(default_factory=list)
    born: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def clock(self) -> Path:
        return self.folder / f"{self.name}.clock"

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.returncode is None

    @property
    def ended_by_itself(self) -> bool:
        return self.wanted and not self.runs

    @property
    def lived_seconds(self) -> float:
        """Since the present incarnation was started."""
        return time.monotonic() - self.started_at

    async def start(self) -> None:
        """The next incarnation. What it says is piped, so that a full disk is no trouble for its log."""
        self.starts += 1
        self.started_at = time.monotonic()
        environment = {
            **base_environment(),
            **self.settings,
            "PYTHONPATH": os.pathsep.join([str(SHIM), str(ROOT)]),
            "FAULTS_CLOCK": str(self.clock),
        }
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            *self.arguments,
            env=environment,
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE if self.takes_input else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE if self.takes_input else asyncio.subprocess.STDOUT,
            limit=2**20,
        )
        self.wanted, self.frozen = True, False
        said = self.process.stderr if self.takes_input else self.process.stdout
        assert said
        self.readers = [asyncio.create_task(self._write_down(said))]
        self.born.set()

    async def kill(self) -> None:
        """The plug is pulled."""
        self.wanted = False
        self.born.clear()
        if self.process:
            with suppress(ProcessLookupError):
                self.process.kill()
            await self._gone(self.process)

    async def stop(self) -> int | None:
        """SIGTERM, and kill -9 when that does not end it in time; its exit code."""
        self.wanted = False
        self.born.clear()
        if self.process is None:
            return None
        self.thaw()
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self.process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                self.process.kill()
        await self._gone(self.process)
        return self.process.returncode

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)
        self.frozen = True

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)
        self.frozen = False

    def set_clock(self, wrong_by_seconds: float) -> None:
        self.clock.write_text(str(wrong_by_seconds))

    def limit_files(self, size_bytes: int = UNLIMITED) -> None:
        """No file of the process may grow beyond this: writes fail part-way, as on a full disk."""
        if self.process and self.runs:
            with suppress(ProcessLookupError):
                resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (size_bytes, UNLIMITED))

    def _signal(self, number: signal.Signals) -> None:
        if self.process and self.runs:
            with suppress(ProcessLookupError):
                self.process.send_signal(number)

    async def _write_down(self, said: asyncio.StreamReader) -> None:
        with self.log.open("ab") as log:
            while data := await said.read(65_536):
                log.write(data)
                log.flush()

    async def _gone(self, process: asyncio.subprocess.Process) -> None:
        await process.wait()
        await asyncio.gather(*self.readers, return_exceptions=True)
