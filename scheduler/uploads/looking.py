"""`python -m scheduler.uploads.looking`: looks at pictures, one after another, in a process that may do nothing else.

In: the length of a picture in four bytes, and the picture. Out: a line of JSON, and what was made of it. Decoders are
where strangers' bytes meet C: here they have so much memory, so many seconds of CPU for each picture, no files to
write, and none of the scheduler's settings. A picture that takes more ends the process.
"""

import json
import os
import resource
import signal
import sys
from contextlib import suppress

from scheduler.artifacts.checks import Fault, Unfit, checked_picture

CPU_SECONDS = 5.0  # for one picture; the largest PNG takes 3
NICENESS = 10  # behind whoever answers requests
MOST_MEMORY = 2**30  # of addresses; the largest picture needs 700 MB
LIMITS = {
    resource.RLIMIT_AS: MOST_MEMORY,
    resource.RLIMIT_FSIZE: 0,
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_NOFILE: 64,
}


def main() -> None:
    """Until the other end is closed."""
    confine()
    given, answers = sys.stdin.buffer, sys.stdout.buffer
    while length := given.read(4):
        report, made = looked_at(given.read(int.from_bytes(length)))
        answers.write(json.dumps(report).encode() + b"\n" + made)
        answers.flush()


def confine() -> None:
    """From here on. Told to end are the scheduler and whoever else is with it; this process ends with the scheduler."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.nice(NICENESS)
    load_decoders()
    for kind, most in LIMITS.items():
        with suppress(ValueError, OSError):  # not every system has all of them
            resource.setrlimit(kind, (most, most))


def load_decoders() -> None:
    """Now, while files may be opened, and not while somebody waits."""
    from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

    _ = ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin
    Image.preinit()


def looked_at(content: bytes) -> tuple[dict[str, object], bytes]:
    """What is said of a picture, and the picture made anew."""
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)  # SIGPROF ends the process, in the midst of a decoder too
    try:
        picture = checked_picture(content)
    except MemoryError:
        return {"fault": Fault.BROKEN}, b""
    except Unfit as unfit:
        return {"fault": unfit.fault, "facts": unfit.facts}, b""
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    shape = {"format": picture.format, "width": picture.width, "height": picture.height}
    return {**shape, "size_bytes": len(picture.content)}, picture.content


if __name__ == "__main__":
    main()
