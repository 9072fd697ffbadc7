"""A new leader in a process of its own: `python -m tests.benchmarks.rebuild DATABASE_URL REDIS_URL`.

Prints as JSON how long it took from its start to lead with all that waits in memory, and the most memory it needed.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

import uvloop

from scheduler.observability import setup_logging
from tests.benchmarks.house import open_house

PATIENCE_SECONDS = 240.0


async def main(database_url: str, redis_url: str) -> dict[str, float]:
    started = time.perf_counter()
    async with asyncio.timeout(PATIENCE_SECONDS), open_house(database_url, redis_url) as house:
        while house.parts.dispatcher.leader is None:
            await asyncio.sleep(0.01)
        seconds = time.perf_counter() - started
        waiting = len(house.parts.dispatcher.line.jobs)
    return {"waiting": waiting, "seconds": round(seconds, 2), "gib": round(most_kib() / 2**20, 3)}


def most_kib() -> int:
    """The most resident memory of this program; what getrusage tells counts the parent's at the fork, too."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    setup_logging("error")
    print(json.dumps(uvloop.run(main(sys.argv[1], sys.argv[2]))))
