"""The `tessera` command as a person starts it, with a data folder of the test's own."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from scheduler.standalone.daemon import wait_for_end
from scheduler.standalone.machine import free_port
from tests.system.normal_user import NormalUser
from tests.system.stack import base_environment

TESSERA = Path(sys.executable).parent / "tessera"
READY = "Tessera is ready"
START_SECONDS = 60.0
RUN_SECONDS = 60.0
END_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Done:
    code: int | None
    out: str
    err: str


@dataclass(slots=True)
class Up:
    """A `tessera up` that runs; `said` is what it has printed so far."""

    process: asyncio.subprocess.Process
    said: list[str] = field(default_factory=list)

    async def says(self, words: str, within: float = START_SECONDS) -> None:
        """Wait for a line with these words."""
        assert self.process.stdout
        async with asyncio.timeout(within):
            while line := (await self.process.stdout.readline()).decode():
                self.said.append(line)
                if words in line:
                    return
        raise AssertionError(f"never said {words!r}: {''.join(self.said)}")

    async def ends(self, number: signal.Signals) -> int:
        """Send the signal; the exit code."""
        self.process.send_signal(number)
        async with asyncio.timeout(END_SECONDS):
            await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode


@dataclass(slots=True)
class Machine:
    """`data` is the data folder; commands run in `here`, where a person's .env would be, as `user` if there is one."""

    data: Path
    here: Path
    user: NormalUser | None = None
    api_port: int = field(default_factory=free_port)
    web_port: int = field(default_factory=free_port)
    clone: Path | None = None  # run from this folder, instead of what is installed

    @property
    def program(self) -> Sequence[str | Path]:
        if self.user:
            return self.user.program
        return [sys.executable, "-c", "from scheduler.cli import app; app()"] if self.clone else [TESSERA]

    @property
    def environment(self) -> dict[str, str]:
        if self.user:
            return self.user.environment
        return {"PYTHONPATH": str(self.clone)} if self.clone else {}

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.api_port}"

    @property
    def web_url(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    async def begin(self, *arguments: str, **settings: str) -> asyncio.subprocess.Process:
        own = {
            "TESSERA_DATA_DIR": str(self.data),
            "TESSERA_PORT": str(self.api_port),
            "TESSERA_WEB_PORT": str(self.web_port),
            "TESSERA_LEASE_SECONDS": "6",
            "COLUMNS": "120",
        }
        return await asyncio.create_subprocess_exec(
            *self.program,
            *arguments,
            env={**base_environment(), **self.environment, **own, **settings},
            cwd=self.here,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            **(self.user.rights if self.user else {}),
        )

    async def run(self, *arguments: str, **settings: str) -> Done:
        """Run a command to its end."""
        process = await self.begin(*arguments, **settings)
        async with asyncio.timeout(RUN_SECONDS):
            out, err = await process.communicate()
        return Done(process.returncode, out.decode(), err.decode())

    async def up(self, **settings: str) -> Up:
        """A `tessera up` that is ready."""
        up = Up(await self.begin("up", **settings))
        await up.says(READY)
        return up

    def processes(self, words: str = "") -> list[int]:
        """Live processes of this data folder, its servers included, with these words in their command."""
        return [pid for pid in pids() if self.owns(pid) and words in command(pid)]

    def owns(self, pid: int) -> bool:
        process = Path(f"/proc/{pid}")
        with suppress(OSError):
            if (process / "cwd").readlink().is_relative_to(self.data):
                return True
        with suppress(OSError):
            return f"TESSERA_DATA_DIR={self.data}".encode() in (process / "environ").read_bytes().split(b"\0")
        return False

    def kill_all(self) -> None:
        """Nothing stays after a test that failed."""
        found = self.processes()
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_for_end(found, END_SECONDS)


async def run_tessera(*arguments: str, **settings: str) -> Done:
    """A command that needs no data folder, to its end."""
    process = await asyncio.create_subprocess_exec(
        TESSERA,
        *arguments,
        env={**base_environment(), "COLUMNS": "160", **settings},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(RUN_SECONDS):
        out, err = await process.communicate()
    return Done(process.returncode, out.decode(), err.decode())


def pids() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").glob("[0-9]*"))


def command(pid: int) -> str:
    """Empty for a zombie."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
