"""The thread of one slot; it stays, for making one takes longer than all the rest of a start."""

import threading
from collections.abc import Callable
from queue import SimpleQueue

BEGINS_WITHIN_SECONDS = 0.05
ENDS_WITHIN_SECONDS = 1.0

Work = Callable[[], None]


class Hand:
    """Does one thing at a time. One that never comes back is left behind: nobody waits for it, not even the end of the
    process."""

    def __init__(self) -> None:
        self._given: SimpleQueue[Work | None] = SimpleQueue()
        self._taken = threading.Semaphore(0)
        self._thread: threading.Thread | None = None

    def do(self, work: Work) -> None:
        """Begin it; returns when it has begun, so that what the caller does next does not come before it."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._live, name="hand", daemon=True)
            self._thread.start()
        self._given.put(work)
        self._taken.acquire(timeout=BEGINS_WITHIN_SECONDS)

    def dismiss(self) -> None:
        """There is no more to do; what it does now is not waited for long."""
        self._given.put(None)
        if self._thread:
            self._thread.join(ENDS_WITHIN_SECONDS)

    def _live(self) -> None:
        while work := self._given.get():
            self._taken.release()
            work()
