"""Mends the books, never by changing what is written: by the row that is missing, or by counting anew."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import asyncpg

from scheduler.accounts.queries import write_audit
from scheduler.ledger import mending
from scheduler.ledger.auditor import ask
from scheduler.ledger.model import MEANING, Check, Finding, Mended, Repair

Mend = Callable[[asyncpg.Connection, int, Mapping[str, Any]], Awaitable[str | None]]


async def settle(connection: asyncpg.Connection, user_id: int, facts: Mapping[str, Any]) -> str | None:
    """A job that ended without settlement gives back what it did not use; one that is nowhere gives back all."""
    if facts.get("reasons", ["hold"]) != ["hold"]:
        return None
    await mending.settle(connection, user_id, facts["job_id"])
    return f"wrote settle:{facts['job_id']}"


async def follow_ledger(connection: asyncpg.Connection, user_id: int, facts: Mapping[str, Any]) -> str | None:
    """The account goes where its ledger ends, provided that this is one chain, and its end."""
    if await ask(connection, Check.CHAIN, user_id) or await is_ahead(connection, user_id):
        return None
    reference = await mending.follow_ledger(connection, user_id)
    return f"the balance was {facts['balance']}, now as the ledger: {facts['ledger']} ({reference})"


async def follow_end(connection: asyncpg.Connection, user_id: int, facts: Mapping[str, Any]) -> str | None:
    """The same of one that lags behind."""
    if facts["last_seq"] is None or await is_ahead(connection, user_id) or await ask(connection, Check.CHAIN, user_id):
        return None
    reference = await mending.follow_ledger(connection, user_id)
    return f"the account stood at row {facts['last_seq']}, now at the last of the ledger ({reference})"


async def is_ahead(connection: asyncpg.Connection, user_id: int) -> bool:
    """Whether rows at its ledger's end may be lost: what they gave is not taken, and their numbers not used again."""
    found = await ask(connection, Check.STANDS, user_id)
    return any(one.facts["last_seq"] is not None and one.facts["last_seq"] > one.facts["ledger"] for one in found)


async def follow_allowance(connection: asyncpg.Connection, user_id: int, facts: Mapping[str, Any]) -> str | None:
    if facts["ledger"] < 0:
        return None
    reference = await mending.follow_allowance(connection, user_id)
    return f"the allowance used was {facts['allowance_used']}, now as the ledger: {facts['ledger']} ({reference})"


async def count_open(connection: asyncpg.Connection, user_id: int, facts: Mapping[str, Any]) -> str | None:
    await mending.count_open(connection, user_id, facts["jobs"])
    return f"open jobs were {facts['open_jobs']}, now counted: {facts['jobs']}"


async def count_day(connection: asyncpg.Connection, user_id: int, facts: Mapping[str, Any]) -> str | None:
    await mending.count_day(connection, user_id, facts["day"])
    return f"usage of {facts['day']} counted anew"


# In this order: a settlement that was missing changes what the later ones count.
MENDS: Mapping[Check, Mend] = {
    Check.BALANCE: follow_ledger,
    Check.STANDS: follow_end,
    Check.SETTLED_ONCE: settle,
    Check.ORPHAN_HOLD: settle,
    Check.ALLOWANCE: follow_allowance,
    Check.OPEN_JOBS: count_open,
    Check.USAGE: count_day,
    Check.USAGE_BY_CAPABILITY: count_day,
}
DECIDE: Mapping[Check, str] = {
    Check.BALANCE: "the ledger is no chain or lost its last rows; say what the user owns and write it with a grant",
    Check.STANDS: "there is no account, its ledger is no chain, or rows at its end are lost; compare with a backup",
    Check.CHAIN: "rows were changed or lost; compare with a backup, then write a grant for what is missing",
    Check.NEGATIVE: "find the row that took too much, then write a grant",
    Check.ALLOWANCE: "the ledger gave back more than it took that day; it mends itself with the next day",
    Check.SETTLED_ONCE: "no hold, or more than one row of a kind; compare the job with its ledger rows",
    Check.HELD_AS: "its end gives back what the job says; let it end, then write a grant or an agreed correction",
    Check.HELD_ONCE: "an open job without its hold; cancel it, or let it run for nothing",
    Check.REFUND: "more was given back than taken; it can be left, or taken by an agreed correction",
    Check.CHARGED: "write a grant of what was taken",
    Check.COST: "the job says another price than the ledger; what was taken stands",
}


async def repair(connection: asyncpg.Connection) -> list[Repair]:
    """Mend what can be mended, a transaction each, and say of the rest what a person must decide."""
    done = []
    for check in dict.fromkeys([*MENDS, *Check]):
        done += [await mend(connection, finding) for finding in await ask(connection, check)]
    return done


async def mend(connection: asyncpg.Connection, finding: Finding) -> Repair:
    """Look again with the account locked: a job that ended meanwhile, or a repair before this one, may have done it."""
    async with connection.transaction():
        await mending.lock(connection, finding.user_id)
        now = [again for again in await ask(connection, finding.check, finding.user_id) if same(again, finding)]
        if not now:
            return Repair(finding, Mended.GONE, "holds by now")
        act = MENDS.get(finding.check)
        words = await act(connection, finding.user_id, now[0].facts) if act else None
        if words is None:
            return Repair(finding, Mended.DECIDE, DECIDE[finding.check])
        note = {"check": finding.check, "promise": MEANING[finding.check], "did": words}
        await write_audit(connection, None, "command line", "ledger repair", f"user {finding.user_id}", note)
        return Repair(finding, Mended.MENDED, words)


def same(one: Finding, other: Finding) -> bool:
    """Whether two findings are about the same job or day."""
    return all(one.facts.get(name) == other.facts.get(name) for name in ("job_id", "day", "seq"))
