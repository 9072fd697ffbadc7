"""A new leader in a process of its own: `python -m tests.benchmarks.rebuild DATABASE_URL REDIS_URL`.

Prints as JSON how long it took from its start to lead with all that waits in memory, and the most memory it needed.
"""

import asyncio
import json
import resource
import sys
import time

import uvloop

from scheduler.observability import setup_logging
from tests.benchmarks.house import open_house

PATIENCE_SECONDS = 240.0


async def main(database_url: str, redis_url: str) -> dict[str, float]:
    started = time.perf_counter()
    async with asyncio.timeout(PATIENCE_SECONDS), open_house(database_url, redis_url) as house:
        while house.dispatcher.leader is None:
            await asyncio.sleep(0.01)
        seconds = time.perf_counter() - started
        waiting = len(house.dispatcher.line.jobs)
    kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"waiting": waiting, "seconds": round(seconds, 2), "gib": round(kib / 2**20, 3)}


if __name__ == "__main__":
    setup_logging("error")
    print(json.dumps(uvloop.run(main(sys.argv[1], sys.argv[2]))))
