"""A folder for unfinished files, of this process alone; folders that killed workers left behind are removed."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scheduler.errors import SettingsError

PREFIX = "tessera-worker-"
YOUNG_SECONDS = 60.0  # a folder that was just made may not be locked yet


@contextmanager
def own_folder(base: Path) -> Iterator[Path]:
    """A fresh folder below `base`, locked as long as this process lives, removed at the end."""
    try:
        base.mkdir(parents=True, exist_ok=True)
        remove_abandoned(base)
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
    except OSError as error:
        raise SettingsError(f"TESSERA_WORKER_SCRATCH: {error.strerror}: {base}") from None
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield folder
    finally:
        os.close(handle)
        shutil.rmtree(folder, ignore_errors=True)


def remove_abandoned(base: Path) -> None:
    for folder in base.glob(f"{PREFIX}*"):
        with suppress(OSError):  # somebody's, or gone meanwhile
            if time.time() - folder.lstat().st_mtime > YOUNG_SECONDS:
                remove_unlocked(folder)


def remove_unlocked(folder: Path) -> None:
    """Raises OSError when its process lives, or when it is not a folder of ours."""
    handle = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(handle).st_uid == os.getuid():
            shutil.rmtree(folder)
    finally:
        os.close(handle)
