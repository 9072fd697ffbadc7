"""A wall clock that a test can set, in a process that has this folder on its PYTHONPATH.

The file named by FAULTS_CLOCK holds the seconds by which the clock is wrong; it may change at any time. Covered are
`time.time`, `time.time_ns`, `time.gmtime` and `time.localtime` of now, and `datetime.now`, `utcnow` and `today`; clocks
that libraries read in C, monotonic clocks (which never jump) and those of the servers are as they are.
"""

import datetime
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

LOOK_SECONDS = 0.1
real_time, real_time_ns, real_gmtime, real_localtime = time.time, time.time_ns, time.gmtime, time.localtime
RealDatetime = datetime.datetime


class Wrong:
    """By how much, as the file said when it was last looked at."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.seconds = 0.0
        self.looked_at = -LOOK_SECONDS

    def by(self) -> float:
        if time.monotonic() - self.looked_at >= LOOK_SECONDS:
            self.looked_at = time.monotonic()
            with suppress(OSError, ValueError):  # nothing was set, or it is being written this moment
                self.seconds = float(self.path.read_text() or 0)
        return self.seconds


def install(wrong: Wrong) -> None:
    class Likeness(type):
        """What C code makes is one of ours, too."""

        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, RealDatetime)

        def __subclasscheck__(cls, kind: type) -> bool:
            return issubclass(kind, RealDatetime)

    class Datetime(RealDatetime, metaclass=Likeness):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return RealDatetime.fromtimestamp(time.time(), tz)

        @classmethod
        def utcnow(cls) -> Any:
            return RealDatetime.fromtimestamp(time.time(), datetime.UTC).replace(tzinfo=None)

        @classmethod
        def today(cls) -> Any:
            return RealDatetime.fromtimestamp(time.time())

    changed: dict[str, Any] = {
        "time": lambda: real_time() + wrong.by(),
        "time_ns": lambda: real_time_ns() + int(wrong.by() * 1e9),
        "gmtime": lambda seconds=None: real_gmtime(time.time() if seconds is None else seconds),
        "localtime": lambda seconds=None: real_localtime(time.time() if seconds is None else seconds),
    }
    for name, function in changed.items():
        setattr(time, name, function)
    Datetime.__name__ = Datetime.__qualname__ = "datetime"
    Datetime.__module__ = "datetime"
    datetime.datetime = Datetime  # type: ignore[misc]  # before anything imports it


if path := os.environ.get("FAULTS_CLOCK"):
    install(Wrong(Path(path)))
