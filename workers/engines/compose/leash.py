"""Becomes a program that ends with whoever started it, however that ends: `python leash.py PARENT PROGRAM ARGUMENT...`.

A worker that is killed cannot end its ffmpeg, and ffmpeg does not mind that nobody listens. Only Linux can promise
this; elsewhere it goes on to the end of its film. Run by path: it needs nothing of ours.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2)


def main() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(sys.argv[1]):
        sys.exit("whoever wanted it is gone")
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - the program and its arguments are its caller's


if __name__ == "__main__":
    main()
