"""Somebody without any rights, who starts Tessera while root runs the tests."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scheduler.standalone.account import Account


@dataclass(frozen=True, slots=True)
class NormalUser:
    """`python` is one that they may run."""

    account: Account
    home: Path
    python: Path

    @property
    def program(self) -> list[str | Path]:
        return [self.python, "-c", "from scheduler.cli import app; app()"]

    @property
    def environment(self) -> dict[str, str]:
        packages = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
        return {"HOME": str(self.home), "PYTHONPATH": packages, "LD_LIBRARY_PATH": str(libraries_of(self.python))}

    @property
    def rights(self) -> dict[str, Any]:
        return {"user": self.account.uid, "group": self.account.gid, "extra_groups": []}


def python_for(account: Account, folder: Path) -> Path | None:
    """This Python; where it is closed to others, as one in root's home is, a copy of it in `folder`. None: no way."""
    here = Path(sys.executable).resolve()
    python = here if account.can_enter(here) else lent_python(here, folder)
    trial: list[str | Path] = ["/usr/bin/env", f"LD_LIBRARY_PATH={libraries_of(python)}", python, "-c", "import ssl"]
    return python if account.run(trial, cwd=folder).returncode == 0 else None


def lent_python(python: Path, folder: Path) -> Path:
    """A Python finds its library beside itself; packages are named by PYTHONPATH."""
    library = f"lib/python{sys.version_info.major}.{sys.version_info.minor}"
    unneeded = shutil.ignore_patterns("site-packages", "test", "idlelib", "config-*")
    lent = folder / "bin" / python.name
    lent.parent.mkdir(parents=True)
    shutil.copy2(python, lent)
    shutil.copytree(Path(sys.base_prefix) / library, folder / library, ignore=unneeded, copy_function=linked)
    for shared in libraries_of(python).glob("libpython*.so*"):
        shutil.copy2(shared, folder / "lib")
    return lent


def libraries_of(python: Path) -> Path:
    return python.parents[1] / "lib"


def linked(source: str, target: str) -> None:
    """In place of a copy, which takes longer."""
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)
