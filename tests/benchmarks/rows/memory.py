"""memory: a new leader's memory and how long it takes to lead, with as many jobs waiting as there may be."""

import json

from tests.benchmarks import crowd
from tests.benchmarks.figures import Line, Row, Spread
from tests.benchmarks.peers.run import flush
from tests.benchmarks.plan import Plan
from tests.benchmarks.process import running
from tests.benchmarks.servers import Servers

FULL = "bench_full"


async def measure(servers: Servers, plan: Plan) -> Row:
    await crowd.build(servers, FULL, plan.most_waiting // plan.users, whole=False)
    told = [await rebuilt(servers) for _ in range(plan.rebuilds)]
    await servers.execute(f"drop database {FULL} with (force)")
    seconds, gib = (Spread.of(one[name] for one in told) for name in ("seconds", "gib"))
    return Row(
        "memory",
        f"a new leader with {plan.most_waiting:,} jobs waiting",
        "leads within 30 s, in under 1 GB",
        Line("Tessera", note=f"{seconds.median:.1f} s [{seconds.min}-{seconds.max}], {gib.median:.2f} GiB"),
        facts={"waiting": told[0]["waiting"], "rebuild_seconds": seconds.median, "memory_gib": gib.median},
    )


async def rebuilt(servers: Servers) -> dict[str, float]:
    await flush(servers.redis_url)
    async with running("tests.benchmarks.rebuild", servers.url(FULL), servers.redis_url) as process:
        answer, _ = await process.communicate()
    told: dict[str, float] = json.loads(answer)
    return told
