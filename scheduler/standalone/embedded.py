"""Private PostgreSQL and Valkey in one data folder, for a Tessera that was given no servers."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TextIO

from scheduler.standalone import binaries
from scheduler.standalone.account import ROOT, Account
from scheduler.standalone.errors import EmbeddedError
from scheduler.standalone.postgres import Postgres
from scheduler.standalone.valkey import Valkey

__all__ = ["Addresses", "Embedded", "EmbeddedError", "default_base", "hold"]

LONGEST_SOCKET_FOLDER = 85  # bytes; the system allows 104 to 108 for the whole path of a socket


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the two servers can be reached, by anybody who may enter their socket folder."""

    database_url: str
    redis_url: str


def default_base() -> Path:
    """The data folder: TESSERA_DATA_DIR, else the usual place for this account."""
    if chosen := os.environ.get("TESSERA_DATA_DIR"):
        return Path(chosen).expanduser()
    if os.geteuid() == ROOT:  # the servers run as `nobody`, who cannot enter /root
        return Path("/var/lib/tessera")
    home = os.environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local/share") / "tessera"


@contextmanager
def hold(base: Path) -> Iterator[None]:
    """Own the data folder while inside; raises EmbeddedError with the owner's pid if another process does."""
    _make(base)
    with _open(base / "owner.lock") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise EmbeddedError(
                f"Tessera is already running with this data folder (pid {file.read().strip() or 'unknown'}): {base}. "
                "Stop that one first, or set TESSERA_DATA_DIR to another folder."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


class Embedded:
    """The two servers of one data folder; starts and stops from several processes wait for each other."""

    def __init__(self, base: Path, *, fast: bool = False) -> None:
        self.base = base.expanduser().absolute()
        self._fast = fast

    def start(self) -> Addresses:
        """Return once both answer; servers that run already are used as they are. Raises EmbeddedError."""
        _make(self.base)
        with self._alone():
            postgres, valkey = self._servers()
            try:
                with ThreadPoolExecutor(2) as threads:
                    starts = [threads.submit(server.start) for server in (postgres, valkey)]
                for start in starts:
                    start.result()
            except BaseException:
                with suppress(EmbeddedError, OSError):
                    valkey.stop()
                    postgres.stop()
                raise
            return Addresses(postgres.url(), valkey.url())

    def stop(self) -> None:
        """End both in order; does nothing where none runs. Raises EmbeddedError."""
        if not self.base.exists():
            return
        with self._alone(), ThreadPoolExecutor(2) as threads:
            for stopped in [threads.submit(server.stop) for server in self._servers()]:
                stopped.result()

    def __enter__(self) -> Addresses:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _servers(self) -> tuple[Postgres, Valkey]:
        base, account = self.base.resolve(), Account.choose()
        if not account.can_enter(base):
            raise EmbeddedError(
                f"The servers run as {account.name or 'this user'}, who cannot enter {base}. "
                "Set TESSERA_DATA_DIR to a folder that others may enter, for example /var/lib/tessera."
            )
        sockets = account.make_private(_socket_folder(base))
        postgres = binaries.postgres_folder(account, base)
        valkey = binaries.valkey_program(account, base)
        return (
            Postgres(base / "postgres", sockets, account, postgres, fast=self._fast),
            Valkey(base / "valkey", sockets, account, valkey, fast=self._fast),
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with _open(self.base / "servers.lock") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                yield
            except OSError as error:
                raise EmbeddedError(f"The data folder {self.base} cannot be used: {error}.") from error


def _make(base: Path) -> None:
    """Make the data folder; root's can be entered (not listed) by others, because `nobody` works inside."""
    try:
        if not base.exists():
            base.mkdir(parents=True)
            base.chmod(0o711 if os.geteuid() == ROOT else 0o700)
    except OSError as error:
        raise EmbeddedError(
            f"The data folder {base} cannot be made: {error.strerror}. Set TESSERA_DATA_DIR to a folder of yours."
        ) from error


def _open(lock: Path) -> TextIO:
    try:
        return lock.open("a+")
    except OSError as error:
        raise EmbeddedError(
            f"The data folder {lock.parent} cannot be written: {error.strerror}. "
            "Set TESSERA_DATA_DIR to a folder of yours."
        ) from error


def _socket_folder(base: Path) -> Path:
    """Inside the data folder, or in a short one named after it where the system's limit forbids that."""
    inside = base / "run"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER:
        return inside
    return Path("/tmp") / f"tessera-{hashlib.sha256(os.fsencode(base)).hexdigest()[:16]}"  # noqa: S108 - checked for its owner
