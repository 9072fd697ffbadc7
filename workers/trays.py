"""Empty folders for what attempts make: kept, so that none has to be made between an assignment and its start."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Trays:
    """Below `base`; each belongs to one attempt at a time. For any thread."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._empty: list[Path] = []

    @contextmanager
    def one(self) -> Iterator[Path]:
        """Empty, and emptied afterwards; raises OSError where none can be made."""
        try:
            tray = self._empty.pop()
        except IndexError:
            tray = Path(tempfile.mkdtemp(dir=self._base))
        try:
            yield tray
        finally:
            if emptied(tray):
                self._empty.append(tray)


def emptied(folder: Path) -> bool:
    """Whether all of it could be removed; what is stuck there stays, and the folder with it."""
    try:
        for path in folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        return False
    return True
