"""`python -m tests.benchmarks.swap [--folder MODEL] [--other MODEL] [--json FILE]`: how long a worker's slot takes to
change from one diffusers model to another, with the files in the machine's memory (warm) and not (cold).

There is room for one of them at a time, so that each change unloads the one and loads the other. Cold means that the
kernel was asked to forget the files before; a disk that keeps a cache of its own is not as cold as after a start of the
machine. Without folders both are a tiny model, which shows little.
"""

import argparse
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.diffusion import model_in
from tests.benchmarks.figures import Spread
from workers.bench import Bench
from workers.engines.protocol import Task

NAMES = ("one", "other")
NO_ROOM_GIB = -1.0  # beside the one that is loaded


def changes(folders: Sequence[Path], repetitions: int) -> dict[str, list[float]]:
    """Seconds of each change, there and back in every repetition. What comes before them only warms up."""
    tables = [
        {"model": name, "engine": "diffusers", "folder": str(folder.absolute())}
        for name, folder in zip(NAMES, folders, strict=True)
    ]
    bench = Bench.of(["instant"], NO_ROOM_GIB, tables)
    took: dict[str, list[float]] = {"warm": [], "cold": []}
    for name in NAMES:
        change(bench, name)
    for _ in range(repetitions):
        for kind, seconds in took.items():
            for name, folder in zip(NAMES, folders, strict=True):
                if kind == "cold":
                    forget(folder)
                seconds.append(change(bench, name))
    return took


def change(bench: Bench, model: str) -> float:
    began = time.monotonic()
    bench.load(Task("", 1, "image", model, {}, Path()))
    if bench.warm != (model,):
        raise RuntimeError(f"loaded are {bench.warm}")
    return time.monotonic() - began


def forget(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            file = os.open(path, os.O_RDONLY)
            try:
                os.fsync(file)
                os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(file)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.swap", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--folder", type=Path, help="a model folder; a tiny random model without it")
    parser.add_argument("--other", type=Path, help="another one; the same once more without it")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()
    with model_in(options.folder) as folder:
        took = changes([folder, options.other or folder], options.repetitions)
    found: dict[str, Any] = {kind: Spread.of(seconds, 3).json() for kind, seconds in took.items()}
    print(json.dumps({"seconds": found}, indent=2))
    if options.json:
        options.json.write_text(json.dumps({"seconds": found}, indent=2) + "\n")


if __name__ == "__main__":
    main()
