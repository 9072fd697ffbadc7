"""The statements of repairs. Run them in a transaction, with the account locked."""

from datetime import date
from uuid import UUID

from scheduler.database import Db
from scheduler.ledger.checks import COUNTED


async def lock(db: Db, user_id: int) -> None:
    await db.execute("select 1 from billing.token_account where user_id = $1 for update", user_id)


async def settle(db: Db, user_id: int, job_id: UUID) -> None:
    """The settlement that a hold lacks: what the job did not use goes back, all of it where there is no job."""
    await db.execute(
        """
        with h as (
          select h.user_id, h.job_id, h.day, -h.delta as balance, -h.allowance_delta as allowance,
                 coalesce(j.cost_tokens, 0) as used
            from billing.token_ledger h left join jobs j on j.id = h.job_id
           where h.user_id = $1 and h.job_id = $2 and h.reason = 'hold'),
        b as (
          select user_id, job_id, day, allowance - least(used, allowance) as allowance,
                 greatest(balance - greatest(used - allowance, 0), 0) as balance from h),
        a as (
          update billing.token_account a
             set balance = a.balance + b.balance, last_seq = a.last_seq + 1,
                 allowance_used = case when a.allowance_day = b.day then greatest(a.allowance_used - b.allowance, 0)
                                       else a.allowance_used end
            from b where a.user_id = b.user_id
          returning a.user_id, a.last_seq, a.balance)
        insert into billing.token_ledger
               (user_id, seq, reason, reference_id, job_id, delta, allowance_delta, day, balance_after, note)
        select a.user_id, a.last_seq, 'settle', 'settle:' || b.job_id, b.job_id, b.balance, b.allowance, b.day,
               a.balance, 'ledger repair'
          from a join b using (user_id)
        """,
        user_id,
        job_id,
    )


async def follow_ledger(db: Db, user_id: int) -> str:
    """Set the balance to where the ledger ends, by a correction of nothing; its reference."""
    return await _correct(
        db,
        """
        update billing.token_account a
           set balance = coalesce(l.balance_after, 0), last_seq = coalesce(l.seq, 0) + 1
          from (select 1) one
          left join lateral (select seq, balance_after from billing.token_ledger
                              where user_id = $1 order by seq desc limit 1) l on true
         where a.user_id = $1
        returning a.user_id, a.last_seq, a.balance, a.allowance_day
        """,
        user_id,
        "the balance follows the ledger",
    )


async def follow_allowance(db: Db, user_id: int) -> str:
    """Set what is used of the allowance to what the ledger says, noted by a correction of nothing; its reference."""
    return await _correct(
        db,
        """
        update billing.token_account a
           set last_seq = a.last_seq + 1, allowance_day = d.day,
               allowance_used = (select coalesce(-sum(l.allowance_delta), 0) from billing.token_ledger l
                                  where l.user_id = $1 and l.day = d.day)
          from (select coalesce((select max(day) from billing.token_ledger where user_id = $1 and reason = 'hold'),
                                (select allowance_day from billing.token_account where user_id = $1)) as day) d
         where a.user_id = $1
        returning a.user_id, a.last_seq, a.balance, a.allowance_day
        """,
        user_id,
        "the allowance follows the ledger",
    )


async def _correct(db: Db, update: str, user_id: int, note: str) -> str:
    """An account's update, with the correction of zero that says so in the ledger."""
    reference: str = await db.fetchval(
        f"""
        with a as ({update})
        insert into billing.token_ledger (user_id, seq, reason, reference_id, delta, day, balance_after, note)
        select user_id, last_seq, 'correction', 'repair:' || gen_random_uuid(), 0, allowance_day, balance, $2 from a
        returning reference_id
        """,
        user_id,
        note,
    )
    return reference


async def count_open(db: Db, user_id: int, jobs: int) -> None:
    await db.execute("update billing.token_account set open_jobs = $2 where user_id = $1", user_id, jobs)


async def count_day(db: Db, user_id: int, day: date) -> None:
    """Count a day of a user anew, from the ledger and from the jobs that were held that day."""
    await db.execute(
        f"""
        insert into usage_daily as u (user_id, date, tokens_used, jobs_completed, jobs_failed, tokens_image,
                                      tokens_video, tokens_text, tokens_audio)
        select $1, $2, l.tokens, j.completed, j.failed, j.image, j.video, j.text, j.audio
          from (select coalesce(-sum(h.delta + h.allowance_delta + s.delta + s.allowance_delta), 0) as tokens
                  from billing.token_ledger h join billing.token_ledger s on s.job_id = h.job_id and s.reason = 'settle'
                 where h.user_id = $1 and h.day = $2 and h.reason = 'hold') l,
               (select coalesce(sum(completed), 0) as completed, coalesce(sum(failed), 0) as failed,
                       coalesce(sum(tokens) filter (where capability = 'image'), 0) as image,
                       coalesce(sum(tokens) filter (where capability = 'video'), 0) as video,
                       coalesce(sum(tokens) filter (where capability = 'text'), 0) as text,
                       coalesce(sum(tokens) filter (where capability = 'audio'), 0) as audio
                  from ({COUNTED}) c where user_id = $1 and day = $2) j
            on conflict (user_id, date) do update
           set tokens_used = excluded.tokens_used, jobs_completed = excluded.jobs_completed,
               jobs_failed = excluded.jobs_failed, tokens_image = excluded.tokens_image,
               tokens_video = excluded.tokens_video, tokens_text = excluded.tokens_text,
               tokens_audio = excluded.tokens_audio, updated_at = now()
        """,
        user_id,
        day,
    )
