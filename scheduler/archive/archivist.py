"""Writes old jobs into files, then removes their rows: whenever it is stopped, every job is in exactly one whole file.

A file is called `.pending` from the moment it is whole and on disk until the rows of its jobs are gone. The next run
finishes what a stopped one has left.
"""

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg

from scheduler.archive.queries import OldJob, alone, old_jobs, remove
from scheduler.errors import TesseraError
from scheduler.files import PART, sync, whole

PENDING = ".pending"
SUFFIX = ".jsonl.gz"


class ArchiveError(TesseraError):
    """Nothing more could be archived; the message says why."""


@dataclass(frozen=True, slots=True)
class Archived:
    jobs: int
    files: list[Path]


async def archive(connection: asyncpg.Connection, older_than: timedelta, folder: Path, at_once: int) -> Archived:
    """Archive every job that ended before `older_than`, at most `at_once` in a file. Raises ArchiveError."""
    if not await alone(connection):
        raise ArchiveError("Another `tessera archive` is at work.")
    try:
        done = [await finish(connection, pending) for pending in left_in(folder)]
        while jobs := await old_jobs(connection, older_than, at_once):
            done.append(await finish(connection, write(folder, jobs)))
    except OSError as error:
        raise ArchiveError(f"{folder} cannot be used: {error.strerror}.") from None
    return Archived(sum(count for count, _ in done), [file for _, file in done])


def left_in(folder: Path) -> list[Path]:
    """Whole files of which rows may still be there; halves are removed, and the folder is made if it is absent."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for half in folder.glob(f"*{PENDING}{PART}"):
        half.unlink()
    return sorted(folder.glob(f"*{PENDING}"))


def write(folder: Path, jobs: Sequence[OldJob]) -> Path:
    """One file of one line a job, whole and on disk; named by the first and the last job's number."""
    file = folder / f"jobs-{jobs[0].seq:012}-{jobs[-1].seq:012}{SUFFIX}{PENDING}"
    with whole(file) as part, gzip.open(part, "wt", encoding="utf-8", newline="\n") as lines:
        lines.writelines(f"{job.line}\n" for job in jobs)
    return file


async def finish(connection: asyncpg.Connection, pending: Path) -> tuple[int, Path]:
    """Remove the rows of a whole file's jobs, those that are still there, and give the file its name."""
    return await remove(connection, job_ids(pending)), named(pending)


def named(pending: Path) -> Path:
    file = pending.rename(pending.with_name(pending.name.removesuffix(PENDING)))
    sync(file.parent)
    return file


def job_ids(file: Path) -> list[UUID]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [UUID(json.loads(line)["job"]["id"]) for line in lines]
