"""PostgreSQL's own pg_dump and pg_restore: beside the embedded server or on PATH, told the password in private."""

import asyncio
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from scheduler.errors import TesseraError
from scheduler.standalone.binaries import DEBIAN_POSTGRES, POSTGRES_WHEEL


class BackupError(TesseraError):
    """The backup or restore could not be done; the message says why."""


def program(name: str, major: int) -> Path:
    """A `pg_dump` or `pg_restore` that knows servers of this major version."""
    for found in candidates(name):
        if version(found) >= major:
            return found
    raise BackupError(f"No {name} of PostgreSQL {major} or later was found. Put one on PATH.")


def candidates(name: str) -> Iterator[Path]:
    spec = importlib.util.find_spec(POSTGRES_WHEEL)
    for place in (spec.submodule_search_locations or []) if spec else []:
        yield Path(place) / "pginstall/bin" / name
    if on_path := shutil.which(name):
        yield Path(on_path)
    yield from sorted(DEBIAN_POSTGRES.glob(f"*/bin/{name}"), reverse=True)


def version(path: Path) -> int:
    """The major version; 0 for what does not run here."""
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 - a path that was looked for
    except OSError:
        return 0
    found = re.search(r"(\d+)\.", said)
    return int(found.group(1)) if found else 0


async def run(path: Path, database_url: str, options: Sequence[str | Path]) -> None:
    """Run to the end; raises BackupError with what the program said."""
    address, password = without_password(database_url)
    process = await asyncio.create_subprocess_exec(
        path,
        f"--dbname={address}",
        *options,
        env={**os.environ, **({"PGPASSWORD": password} if password else {})},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    if process.returncode != 0:
        lines = said.decode(errors="replace").strip().splitlines()
        raise BackupError(f"{path.name} failed: {lines[0] if lines else f'exit code {process.returncode}'}")


def without_password(url: str) -> tuple[str, str | None]:
    """The address without the password, which would be seen in the list of processes, and the password. One in the
    query counts more than one before the host, as it does for PostgreSQL's own programs."""
    parts = urlsplit(url)
    address, _, query = url.partition("?")
    password = None if parts.password is None else unquote(parts.password)
    if parts.password is not None:
        host = parts.netloc.rpartition("@")[2]
        address = f"{parts.scheme}://{quote(unquote(parts.username or ''))}@{host}{parts.path}"
    kept = []
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        if unquote(name) == "password":
            password = unquote(value)
        else:
            kept.append(pair)
    return address + ("?" + "&".join(kept) if kept else ""), password
