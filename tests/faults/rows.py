"""Rows that nobody admitted: what a scheduler that errs might have written."""

from uuid import UUID, uuid4

import asyncpg


async def a_job(db: asyncpg.Pool, status: str = "COMPLETED", cost: int = 1, **ledger: int) -> UUID:
    """A row that nobody admitted; `ledger` says what was moved: hold, settle (of the allowance)."""
    job_id = uuid4()
    lease = "now(), gen_random_uuid()" if status == "RUNNING" else "null, null"
    await db.execute(
        f"""
        insert into jobs (id, user_id, frontend, bot_id, capability, status, priority, params, cost_tokens, lease_until,
                          lease_token)
        select $1, id, 'telegram', 'telegram', 'image', $2, 0, '{{"count": 1}}', $3, {lease} from users
        """,
        job_id,
        status,
        cost,
    )
    for reason, tokens in ledger.items():
        await db.execute(
            """
            with l as (
              insert into billing.token_ledger (user_id, seq, reason, reference_id, job_id, delta, allowance_delta, day,
                                                balance_after)
              select user_id, last_seq + 1, $2, $2 || ':' || $1::uuid, $1, 0, $3, current_date, balance
                from billing.token_account)
            update billing.token_account set last_seq = last_seq + 1
            """,
            job_id,
            reason,
            tokens,
        )
    return job_id
