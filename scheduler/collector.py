"""Python's collector of cycles, kept away from what lives long: a full collection would visit every waiting job."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 10_000  # new objects between two looks at the newest
OLDER = 10  # such looks until those that stayed are looked at as well
OLDEST = 100  # and so on, until all are: nearly never, jobs leave no cycles behind


def calm() -> None:
    """For a process that keeps what it makes: thousands of submits and outcomes a second leave little to collect."""
    gc.set_threshold(YOUNG, OLDER, OLDEST)


@contextmanager
def filling() -> Iterator[None]:
    """For a memory that is filled anew: nothing is collected inside, and what is there afterwards stands aside of all
    collections until the next time."""
    gc.unfreeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()
