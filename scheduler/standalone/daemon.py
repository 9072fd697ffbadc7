"""A private server: found by its socket, started in its folder, ended with nothing left behind."""

import os
import signal
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

from scheduler.standalone.account import Account
from scheduler.standalone.errors import EmbeddedError

READY_SECONDS = 120.0  # recovery after a crash may replay a lot
STOP_SECONDS = 10.0
PROBE_SECONDS = 2.0
POLL_SECONDS = 0.01
LOG_TAIL_BYTES = 2000


class State(StrEnum):
    """What a server's socket says."""

    READY = "ready"
    BUSY = "busy"  # somebody is there: starting, recovering, stopping or overloaded
    ABSENT = "absent"


class Daemon(ABC):
    """One server that lives in `folder` and listens on `socket`; the socket, not a pid file, tells whether it runs."""

    name: str
    programs: tuple[str, ...]  # how its process may be called
    stop_signal: signal.Signals
    pid_file: str

    def __init__(self, folder: Path, socket: Path, account: Account) -> None:
        self.folder = folder
        self.socket = socket
        self.account = account
        self.log = folder / "server.log"

    @abstractmethod
    def prepare(self) -> None:
        """Make the folder ready for a start; nothing of an earlier run is alive."""

    @abstractmethod
    def command(self) -> Sequence[str | Path]:
        """The command line that keeps the server in the foreground."""

    @abstractmethod
    def ask(self, connection: socket.socket) -> State:
        """Ask over a fresh connection how the server is; may raise OSError."""

    def start(self) -> None:
        """Return once the server answers; one that runs already is used as it is."""
        if self._settled() is State.READY:
            return
        self._kill_leftovers()
        self.prepare()
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))
        self._await_ready(self.account.launch(self.command(), cwd=self.folder, log=self.log))

    def stop(self) -> None:
        """End the server in order; what does not end within ten seconds is killed."""
        if self._settled() is State.READY:
            pid = int((self.folder / self.pid_file).read_text().split()[0])
            os.kill(pid, self.stop_signal)
            wait_for_end([pid], STOP_SECONDS)
        self._kill_leftovers()

    def state(self) -> State:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PROBE_SECONDS)
            try:
                connection.connect(str(self.socket))
            except (FileNotFoundError, ConnectionRefusedError):
                return State.ABSENT
            except OSError:
                return State.BUSY
            try:
                return self.ask(connection)
            except OSError:
                return State.BUSY

    def processes(self) -> list[int]:
        """The live processes of this server, its children included; empty where the system has no /proc."""
        return [pid for pid in _pids() if _works_in(pid, self.folder, self.programs)]

    def _settled(self) -> State:
        deadline = time.monotonic() + READY_SECONDS
        while (state := self.state()) is State.BUSY:
            if time.monotonic() > deadline:
                raise EmbeddedError(f"{self.name} in {self.folder} does not answer. Look at {self.log}.")
            time.sleep(POLL_SECONDS)
        return state

    def _await_ready(self, pid: int) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while self.state() is not State.READY:
            if not alive(pid):
                raise EmbeddedError(f"{self.name} stopped while starting. {self.log} ends with:\n{self._log_tail()}")
            if time.monotonic() > deadline:
                raise EmbeddedError(f"{self.name} was not ready after {READY_SECONDS:.0f} s. Look at {self.log}.")
            time.sleep(POLL_SECONDS)

    def _kill_leftovers(self) -> None:
        """Nobody answers, so whatever still works in the folder is the rest of a server that was killed."""
        pids = self.processes()
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        if wait_for_end(pids, STOP_SECONDS):
            raise EmbeddedError(f"Processes of an earlier {self.name} do not end: {pids}. Restart the machine.")
        self.socket.unlink(missing_ok=True)

    def _log_tail(self) -> str:
        try:
            return self.log.read_bytes()[-LOG_TAIL_BYTES:].decode(errors="replace").strip()
        except OSError:
            return "(no log)"


def alive(pid: int) -> bool:
    """Whether `pid` runs; a zombie, which a careless PID 1 keeps for ever, does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return not Path("/proc/self").exists()


def wait_for_end(pids: Sequence[int], seconds: float) -> list[int]:
    """Wait until all have ended and return those that have not in time."""
    deadline = time.monotonic() + seconds
    while rest := [pid for pid in pids if alive(pid)]:
        if time.monotonic() > deadline:
            break
        time.sleep(POLL_SECONDS)
    return rest


def _pids() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").glob("[0-9]*"))


def _works_in(pid: int, folder: Path, programs: tuple[str, ...]) -> bool:
    try:
        process = Path(f"/proc/{pid}")
        return (process / "cwd").readlink() == folder and (process / "exe").readlink().name.startswith(programs)
    except OSError:
        return False
