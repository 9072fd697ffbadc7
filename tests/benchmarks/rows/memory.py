"""memory: a new leader's memory and how long it takes to lead, with as many jobs waiting as there may be."""

import json

from tests.benchmarks import crowd
from tests.benchmarks.figures import Line, Row, Spread
from tests.benchmarks.peers.run import flush
from tests.benchmarks.plan import Plan
from tests.benchmarks.process import running
from tests.benchmarks.servers import Servers

FULL = "bench_full"
ALLOWED_BYTES = 1e9


async def measure(servers: Servers, plan: Plan) -> Row:
    await crowd.build(servers, FULL, plan.most_waiting // plan.users, whole=False)
    told = [await rebuilt(servers) for _ in range(plan.rebuilds)]
    await servers.execute(f"drop database {FULL} with (force)")
    seconds, gib = (Spread.of(one[name] for one in told) for name in ("seconds", "gib"))
    room = Spread.of(ALLOWED_BYTES / (one["gib"] * 2**30) for one in told)
    return Row(
        "memory",
        f"a new leader with {plan.most_waiting:,} jobs waiting",
        "leads within 30 s, in under 1 GB",
        "1 GB by the most that it took",
        Line("Tessera", room, None, milliseconds(seconds.median), milliseconds(seconds.max), "until it leads"),
        facts={"waiting": told[0]["waiting"], "rebuild_seconds": seconds, "memory_gib": gib},
    )


def milliseconds(seconds: float) -> Spread:
    return Spread.of([seconds * 1000])


async def rebuilt(servers: Servers) -> dict[str, float]:
    await flush(servers.redis_url)
    async with running("tests.benchmarks.rebuild", servers.url(FULL), servers.redis_url) as process:
        answer, _ = await process.communicate()
    told: dict[str, float] = json.loads(answer)
    return told
