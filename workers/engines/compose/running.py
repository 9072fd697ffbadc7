"""Runs ffmpeg: no shell, no network, nothing of our environment; ended when nobody wants its work any more."""

import errno
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from workers.engines.protocol import Broken

GLOBAL = ("-hide_banner", "-nostdin", "-nostats", "-y", "-v", "info", "-progress", "pipe:1", "-stats_period", "0.1")
ONLY_FILES = ("-protocol_whitelist", "file")  # before each input
LEASH = (sys.executable, "-I", "-S", str(Path(__file__).with_name("leash.py")))
LOOK_SECONDS = 0.1
LONGEST_SECONDS = 1500.0  # shorter than a job of video may take: what hangs is tried elsewhere
ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
NO_ROOM = b"No space left on device"
TOLD_BYTES = 64 * 1024  # of what it said, from the end


def run(program: Path, arguments: Sequence[str], folder: Path, step: Callable[[int], None]) -> str:
    """What it said, when it has ended well; all names in the arguments are of files in the folder. `step` is called
    every tenth of a second with the frames that are done, and ends it by raising. Raises Broken, and OSError where
    the disk is full."""
    environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    with (folder / "said.txt").open("w+b") as said:
        process = subprocess.Popen(  # noqa: S603 - the arguments are names and numbers of ours
            [*LEASH, str(os.getpid()), str(program), *GLOBAL, *arguments],
            cwd=folder,
            env=environment | {"AV_LOG_FORCE_NOCOLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
        )
        with process:
            try:
                watch(process, step)
            finally:
                if process.poll() is None:
                    process.kill()
        said.seek(max(0, said.seek(0, os.SEEK_END) - TOLD_BYTES))
        told = said.read()
    if process.returncode == 0:
        return told.decode(errors="replace")
    if NO_ROOM in told:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    raise Broken(f"ffmpeg ended with {process.returncode}: {last_line(told)}")


def watch(process: "subprocess.Popen[bytes]", step: Callable[[int], None]) -> None:
    """Until it has nothing more to say and has ended."""
    if process.stdout is None:
        raise ValueError("it was started without a pipe")
    until, frames, rest = time.monotonic() + LONGEST_SECONDS, 0, b""
    pipe = process.stdout.fileno()
    open_still = True
    while open_still or process.poll() is None:
        if time.monotonic() > until:
            raise Broken("ffmpeg took too long")
        step(frames)
        if not open_still:
            time.sleep(LOOK_SECONDS / 10)
        elif select.select([pipe], [], [], LOOK_SECONDS)[0]:
            news = os.read(pipe, 65_536)
            open_still = bool(news)
            *lines, rest = (rest + news).split(b"\n")
            frames = max(
                [frames, *(int(line[6:]) for line in lines if line.startswith(b"frame=") and line[6:].isdigit())]
            )


def last_line(told: bytes) -> str:
    lines = told.decode(errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else ""
