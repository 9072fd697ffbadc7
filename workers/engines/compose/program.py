"""Finds an ffmpeg that can do what films need: the configured one, the system's, or that of imageio-ffmpeg."""

import shutil
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from workers.engines.protocol import Broken
from workers.engines.registry import BadProgram

NEEDED = {
    "-filters": ("acrossfade", "amix", "loudnorm", "overlay", "tpad", "xfade"),
    "-encoders": ("aac", "libx264"),
}
PATIENCE_SECONDS = 20.0


def find(configured: Path | None) -> Path:
    """The program to run. Raises BadProgram of the configured one, Broken where there is none at all."""
    if configured is not None:
        if trouble := unable(configured):
            raise BadProgram(f"{configured}: {trouble}")
        return configured
    found = next((path for path in candidates() if unable(path) is None), None)
    if found is None:
        raise Broken("there is no ffmpeg here that can make films")
    return found


def candidates() -> Iterator[Path]:
    """Those that nobody configured, best first."""
    if system := shutil.which("ffmpeg"):
        yield Path(system)
    try:
        import imageio_ffmpeg

        yield Path(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError):  # RuntimeError: none for this machine in the package
        return


@lru_cache
def unable(path: Path) -> str | None:
    """Why the program cannot make films."""
    for question, names in NEEDED.items():
        try:
            done = subprocess.run(  # noqa: S603 - a program that the operator chose
                [str(path), "-hide_banner", question],
                capture_output=True,
                text=True,
                stdin=subprocess.DEVNULL,
                timeout=PATIENCE_SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"it cannot be run ({type(error).__name__})"
        has = {words[1] for line in done.stdout.splitlines() if len(words := line.split()) > 1}
        if lacks := [name for name in names if name not in has]:
            return f"it lacks {', '.join(lacks)}"
    return None
