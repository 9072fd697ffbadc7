"""Processes beside this one: schedulers, workers and peers' workers, as an operator starts them."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp

START_SECONDS = 30.0
STOP_SECONDS = 10.0
LOOK_SECONDS = 0.05
ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def running(*arguments: str, **settings: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`python -m ARGUMENTS` with the settings and nobody else's, while inside; what it prints can be read."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TESSERA_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *arguments,
        cwd=ROOT,
        env={**clean, "PYTHONPATH": str(ROOT), "TESSERA_LOG_LEVEL": "error", **settings},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def answers(url: str, process: asyncio.subprocess.Process) -> None:
    """Wait until the address says that it is ready."""
    async with asyncio.timeout(START_SECONDS), aiohttp.ClientSession() as session:
        while process.returncode is None:
            with suppress(aiohttp.ClientError, OSError):
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(LOOK_SECONDS)
    raise RuntimeError(f"the process behind {url} ended with {process.returncode}")


async def said(process: asyncio.subprocess.Process) -> str:
    """The next line that the process prints."""
    assert process.stdout
    async with asyncio.timeout(START_SECONDS):
        return (await process.stdout.readline()).decode().strip()
