"""depth: lives a second with a crowd waiting, beside lives a second with nobody waiting."""

from tests.benchmarks import crowd
from tests.benchmarks.figures import Line, Repetitions, Row, Spread
from tests.benchmarks.plan import Plan
from tests.benchmarks.policy.depth import depth as decisions
from tests.benchmarks.rows.lives import alive, lives
from tests.benchmarks.servers import Servers
from tests.benchmarks.town import TOWN

DEEP = "bench_deep"
CROWDED, EMPTY = "with a crowd", "nobody waiting"


async def measure(servers: Servers, plan: Plan) -> Row:
    done = Repetitions()
    await crowd.build(servers, DEEP, plan.deep // plan.users, whole=True)
    for _ in plan.repetitions():
        for name, template in ((EMPTY, TOWN), (CROWDED, DEEP)):
            async with alive(servers, plan, template) as (house, street):
                done.add(name, await lives(house, street, servers, plan))
    p50_us, p99_us = decided(plan)
    await servers.execute(f"drop database {DEEP} with (force)")
    return Row(
        "depth",
        f"lives a second with {plan.deep:,} jobs waiting",
        "0.9 of nobody waiting; a decision under 50 us",
        "its rate by that with nobody waiting",
        Line(
            CROWDED,
            done.ratio(CROWDED, EMPTY),
            done.rate(CROWDED),
            p50_us.by(1e-3),
            p99_us.by(1e-3),
            f"the times are a decision's, with {plan.most_waiting:,} waiting",
        ),
        [Line(EMPTY, None, done.rate(EMPTY))],
        {"decision_waiting": plan.most_waiting, "decision_p50_us": p50_us, "decision_p99_us": p99_us},
        done.disk(CROWDED, EMPTY),
    )


def decided(plan: Plan) -> tuple[Spread, Spread]:
    """p50 and p99 in microseconds of a decision of the policy with as many jobs waiting as there may be, of one crowd
    after the other."""
    told = [decisions(plan.most_waiting, seed)[0]["decision_us"] for seed in range(1, plan.deciders + 1)]
    return Spread.of(one["0.5"] for one in told), Spread.of(one["0.99"] for one in told)
