"""submit_direct: durable submits with all limits, 32 callers, the scheduler called directly."""

import random
from collections.abc import Sequence
from functools import partial

from scheduler.accounts.model import Caller
from tests.benchmarks.drive import beside, drive
from tests.benchmarks.figures import Line, Repetitions, Row, Run
from tests.benchmarks.house import House, open_house
from tests.benchmarks.peers.run import enqueue
from tests.benchmarks.plan import Plan
from tests.benchmarks.servers import Servers
from tests.benchmarks.sitter import Sitter
from tests.benchmarks.town import TOWN

PLAIN, REFUSED, HOT = "Tessera", "Tessera, 20 % refused", "Tessera, 50 hot users"
BASE = "PgQueuer"
PEERS = (BASE, "procrastinate", "saq", "taskiq", "raw asyncpg")


async def measure(servers: Servers, plan: Plan) -> Row:
    done = Repetitions()
    for _ in plan.repetitions():
        for peer in plan.peers(PEERS[:1]):
            done.add(peer, await enqueue(servers, peer, plan))
        for name, run in (await tessera(servers, plan)).items():
            done.add(name, run)
        for peer in plan.peers(PEERS[1:]):
            done.add(peer, await enqueue(servers, peer, plan))
    return told(done)


async def tessera(servers: Servers, plan: Plan) -> dict[str, Run]:
    """The three variants on one copy of the town."""
    async with servers.database(TOWN) as url, open_house(url, servers.redis_url) as house:
        rich, broke = await house.callers("rich"), await house.callers("broke")
        async with beside(Sitter(house.redis).run):
            return {
                PLAIN: await submits(house, [rich], servers, plan),
                REFUSED: await submits(house, [rich] * 4 + [broke], servers, plan),
                HOT: await submits(house, [rich[:50]], servers, plan),
            }


async def submits(house: House, crowds: Sequence[Sequence[Caller]], servers: Servers, plan: Plan) -> Run:
    """Each caller asks for somebody of a crowd chosen by chance."""

    async def ask() -> None:
        await house.submit(random.choice(crowds))

    return await drive([ask] * plan.callers, plan.seconds, servers.folder)


def told(done: Repetitions) -> Row:
    line = partial(line_of, done)
    return Row(
        "submit_direct",
        "durable submit, 32 callers, called directly",
        "3.5 x PgQueuer, p50 < 4 ms, p99 < 10 ms; no worse refused or hot",
        line(PLAIN),
        [line(name) for name in done.runs if name != PLAIN],
    )


def line_of(done: Repetitions, name: str) -> Line:
    ratio = done.ratio(name, BASE) if name != BASE and BASE in done.runs else None
    return Line(name, ratio, done.rate(name), done.p50_ms(name), done.p99_ms(name))
