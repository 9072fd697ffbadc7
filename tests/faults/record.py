"""What is written beside the jobs during a round: every change of a status; and the plans and tokens of the people."""

from collections.abc import Sequence

import asyncpg

from tests.faults.people import Somebody
from tests.system.stack import KNOW_THE_INSTANT_ENGINE

# In the transaction of the change itself: what was not committed is not in the record.
RECORD = """
    create schema faults;
    create table faults.changes (
      number    bigint generated always as identity primary key,
      at        timestamptz not null default clock_timestamp(),
      job_id    uuid not null,
      user_id   bigint not null,
      was       text,
      status    text not null,
      attempt   integer not null,
      lost      integer not null,
      worker_id text
    );
    create function faults.note() returns trigger language plpgsql as $$
    begin
      insert into faults.changes (job_id, user_id, was, status, attempt, lost, worker_id)
      values (new.id, new.user_id, case when tg_op = 'UPDATE' then old.status end, new.status, new.attempt,
              new.lost_attempts, coalesce(new.worker_id, case when tg_op = 'UPDATE' then old.worker_id end));
      return null;
    end $$;
    create trigger note_insert after insert on jobs for each row execute function faults.note();
    create trigger note_update after update of status on jobs for each row
      when (old.status is distinct from new.status) execute function faults.note();
"""
PEOPLE = """
    with fresh as (
      insert into users (platform, platform_user_id, display_name, plan_id)
      select p.platform, p.id, p.name, (select id from plans where tier = p.tier)
        from unnest($1::text[], $2::text[], $3::text[], $4::text[]) p (platform, id, name, tier)
      returning id, platform, platform_user_id)
    select f.id, p.tokens
      from fresh f
      join unnest($1::text[], $2::text[], $5::int[]) p (platform, id, tokens)
        on (f.platform, f.platform_user_id) = (p.platform, p.id)
     where p.tokens > 0
"""
GRANT = """
    with granted as (
      insert into billing.token_ledger (user_id, seq, reason, reference_id, delta, day, balance_after)
      select id, 1, 'grant', 'grant:faults:' || id, tokens, current_date, tokens
        from unnest($1::bigint[], $2::int[]) t (id, tokens))
    update billing.token_account a set balance = t.tokens, last_seq = 1
      from unnest($1::bigint[], $2::int[]) t (id, tokens) where a.user_id = t.id
"""


async def prepare(db: asyncpg.Pool, people: Sequence[tuple[str, str, Somebody]]) -> None:
    """The record, the instant engine, and the people (platform and id there) with their plans and balances."""
    await db.execute(KNOW_THE_INSTANT_ENGINE)
    await db.execute(RECORD)
    bought = await db.fetch(
        PEOPLE,
        [platform for platform, _, _ in people],
        [ref for _, ref, _ in people],
        [somebody.name for _, _, somebody in people],
        [somebody.tier for _, _, somebody in people],
        [somebody.balance for _, _, somebody in people],
    )
    await db.execute(GRANT, [row["id"] for row in bought], [row["tokens"] for row in bought])
