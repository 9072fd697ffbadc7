"""Outcomes on disk until they are acknowledged: what a killed worker could not say, the next one here says for it."""

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog
from pydantic import ValidationError

from scheduler.errors import SettingsError
from scheduler.wire import AttemptRef, Outcome

log = structlog.get_logger(__name__)

PREFIX = "tessera-outcomes-"
YOUNG_SECONDS = 60.0  # an empty folder that was just made may not be locked yet


class Spool:
    """A folder of this process alone, with a file for each outcome. A disk that takes nothing costs a line in the log:
    the outcome is in memory as well."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, ref: AttemptRef, text: str) -> None:
        """Whole or not at all, whenever this process is killed."""
        path = self._path(ref)
        try:
            path.with_suffix(".new").write_text(text)
            path.with_suffix(".new").replace(path)
        except OSError as error:
            log.warning("spool.failed", error=error.strerror)

    def forget(self, ref: AttemptRef) -> None:
        with suppress(OSError):
            self._path(ref).unlink(missing_ok=True)

    def left(self) -> Iterator[Outcome]:
        """What is there, of this process or of one that was killed; what cannot be read is removed."""
        for path in sorted(self._folder.glob("*.json")):
            try:
                yield Outcome.model_validate_json(path.read_bytes())
            except (ValidationError, OSError):
                log.warning("spool.unreadable", file=path.name)
                path.unlink(missing_ok=True)

    def adopt(self, base: Path) -> None:
        """Take over what processes of this account left behind that do not live any more, and remove their folders."""
        for folder in set(base.glob(f"{PREFIX}*")) - {self._folder}:
            with suppress(OSError), locked(folder):  # somebody's
                if folder.stat().st_uid == os.getuid():
                    self._take_over(folder)

    def _take_over(self, folder: Path) -> None:
        left = list(folder.glob("*.json"))
        if not left and time.time() - folder.stat().st_mtime < YOUNG_SECONDS:
            return
        for path in left:
            path.replace(self._folder / path.name)
        for path in folder.glob("*.new"):
            path.unlink()
        folder.rmdir()

    def _path(self, ref: AttemptRef) -> Path:
        return self._folder / f"{ref.job_id}-{ref.attempt}.json"


@contextmanager
def open_spool(base: Path) -> Iterator[Spool]:
    """A spool below `base`, locked as long as this process lives. Outcomes that are left at the end stay."""
    try:
        base.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
    except OSError as error:
        raise SettingsError(f"TESSERA_WORKER_SPOOL: {error.strerror}: {base}") from None
    try:
        with locked(folder, waits=True):  # for a neighbour who looks whether it is somebody's
            spool = Spool(folder)
            spool.adopt(base)
            yield spool
    finally:
        with suppress(OSError):  # not empty
            folder.rmdir()


@contextmanager
def locked(folder: Path, *, waits: bool = False) -> Iterator[None]:
    """Raises OSError while another process has it, or `waits`."""
    handle = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
        yield
    finally:
        os.close(handle)
