"""The private Valkey (or Redis): messages only, so its log of commands is synced once a second."""

import signal
import socket
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from scheduler.standalone.account import Account
from scheduler.standalone.daemon import Daemon, State

SOCKET = "valkey.sock"
PONG = b"+PONG"


class Valkey(Daemon):
    """Valkey on a socket, no port; `fast` keeps nothing on disk."""

    name = "Valkey"
    programs = ("valkey", "redis")
    stop_signal = signal.SIGTERM
    pid_file = "server.pid"

    def __init__(self, folder: Path, sockets: Path, account: Account, program: Path, *, fast: bool = False) -> None:
        super().__init__(folder, sockets / SOCKET, account)
        self._program = program
        self._fast = fast

    def url(self) -> str:
        return f"unix://{quote(str(self.socket))}"

    def prepare(self) -> None:
        self.account.make_private(self.folder)

    def command(self) -> Sequence[str | Path]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "pidfile": str(self.folder / self.pid_file),
            "save": "",
            "appendonly": "no" if self._fast else "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
        }
        return [self._program, *(part for name, value in options.items() for part in (f"--{name}", value))]

    def ask(self, connection: socket.socket) -> State:
        connection.sendall(b"PING\r\n")
        return State.READY if connection.recv(64).startswith(PONG) else State.BUSY
