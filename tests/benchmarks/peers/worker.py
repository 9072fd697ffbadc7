"""A peer's worker in a process of its own: `python -m tests.benchmarks.peers.worker NAME DATABASE_URL REDIS_URL`.

What it prints for each job is how many nanoseconds passed since the job was put.
"""

import sys
import time
from typing import cast

import uvloop

from tests.benchmarks.peers.protocol import WorkingPeer
from tests.benchmarks.peers.run import peer


def body(moment: int) -> None:
    print(time.monotonic_ns() - moment, flush=True)


if __name__ == "__main__":
    uvloop.run(cast(WorkingPeer, peer(*sys.argv[1:4])).work(body))
