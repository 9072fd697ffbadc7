"""depth: lives a second with a crowd waiting, beside lives a second with nobody waiting."""

from collections.abc import Mapping, Sequence
from typing import Any

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
    told = [decisions(plan.most_waiting, seed)[0] for seed in range(1, plan.deciders + 1)]
    p50_us, p99_us = (Spread.of(one["decision_us"][part] for one in told) for part in ("0.5", "0.99"))
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
            f"the times are a decision's where it costs most, with {plan.most_waiting:,} waiting",
        ),
        [Line(EMPTY, None, done.rate(EMPTY))],
        {"decision_waiting": plan.most_waiting, "decision_p50_us": p50_us, "decision_p99_us": p99_us, **states(told)},
        done.disk(CROWDED, EMPTY),
    )


def states(told: Sequence[Mapping[str, Any]]) -> dict[str, Spread]:
    """The median decision in each state that a crowd is in, one after the other."""
    return {
        f"decision_p50_us, {state}": Spread.of(one["states_us"][state]["0.5"] for one in told)
        for state in told[0]["states_us"]
    }
