"""The private PostgreSQL: its folder made once, its settings given at each start, reached by socket only."""

import re
import shutil
import signal
import socket
import struct
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from scheduler.standalone.account import Account
from scheduler.standalone.daemon import Daemon, State
from scheduler.standalone.errors import EmbeddedError

USER = DATABASE = "tessera"
SOCKET = ".s.PGSQL.5432"

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A failing row or statement would put prompts into the log.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "max_connections": "50",
    "shared_buffers": "32MB",
    "max_wal_size": "256MB",
    "min_wal_size": "32MB",
}
# For tests: a crash of the machine may lose everything, a crash of the server nothing (so commits stay synchronous).
FAST_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "100",
}

PROTOCOL_3 = 196608
AUTHENTICATION, ERROR, TERMINATE = b"R", b"E", b"X\x00\x00\x00\x04"
CANNOT_CONNECT_NOW = b"C57P03\x00"


class Postgres(Daemon):
    """PostgreSQL with one database, `tessera`, and one user who needs no password behind a closed folder."""

    name = "PostgreSQL"
    programs = ("postgres",)
    stop_signal = signal.SIGINT  # "fast": ends the sessions, writes a checkpoint
    pid_file = "postmaster.pid"

    def __init__(self, folder: Path, sockets: Path, account: Account, programs: Path, *, fast: bool = False) -> None:
        super().__init__(folder, sockets / SOCKET, account)
        self._programs = programs
        self._fast = fast

    def url(self, database: str = DATABASE) -> str:
        return f"postgresql://{USER}@/{database}?host={quote(str(self.socket.parent))}"

    def prepare(self) -> None:
        if (self.folder / "PG_VERSION").exists():
            self._check_version()
            # A killed postmaster that became a zombie still "lives" for PostgreSQL, which would not start beside it.
            for lock in (self.folder / self.pid_file, self.socket.with_name(f"{SOCKET}.lock")):
                lock.unlink(missing_ok=True)
        else:
            self._create()

    def command(self) -> Sequence[str | Path]:
        settings = (
            SETTINGS | {"unix_socket_directories": str(self.socket.parent)} | (FAST_SETTINGS if self._fast else {})
        )
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [self._programs / "postgres", "-D", self.folder, *options]

    def ask(self, connection: socket.socket) -> State:
        """Begin a session as any client would; only a running server lets it in."""
        body = struct.pack("!i", PROTOCOL_3) + f"user\0{USER}\0database\0{DATABASE}\0\0".encode()
        connection.sendall(struct.pack("!i", len(body) + 4) + body)
        answer = connection.recv(1024)
        if answer.startswith(AUTHENTICATION):
            connection.sendall(TERMINATE)
            return State.READY
        refused_for_good = answer.startswith(ERROR) and CANNOT_CONNECT_NOW not in answer
        return State.READY if refused_for_good else State.BUSY  # e.g. all connections taken: it runs

    def _create(self) -> None:
        """Build the folder under another name first, so that a killed first start leaves no half-made one."""
        fresh = self.folder.with_name(f"{self.folder.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        self.account.make_private(fresh)
        self._run("initdb", "-D", fresh, "-U", USER, "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust",
                  "--data-checksums", *(["--no-sync"] if self._fast else []))  # fmt: skip
        self._run("postgres", "--single", "-D", fresh, "postgres", stdin=f"create database {DATABASE}\n")
        fresh.rename(self.folder)

    def _run(self, program: str, *arguments: str | Path, stdin: str = "") -> None:
        done = self.account.run([self._programs / program, *arguments], cwd=self.folder.parent, stdin=stdin)
        if done.returncode != 0:
            raise EmbeddedError(f"PostgreSQL's {program} could not make {self.folder}:\n{done.stderr.strip()}")

    def _check_version(self) -> None:
        made_by = (self.folder / "PG_VERSION").read_text().strip()
        said = self.account.run([self._programs / "postgres", "--version"], cwd=self.folder.parent).stdout
        found = re.search(r"\d+", said)
        if found is None or found.group() != made_by:
            raise EmbeddedError(
                f"{self.folder} was made by PostgreSQL {made_by}, but what is installed says: {said.strip()}. "
                f"Install PostgreSQL {made_by}, or move the data with pg_dump."
            )
