"""Child processes of one machine: started with their settings, started again when they die, ended in order."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from types import FrameType

PR_SET_PDEATHSIG = 1  # prctl(2)
GRACE_SECONDS = 25.0
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0  # a child that ran this long has earned a quick restart


def end_with_parent() -> None:
    """In the child, before exec: SIGTERM when the parent dies, so that a killed `up` leaves nothing behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def when_told_to_end(handler: Callable[[int, FrameType | None], object]) -> None:
    """Call it at Ctrl-C, at SIGTERM, and when the terminal is closed (unless `nohup` said that this is no reason)."""
    signal.signal(signal.SIGINT, handler)
    signal.signal(signal.SIGTERM, handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, handler)


class Ending:
    """Whether it is to end, as signals tell. They come whenever they like, several at a time, also while one is being
    told or asked after: a lock that is taken then, as an Event has one, would never be given back."""

    def __init__(self) -> None:
        self.told: SimpleQueue[int] = SimpleQueue()

    def tell(self, number: int, _frame: FrameType | None) -> None:
        self.told.put(number)

    def comes_within(self, seconds: float) -> bool:
        try:
            self.told.get(timeout=seconds)
        except Empty:
            return False
        return True


@dataclass(slots=True)
class Child:
    """`python -m MODULE ARGUMENTS`, in a session of its own: Ctrl-C in the terminal reaches only the parent."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    output: int | None = None  # file descriptor for what it prints; None: the parent's
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    started_at: float = 0.0
    next_start: float = field(default=0.0)

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", *self.arguments],
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            stderr=self.output,
            start_new_session=True,
            preexec_fn=end_with_parent,  # safe: no other thread holds a lock here
        )
        self.started_at = time.monotonic()

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self.process.poll() if self.process else None

    def revive(self, now: float) -> int | None:
        """Start again if it has died, after a pause that grows; returns the exit code when it has just died."""
        code = self.exit_code
        if code is None:
            return None
        if self.next_start == 0.0:
            self.failures = 0 if now - self.started_at > STEADY_SECONDS else self.failures + 1
            self.next_start = now + min(0.5 * 2**self.failures, LONGEST_PAUSE_SECONDS)
            return code
        if now >= self.next_start:
            self.next_start = 0.0
            self.start()
        return None

    def stop(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """SIGTERM, and SIGKILL for what has not ended after the grace."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def stop_in_order(children: Sequence[Child], grace_seconds: float = GRACE_SECONDS) -> None:
    """End children last to first, each before the next: bots, then workers, then the scheduler."""
    for child in reversed(children):
        child.stop(grace_seconds)
