"""Tessera on one machine: servers, migrations, and the settings that its processes share."""

import asyncio
import json
import os
import secrets
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from scheduler.errors import TesseraError
from scheduler.migrate import migrate
from scheduler.standalone.embedded import Addresses, Embedded, hold
from scheduler.standalone.processes import Child, stop_in_order

DEMO_USER = "web:demo"
START_SECONDS = 60.0
LOOK_SECONDS = 0.02


class StartError(TesseraError):
    """A process did not come up; the message says which, and where to look."""


@dataclass(slots=True)
class Machine:
    """What runs on this machine. `seconds` says how long each part took to come up."""

    base: Path
    api_port: int
    addresses: Addresses
    service_key: str
    children: list[Child] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.api_port}"

    @property
    def environment(self) -> dict[str, str]:
        """The settings that make the processes one system; what the user set for the rest stays."""
        admins = [ref for ref in os.environ.get("TESSERA_ADMINS", "").split(",") if ref.strip()]
        return {
            "TESSERA_DATABASE_URL": self.addresses.database_url,
            "TESSERA_REDIS_URL": self.addresses.redis_url,
            "TESSERA_STORE_URL": os.environ.get("TESSERA_STORE_URL") or (self.base / "store").as_uri(),
            "TESSERA_WORKER_SPOOL": os.environ.get("TESSERA_WORKER_SPOOL") or str(self.base / "outcomes"),
            "TESSERA_SERVICE_KEY": self.service_key,
            "TESSERA_API_URL": self.api_url,
            "TESSERA_PORT": str(self.api_port),
            "TESSERA_LOG_LEVEL": os.environ.get("TESSERA_LOG_LEVEL") or "warning",  # what matters stays in sight
            "TESSERA_ADMINS": ",".join([*admins, DEMO_USER]),
        }

    def start(self, name: str, *arguments: str, output: int | None = None) -> Child:
        """Start `python -m ARGUMENTS`; children end before the servers do."""
        child = Child(name, arguments, self.environment, output)
        self.children.append(child)
        child.start()
        return child

    def wait_for(self, what: str, url: str, enough: Callable[[str], bool] = lambda answer: True) -> None:
        """Wait until `url` gives an answer that is enough; raises StartError when a child dies first."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            for child in self.children:
                if child.exit_code is not None:
                    raise StartError(f"The {child.name} stopped at once (exit code {child.exit_code}); see above why.")
            with suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310
                if enough(answer.read().decode()):
                    return
            time.sleep(LOOK_SECONDS)
        raise StartError(f"The {what} did not answer within {START_SECONDS:.0f} s.")

    def wait_for_worker(self) -> None:
        """Wait until the leader has heard a worker."""
        self.wait_for("worker", f"{self.api_url}/metrics", heard_a_worker)


@contextmanager
def prepared(base: Path, api_port: int, environment: Mapping[str, str] = os.environ) -> Iterator[Machine]:
    """Own the data folder, with servers up and migrated; at the end children stop in order, then the servers.

    Given URLs of both servers, nothing embedded is started. Raises EmbeddedError, MigrationError.
    """
    with ExitStack() as stack:
        stack.enter_context(hold(base))
        started = time.perf_counter()
        database_url, redis_url = environment.get("TESSERA_DATABASE_URL"), environment.get("TESSERA_REDIS_URL")
        if not (database_url and redis_url):
            embedded = stack.enter_context(Embedded(base))
            database_url = database_url or embedded.database_url
            redis_url = redis_url or embedded.redis_url
        servers_up = time.perf_counter()
        asyncio.run(migrate(database_url))
        machine = Machine(base, api_port, Addresses(database_url, redis_url), service_key(base, environment))
        machine.seconds |= {"servers": servers_up - started, "migrations": time.perf_counter() - servers_up}
        (base / "store").mkdir(mode=0o700, exist_ok=True)
        stack.callback(lambda: stop_in_order(machine.children))
        yield machine


def service_key(base: Path, environment: Mapping[str, str]) -> str:
    """The key between bots and scheduler: the one that is set, or one kept with the data."""
    if given := environment.get("TESSERA_SERVICE_KEY"):
        return given
    path = base / "service.key"
    with suppress(FileNotFoundError):
        return path.read_text().strip()
    key = secrets.token_urlsafe(32)
    path.touch(mode=0o600)
    path.write_text(key)
    return key


def heard_a_worker(metrics: str) -> bool:
    """Whether the leader's gauge of workers is above zero."""
    return any(line.startswith("tessera_workers ") and line != "tessera_workers 0.0" for line in metrics.splitlines())


def free_port() -> int:
    """A port that nobody listens on, chosen by the system."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Running:
    """A Tessera that already runs with a data folder."""

    api_url: str
    service_key: str

    @classmethod
    def at(cls, base: Path) -> "Running | None":
        """What `tessera up` left written while it runs."""
        try:
            return cls(**json.loads((base / "running.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    @contextmanager
    def announced(self, base: Path) -> Iterator[None]:
        """Written for others to find, readable by the owner only, while inside."""
        path = base / "running.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps({"api_url": self.api_url, "service_key": self.service_key}))
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
