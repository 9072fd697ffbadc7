"""Real processes on real servers: a scheduler, workers and bots that a test starts, kills, freezes and starts again."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from scheduler.client import Scheduler, connect
from scheduler.standalone.machine import free_port, heard_a_worker
from tests.forks import Fork, fork
from tests.system.leaks import secrets_of

SERVICE_KEY = "a-service-key-of-the-tests"
MORE_SECRETS = {
    "TESSERA_LINK_SECRET": "a-link-secret-of-the-tests",
    "TESSERA_WEB_SECRET": "a-web-secret-of-the-tests",
}
START_SECONDS = 30.0
STOP_SECONDS = 20.0
LOOK_SECONDS = 0.05

KNOW_THE_INSTANT_ENGINE = """
    insert into catalogue.models (id, name, display_name, provider, capability, price_tokens, default_width,
                                  default_height, rank)
    values ('instant', 'instant', 'instant (tests)', 'tessera', 'image', 1, 1024, 1024, 1) on conflict do nothing;
    update plans set allowed_models = allowed_models || array['instant']
     where not allowed_models && array['*', 'instant'];
"""


@dataclass(slots=True)
class Running:
    """One process; what it prints goes to `log`."""

    name: str
    process: Fork
    log: Path

    async def stop(self) -> int:
        """SIGTERM; the exit code, or an error if it does not end in time."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_SECONDS):
            return await self.process.wait()

    async def kill(self) -> None:
        """The plug is pulled."""
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGCONT)


@dataclass(slots=True)
class Stack:
    """The servers are the test's; processes are found by name, `scheduler`, `worker`, or the bots' names."""

    folder: Path
    environment: dict[str, str]
    api_port: int
    web_port: int
    running: list[Running] = field(default_factory=list)
    secrets: list[tuple[str, str]] = field(default_factory=list)  # what must be written nowhere, by name

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.api_port}"

    @property
    def web_url(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    async def scheduler(self, **settings: str) -> Running:
        """A scheduler that answers."""
        started = await self.start("scheduler", "scheduler", **settings)
        await self.answers(f"{self.api_url}/readyz", started)
        return started

    async def worker(self, name: str = "worker", engines: str = "instant", **settings: str) -> Running:
        """A worker of which the scheduler has heard."""
        more = {"TESSERA_WORKER_NAME": name, "TESSERA_WORKER_ENGINES": engines}
        started = await self.start(name, "workers", **more, **settings)
        await self.answers(f"{self.api_url}/metrics", started, heard_a_worker)
        return started

    async def bots(self, *names: str, **settings: str) -> Running:
        """A process with these bots; how a test knows that they are up depends on their platform."""
        return await self.start(" ".join(names), "bots", *names, **settings)

    async def web(self, **settings: str) -> Running:
        """The web chat, once its page answers."""
        started = await self.bots("web", **settings)
        await self.answers(self.web_url, started)
        return started

    async def start(self, name: str, *arguments: str, **settings: str) -> Running:
        """`python -m ARGUMENTS` with the settings, and those of the stack."""
        log = self.folder / f"{name.replace(' ', '-')}-{len(self.running)}.log"
        self.secrets.extend(secrets_of({**self.environment, **settings}))
        process = fork(*arguments, env={**base_environment(), **self.environment, **settings}, log=log)
        started = Running(name, process, log)
        self.running.append(started)
        return started

    async def answers(
        self, url: str, running: Running, enough: object = None, *, within: float = START_SECONDS
    ) -> None:
        """Wait until `url` answers with 200 and the text is enough; fails with the log when the process ends first."""
        async with asyncio.timeout(within), aiohttp.ClientSession() as session:
            while True:
                if running.process.returncode is not None:
                    raise AssertionError(f"{running.name} ended:\n{running.log.read_text()}")
                with suppress(aiohttp.ClientError, OSError):
                    async with session.get(url) as answer:
                        text = await answer.text()
                        if answer.status == 200 and (not callable(enough) or enough(text)):
                            return
                await asyncio.sleep(LOOK_SECONDS)

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Scheduler]:
        """A client with the bots' key."""
        async with connect(self.api_url, SERVICE_KEY) as scheduler:
            yield scheduler

    async def end(self) -> None:
        """Stop what still runs, last to first."""
        async with AsyncExitStack() as stack:
            for running in self.running:
                if running.process.returncode is None:
                    stack.push_async_callback(end, running)


async def end(running: Running) -> None:
    """However the test left it."""
    running.thaw()
    try:
        await running.stop()
    except TimeoutError:
        await running.kill()


def base_environment() -> Mapping[str, str]:
    """The environment without a developer's settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TESSERA_")}


def new_stack(folder: Path, database_url: str, redis_url: str) -> Stack:
    api_port, web_port = free_port(), free_port()
    return Stack(
        folder,
        {
            "TESSERA_DATABASE_URL": database_url,
            "TESSERA_REDIS_URL": redis_url,
            "TESSERA_STORE_URL": (folder / "store").as_uri(),
            "TESSERA_SERVICE_KEY": SERVICE_KEY,
            **MORE_SECRETS,
            "TESSERA_PORT": str(api_port),
            "TESSERA_API_URL": f"http://127.0.0.1:{api_port}",
            "TESSERA_WEB_PORT": str(web_port),
            "TESSERA_LOG_FORMAT": "json",
            "TESSERA_CLAIM_SECONDS": "4",
            "TESSERA_LEASE_SECONDS": "6",
        },
        api_port,
        web_port,
    )
