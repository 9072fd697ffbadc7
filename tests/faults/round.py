"""One round: people act while faults strike; then everything is started again, drained, and checked."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from tests.faults.acting import Doings
from tests.faults.checks import chats, files, jobs, limits, logs, money, sheets, told
from tests.faults.plan import plan
from tests.faults.report import Finding, Report
from tests.faults.script import script
from tests.faults.striking import Strikes
from tests.faults.town import Town, open_town

CHECKS = [*jobs.CHECKS, *money.CHECKS, *limits.CHECKS, *chats.CHECKS, *told.CHECKS, *files.CHECKS, *logs.CHECKS]
LOOK_SECONDS = 0.25
AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
OUTAGE_EVERY = 40  # faults


@dataclass(frozen=True, slots=True)
class Size:
    """How long a round is. `spacing` between two faults and `longest_wait` of a 429 in seconds; `pace` in acts a
    second; `patience`: for the drain, in seconds."""

    jobs: int
    faults: int
    spacing: float = 1.5
    pace: float = 12.0
    longest_wait: int = 20
    patience: float = 180.0


@dataclass(slots=True)
class Clock:
    """Seconds of each part of a round."""

    began: float = field(default_factory=time.monotonic)
    parts: dict[str, float] = field(default_factory=dict)

    def part(self, name: str) -> None:
        now = time.monotonic()
        self.parts[name], self.began = now - self.began, now


async def play(folder: Path, seed: str, size: Size) -> Report:
    clock = Clock()
    async with open_town(folder, seed) as town:
        clock.part("start")
        doings, strikes = Doings(town), Strikes(town)
        await trouble(doings, strikes, seed, size)
        clock.part("faults")
        await recover(town)
        await drain(town, size.patience)
        clock.part("drain")
        report = await look(doings, strikes, seed)
        clock.part("checks")
    report.seconds = clock.parts
    return report


async def trouble(doings: Doings, strikes: Strikes, seed: str, size: Size) -> None:
    """People act until there are enough jobs and every fault has struck and was healed."""
    blows = plan(seed, size.faults, size.spacing, min(OUTAGE_EVERY, size.faults), size.longest_wait)
    async with asyncio.TaskGroup() as group:
        striking = group.create_task(strikes.carry_out(blows))
        for act in script(seed, doings.town.people):
            await doings.act(act)
            await asyncio.sleep(1 / size.pace)
            if striking.done() and await enough(doings.town, size.jobs):
                return


async def enough(town: Town, wanted: int) -> bool:
    with suppress(*AWAY):
        return bool(await town.db.fetchval("select count(*) >= $1 from jobs", wanted))
    return False


async def recover(town: Town) -> None:
    """No trouble is left; what was ended runs again."""
    town.telegram.recovers()
    town.discord.faults.clear()
    for wire in town.wires.values():
        wire.heal()
    for member in town.members.values():
        member.thaw()
        member.set_clock(0)
        if not member.runs:
            await member.start()


async def drain(town: Town, patience: float) -> None:
    """Until nothing is open any more, or patience ends: the checks will say what is left."""
    until = time.monotonic() + patience
    while time.monotonic() < until and await still_open(town):
        await asyncio.sleep(LOOK_SECONDS)


async def still_open(town: Town) -> bool:
    if town.api.open or town.telegram_bot.updates.pending:
        return True
    try:
        return bool(
            await town.db.fetchval(
                """
                select exists (select from jobs where status in ('CREATED', 'QUEUED', 'RUNNING'))
                    or exists (select from deliveries where state in ('waiting', 'due'))
                """
            )
        )
    except AWAY:
        return True


async def look(doings: Doings, strikes: Strikes, seed: str) -> Report:
    town = doings.town
    count = await town.db.fetchval("select count(*) from jobs")
    dropped = chats.dropped_replies(town)
    uncertain = len(await chats.uncertain(town))
    report = Report(seed, count, strikes.struck, uncertain, dropped, story=strikes.story)
    report.crowd = await crowd(doings)
    for check in CHECKS:
        if wrong := await check.look(doings):
            report.findings.append(Finding(check.key, check.name, wrong))
    return report


async def crowd(doings: Doings) -> dict[str, int]:
    """What there was to check: a clean round of nothing proves nothing."""
    town = doings.town
    counted = await town.db.fetch(
        """
        select lower(status) as name, count(*) from jobs group by 1
        union all select state, count(*) from deliveries group by 1
        union all select 'attempts lost', coalesce(sum(lost_attempts), 0) from jobs
        union all select 'attempts failed', coalesce(sum(failed_attempts), 0) from jobs
        union all select 'later', count(*) from jobs where start_at is not null or after is not null
        union all select 'uploads', count(*) from uploads where stored_at is not null
        union all select 'from pictures', count(*) from jobs where params ? 'picture' and status = 'COMPLETED'
        union all select 'smaller files', count(*) from artifacts where web_path is not null
        union all select 'later, never in line', count(*) from jobs
                   where (start_at is not null or after is not null) and queued_at is null
        """
    )
    refused = sum("refused" in question.said for question in town.api.questions.values() if question.said)
    in_chats = len(set(told.refused_on_telegram(town))) + len(set(told.refused_on_discord(town)))
    messages = len(sheets.all_sheets(town))
    starts = sum(member.starts for member in town.members.values())
    beside = {"acts": doings.done, "refused (API)": refused, "refused (chats)": in_chats}
    beside |= {"messages": messages, "process starts": starts}
    return {row["name"]: row["count"] for row in counted} | beside
