"""Python's collector of cycles, kept away from what lives long: a full collection would visit every waiting job."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
