"""Writes old jobs into files, then removes their rows: whenever it is stopped, every job is in exactly one whole file.

A file is called `.pending` from the moment it is whole and on disk until the rows of its jobs are gone. The next run
finishes what a stopped one has left. A file is named by its first and last job, both gone: no other gets that name.
"""

import gzip
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from scheduler.archive.queries import OldJob, alone, old_jobs, remove, still_there
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
    return Archived(sum(count for count, _ in done), [file for _, file in done if file])


def left_in(folder: Path) -> list[Path]:
    """Whole files of which rows may still be there; halves are removed, and the folder is made if it is absent."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for half in folder.glob(f"*{PENDING}{PART}"):
        half.unlink()
    return sorted(folder.glob(f"*{PENDING}"))


def write(folder: Path, jobs: Sequence[OldJob]) -> Path:
    """One file of one line a job, whole and on disk; named by the first and the last job's number."""
    file = folder / f"{name_of([job.seq for job in jobs])}{PENDING}"
    with whole(file) as part, gzip.open(part, "wt", encoding="utf-8", newline="\n") as lines:
        lines.writelines(f"{job.line}\n" for job in jobs)
    return file


def name_of(numbers: Sequence[int]) -> str:
    return f"jobs-{numbers[0]:012}-{numbers[-1]:012}{SUFFIX}"


async def finish(connection: asyncpg.Connection, pending: Path) -> tuple[int, Path | None]:
    """Remove the rows of a whole file's jobs, those that are still there, take out of the file the jobs that stay, and
    give it its name; None if all of them stay."""
    numbers = numbers_in(pending)
    removed = await remove(connection, list(numbers))
    kept = await still_there(connection, list(numbers))
    if kept:
        leave_out(pending, kept)
    return removed, named(pending, [number for job_id, number in numbers.items() if job_id not in kept])


def leave_out(file: Path, job_ids: Collection[UUID]) -> None:
    """Write it anew, without these jobs."""
    with gzip.open(file, "rt", encoding="utf-8", newline="\n") as lines:
        left = [line for line in lines if id_in(json.loads(line)) not in job_ids]
    with whole(file) as part, gzip.open(part, "wt", encoding="utf-8", newline="\n") as out:
        out.writelines(left)


def named(pending: Path, numbers: Sequence[int]) -> Path | None:
    file = pending.with_name(name_of(numbers)) if numbers else None
    if file:
        pending.rename(file)
    else:
        pending.unlink()
    sync(pending.parent)
    return file


def numbers_in(file: Path) -> dict[UUID, int]:
    """The numbers of a file's jobs by their ids, as they stand in it."""
    with gzip.open(file, "rt", encoding="utf-8", newline="\n") as lines:
        return {id_in(line): line["job"]["seq"] for line in map(json.loads, lines)}


def id_in(line: dict[str, Any]) -> UUID:
    return UUID(line["job"]["id"])
