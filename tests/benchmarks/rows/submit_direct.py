"""submit_direct: durable submits with all limits, 32 callers, the scheduler called directly."""

import random
from collections import Counter
from collections.abc import Sequence
from functools import partial

from scheduler.accounts.model import Caller
from scheduler.errors import Code, Refusal
from scheduler.jobs.submits import Admitted, Answer
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
ADMITTED, OUT_OF_TOKENS = "admitted", Code.OUT_OF_TOKENS.value
PEERS = (BASE, "procrastinate", "saq", "taskiq", "raw asyncpg")

Crowd = tuple[Sequence[Caller], str]  # and what they are answered


async def measure(servers: Servers, plan: Plan) -> Row:
    done, answers = Repetitions(), Counter[str]()
    for number in plan.repetitions():
        for peer in plan.peers(PEERS[:1]):
            done.add(peer, await enqueue(servers, peer, plan))
        for name in in_turn((PLAIN, REFUSED, HOT), number):
            done.add(name, await tessera(servers, plan, name, answers))
        for peer in plan.peers(PEERS[1:]):
            done.add(peer, await enqueue(servers, peer, plan))
    return told(done, answers)


def in_turn(names: Sequence[str], number: int) -> Sequence[str]:
    """Each comes first once, and last once."""
    first = number % len(names)
    return [*names[first:], *names[:first]]


async def tessera(servers: Servers, plan: Plan, name: str, mixed: Counter[str]) -> Run:
    """One variant on a copy of the town of its own, so that none finds the tables fuller; the answers of the one that
    has refusals are counted."""
    async with servers.database(TOWN) as url, open_house(url, servers.redis_url) as house:
        rich, broke = await house.callers("rich"), await house.callers("broke")
        paying: Crowd = (rich, ADMITTED)
        crowds: dict[str, list[Crowd]] = {
            PLAIN: [paying],
            REFUSED: [paying] * 4 + [(broke, OUT_OF_TOKENS)],
            HOT: [(rich[:50], ADMITTED)],
        }
        async with beside(Sitter(house.parts.redis).run):
            return await submits(house, crowds[name], servers, plan, mixed if name == REFUSED else None)


async def submits(
    house: House, crowds: Sequence[Crowd], servers: Servers, plan: Plan, counted: Counter[str] | None = None
) -> Run:
    """Each caller asks for somebody of a crowd chosen by chance, and gets the answer that this crowd must get."""
    answers = Counter[str]() if counted is None else counted

    async def ask() -> None:
        callers, expected = random.choice(crowds)
        said = name_of(await house.submit(callers))
        if said != expected:
            raise RuntimeError(f"{said} instead of {expected}")
        answers[said] += 1

    return await drive([ask] * plan.callers, plan.seconds, servers.folder)


def name_of(answer: Answer) -> str:
    return answer.code if isinstance(answer, Refusal) else ADMITTED if isinstance(answer, Admitted) else "replayed"


def told(done: Repetitions, answers: Counter[str]) -> Row:
    asked, refused = answers.total(), answers[OUT_OF_TOKENS]
    line = partial(line_of, done)
    return Row(
        "submit_direct",
        "durable submit, 32 callers, called directly",
        "3.5 x PgQueuer, p50 < 4 ms, p99 < 10 ms; no worse refused or hot",
        "its rate by PgQueuer's",
        line(PLAIN),
        [line(name) for name in done.runs if name != PLAIN],
        {
            "refused_share": round(refused / asked, 3),
            "refused_by_plain": done.ratio(REFUSED, PLAIN),
            "hot_by_plain": done.ratio(HOT, PLAIN),
        },
        done.disk(PLAIN, BASE),
    )


def line_of(done: Repetitions, name: str) -> Line:
    ratio = done.ratio(name, BASE) if name != BASE and BASE in done.runs else None
    return Line(name, ratio, done.rate(name), done.p50_ms(name), done.p99_ms(name))
