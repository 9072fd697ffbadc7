"""How fast the disk commits right now: it changes from minute to minute, so every ratio is taken within one moment."""

import os
import time
from pathlib import Path

from tests.benchmarks.figures import quantile

BLOCK = 8192  # bytes: a page of PostgreSQL
BLOCKS = 256


def probe(folder: Path, times: int = 50) -> float:
    """Median milliseconds of a page written and synced into a file that has its size already."""
    path = folder / "probe.dat"
    handle = os.open(path, os.O_RDWR | os.O_CREAT)
    try:
        os.pwrite(handle, b"\0" * BLOCK * BLOCKS, 0)
        os.fsync(handle)
        seconds = [sync_one(handle, number % BLOCKS) for number in range(times)]
    finally:
        os.close(handle)
        path.unlink()
    return round(quantile(seconds, 0.5) * 1000, 3)


def sync_one(handle: int, place: int) -> float:
    os.pwrite(handle, os.urandom(BLOCK), place * BLOCK)
    started = time.perf_counter()
    os.fdatasync(handle)
    return time.perf_counter() - started
