"""Whatever SQL is written by hand, the ledger's sum is the balance: the database refuses the rest at the commit."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from scheduler.accounts.model import Caller
from scheduler.ledger.queries import move
from tests.scheduler.stage import Stage

TEN = Decimal(10)

ROW = """
    insert into billing.token_ledger (user_id, seq, reason, reference_id, delta, day, balance_after)
    values ($1, $2, 'correction', 'by hand', $3, current_date, $4)
"""
ACCOUNT = "update billing.token_account set balance = $2, last_seq = $3 where user_id = $1"


@pytest.fixture
async def ann(stage: Stage) -> Caller:
    """With ten tokens, of one grant."""
    ann = await stage.user()
    async with stage.pool.acquire() as connection, connection.transaction():
        await move(connection, ann.user_id, "grant", "grant:1", TEN)
    return ann


async def written(stage: Stage, *statements: tuple[Any, ...]) -> None:
    """All in one transaction."""
    async with stage.pool.acquire() as connection, connection.transaction():
        for query, *arguments in statements:
            await connection.execute(query, *arguments)


async def adds_up(stage: Stage, ann: Caller) -> bool:
    row = await stage.pool.fetchrow(
        "select a.balance, a.last_seq, sum(l.delta) as total, max(l.seq) as seq from billing.token_account a"
        " join billing.token_ledger l using (user_id) where user_id = $1 group by 1, 2",
        ann.user_id,
    )
    return bool(row["balance"] == row["total"] and row["last_seq"] == row["seq"])


@pytest.mark.parametrize(
    "change",
    [
        "update billing.token_ledger set delta = 11, balance_after = 11",
        "update billing.token_ledger set balance_after = 11",
        "update billing.token_ledger set note = 'sorry'",
        "update billing.token_ledger set user_id = user_id where false",
        "delete from billing.token_ledger",
        "delete from billing.token_ledger where false",
        "truncate billing.token_ledger cascade",
        "update billing.token_account set balance = 11",
        "update billing.token_account set balance = 11, last_seq = 2",
        "update billing.token_account set last_seq = 2",
        "update billing.token_account set balance = balance + 1, allowance_used = 3",
    ],
)
async def test_no_statement_moves_money_by_itself(stage: Stage, ann: Caller, change: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await stage.pool.execute(change)

    assert (await stage.standing(ann)).balance == TEN
    assert await adds_up(stage, ann)


@pytest.mark.parametrize(
    ("seq", "delta", "after", "balance", "last_seq"),
    [
        (2, 5, 15, 16, 2),  # the account says more than the chain
        (2, 5, 16, 16, 2),  # the row does not continue the balance before it
        (3, 5, 15, 15, 3),  # a number is missing
        (2, 5, 15, 15, 3),  # the account is ahead
        (2, 5, 15, 10, 1),  # the account stays behind
    ],
)
async def test_a_row_and_an_account_that_disagree_are_refused_together(
    stage: Stage, ann: Caller, seq: int, delta: int, after: int, balance: int, last_seq: int
) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await written(
            stage,
            (ACCOUNT, ann.user_id, Decimal(balance), last_seq),
            (ROW, ann.user_id, seq, Decimal(delta), Decimal(after)),
        )

    assert await adds_up(stage, ann)


async def test_a_right_row_does_not_cover_a_wrong_balance_after_it(stage: Stage, ann: Caller) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="without a ledger row"):
        await written(
            stage,
            (ACCOUNT, ann.user_id, Decimal(15), 2),
            (ROW, ann.user_id, 2, Decimal(5), Decimal(15)),
            ("update billing.token_account set balance = balance + 1",),
        )

    assert (await stage.standing(ann)).balance == TEN


@pytest.mark.parametrize(("balance", "last_seq"), [(5, 0), (5, 1), (0, 1)])
async def test_no_account_is_opened_with_money_that_no_row_brought(
    stage: Stage, ann: Caller, balance: int, last_seq: int
) -> None:
    ben = await stage.user("discord:7")
    opened = "insert into billing.token_account (user_id, balance, last_seq) values ($1, $2, $3)"
    await stage.pool.execute("delete from billing.token_account where user_id = $1", ben.user_id)
    with pytest.raises(asyncpg.CheckViolationError, match="without a ledger row"):
        await written(stage, (opened, ben.user_id, Decimal(balance), last_seq))

    await written(stage, (opened, ben.user_id, Decimal(5), 1), (ROW, ben.user_id, 1, Decimal(5), Decimal(5)))
    assert await adds_up(stage, ben)


async def test_no_account_goes_back_to_where_it_stood(stage: Stage, ann: Caller) -> None:
    await written(stage, (ACCOUNT, ann.user_id, Decimal(15), 2), (ROW, ann.user_id, 2, Decimal(5), Decimal(15)))
    with pytest.raises(asyncpg.CheckViolationError, match="went back"):
        await stage.pool.execute(ACCOUNT, ann.user_id, TEN, 1)

    assert await adds_up(stage, ann)


@pytest.mark.parametrize(
    "change",
    [
        "delete from billing.token_account",
        "truncate billing.token_account cascade",
        "update billing.token_account set user_id = user_id + 1000",
    ],
)
async def test_an_account_with_rows_in_the_ledger_stays(stage: Stage, ann: Caller, change: str) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await stage.pool.execute(change)

    assert await adds_up(stage, ann)


async def test_no_account_that_nothing_has_moved_is_given_to_another_with_money(stage: Stage, ann: Caller) -> None:
    ben, clara = await stage.user("discord:7"), await stage.user("discord:8")
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await written(
            stage,
            ("delete from billing.token_account where user_id = $1", ben.user_id),
            (
                "update billing.token_account set user_id = $1, balance = 1000 where user_id = $2",
                ben.user_id,
                clara.user_id,
            ),
        )

    assert (await stage.standing(clara)).balance == 0


async def test_no_row_is_written_for_nobody_nor_twice_for_a_job(stage: Stage, ann: Caller) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await written(stage, (ROW, ann.user_id + 1000, 1, Decimal(0), Decimal(0)))
    of_job = """
        insert into billing.token_ledger (user_id, seq, reason, reference_id, job_id, delta, day, balance_after)
        values ($1, $2, 'hold', $3, $4, 0, current_date, 10)
    """
    job = uuid4()
    await written(stage, (ACCOUNT, ann.user_id, TEN, 2), (of_job, ann.user_id, 2, f"hold:{job}", job))
    for reference, error in ((f"hold:{job}", asyncpg.UniqueViolationError), ("hold:x", asyncpg.CheckViolationError)):
        with pytest.raises(error):
            await written(stage, (ACCOUNT, ann.user_id, TEN, 3), (of_job, ann.user_id, 3, reference, job))

    assert await adds_up(stage, ann)


async def test_what_agrees_passes(stage: Stage, ann: Caller) -> None:
    await written(stage, (ACCOUNT, ann.user_id, Decimal(15), 2), (ROW, ann.user_id, 2, Decimal(5), Decimal(15)))

    assert await adds_up(stage, ann)


async def test_many_rows_in_one_statement_continue_each_other(stage: Stage, ann: Caller) -> None:
    rows = "insert into billing.token_ledger (user_id, seq, reason, reference_id, delta, day, balance_after) values {}"
    right = "($1, 2, 'grant', 'a', 1, current_date, 11), ($1, 3, 'grant', 'b', 1, current_date, 12)"
    wrong = "($1, 4, 'grant', 'c', 1, current_date, 13), ($1, 5, 'grant', 'd', 1, current_date, 13)"
    await written(stage, (ACCOUNT, ann.user_id, Decimal(12), 3), (rows.format(right), ann.user_id))
    with pytest.raises(asyncpg.CheckViolationError):
        await written(stage, (ACCOUNT, ann.user_id, Decimal(13), 5), (rows.format(wrong), ann.user_id))

    assert (await stage.standing(ann)).balance == 12
    assert await adds_up(stage, ann)
