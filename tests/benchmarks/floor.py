"""The floor of a life: exactly the rows that Tessera writes for one, in batches, with no caller waiting for an answer.

It decides nothing: no rate, no plan, no key is looked up, no policy asked, no worker told.
"""

import asyncio
import json
import random
import time
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg

from scheduler.database import connect
from tests.benchmarks.disk import probe
from tests.benchmarks.figures import Run
from tests.benchmarks.house import DESTINATION
from tests.benchmarks.plan import Plan
from tests.benchmarks.servers import Servers

BATCH, CONNECTIONS = 50, 4

SUBMIT = """
    with t as materialized (
      select * from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::bytea[]) with ordinality
             t (id, user_id, params, key, request_hash, place)),
    l as materialized (
      select user_id, balance, last_seq, allowance_day, allowance_used from billing.token_account
       where user_id in (select user_id from t) order by user_id for update),
    k as (
      select t.*, l.balance, l.last_seq + row_number() over (partition by t.user_id order by place) as seq
        from t join l using (user_id)),
    a as (
      update billing.token_account a
         set allowance_day = $6,
             allowance_used = case l.allowance_day when $6 then l.allowance_used else 0 end + g.jobs,
             open_jobs = a.open_jobs + g.jobs, last_seq = l.last_seq + g.jobs, rate_tat = clock_timestamp()
        from l, (select user_id, count(*)::int as jobs from k group by user_id) g
       where a.user_id = g.user_id and l.user_id = g.user_id),
    ledger as (
      insert into billing.token_ledger
             (user_id, seq, reason, reference_id, job_id, delta, allowance_delta, day, balance_after)
      select user_id, seq, 'hold', 'hold:' || id, id, 0, -1, $6, balance from k),
    j as (
      insert into jobs (id, user_id, frontend, bot_id, capability, status, priority, params, cost_tokens, queued_at,
                        idempotency_key, request_hash, held_allowance, held_balance, held_day)
      select id, user_id, 'telegram', 'telegram', 'image', 'QUEUED', 3, params::jsonb, 1, now(), key, request_hash,
             1, 0, $6 from k)
    insert into deliveries (job_id, user_id, frontend, bot_id, address, claimed_by, claim_until)
    select id, user_id, 'telegram', 'telegram', $7::jsonb, 'bench', now() + interval '40 s' from k
"""
CLAIM = """
    update jobs j
       set status = 'RUNNING', attempt = j.attempt + 1, worker_id = 'floor', lease_token = gen_random_uuid(),
           started_at = now(), lease_until = now() + interval '12 s'
     where j.id = any($1::uuid[]) and j.status = 'QUEUED'
"""
END = """
    with l as materialized (
      select user_id, balance, last_seq from billing.token_account
       where user_id in (select user_id from jobs where id = any($1::uuid[])) order by user_id for update),
    j as (
      update jobs j
         set status = 'COMPLETED', ended_at = clock_timestamp(), lease_until = null, lease_token = null,
             execution_time_seconds = 1.5
        from l where j.id = any($1::uuid[]) and j.status = 'RUNNING' and l.user_id = j.user_id
      returning j.id, j.user_id, j.cost_tokens, j.held_day),
    ledger as (
      insert into billing.token_ledger
             (user_id, seq, reason, reference_id, job_id, delta, allowance_delta, day, balance_after)
      select j.user_id, l.last_seq + row_number() over (partition by j.user_id order by j.id), 'settle',
             'settle:' || j.id, j.id, 0, 0, j.held_day, l.balance
        from j join l using (user_id)),
    account as (
      update billing.token_account a set open_jobs = a.open_jobs - g.jobs, last_seq = l.last_seq + g.jobs
        from l, (select user_id, count(*)::int as jobs from j group by user_id) g
       where a.user_id = g.user_id and l.user_id = g.user_id),
    used as (
      insert into usage_daily as u (user_id, date, tokens_used, jobs_completed, tokens_image)
      select user_id, held_day, sum(cost_tokens), count(*), sum(cost_tokens)
        from j group by user_id, held_day order by user_id, held_day
          on conflict (user_id, date) do update
         set tokens_used = u.tokens_used + excluded.tokens_used,
             jobs_completed = u.jobs_completed + excluded.jobs_completed,
             tokens_image = u.tokens_image + excluded.tokens_image, updated_at = now()),
    files as (
      insert into artifacts (job_id, position, type, format, local_path, thumbnail_path, width, height,
                             file_size_bytes, metadata, expires_at)
      select id, 0, 'image', 'webp', 'jobs/' || id || '/1/0.webp', 'jobs/' || id || '/1/0.thumb.jpg', 512, 512,
             123456, $2::jsonb, now() + interval '30 days' from j)
    update deliveries d set state = 'due', due_at = now() from j where d.job_id = j.id
"""


async def lives(database_url: str, servers: Servers, plan: Plan) -> Run:
    """Whole lives a second, by four connections side by side."""
    done = 0
    async with await connect(database_url) as pool:
        people = [row["id"] for row in await pool.fetch("select id from users where platform_user_id like 'rich%'")]

        async def live(until: float) -> None:
            nonlocal done
            async with pool.acquire() as connection:
                while time.perf_counter() < until:
                    await batch(connection, people)
                    done += BATCH

        async def side_by_side(seconds: float) -> None:
            until = time.perf_counter() + seconds
            async with asyncio.TaskGroup() as group:
                for _ in range(CONNECTIONS):
                    group.create_task(live(until))

        await side_by_side(plan.seconds / 4)
        before, done, started = probe(servers.folder), 0, time.perf_counter()
        await side_by_side(plan.seconds)
        return Run(done / (time.perf_counter() - started), (), (before, probe(servers.folder)))


async def batch(connection: asyncpg.Connection, people: list[int]) -> None:
    """Fifty lives from submit to delivery."""
    ids = [uuid4() for _ in range(BATCH)]
    await connection.execute(
        SUBMIT,
        ids,
        [random.choice(people) for _ in ids],
        [params() for _ in ids],
        [one.hex for one in ids],
        [one.bytes * 2 for one in ids],
        datetime.now(UTC).date(),
        DESTINATION.address,
    )
    await connection.execute(CLAIM, ids)
    await connection.execute(END, ids, {"seed": 1, "model": "painter"})


def params() -> str:
    prompt = uuid4().hex * 3
    return json.dumps(
        {
            "prompt": prompt,
            "model": "painter",
            "width": 512,
            "height": 512,
            "seed": UUID(prompt[:32]).int % 2**31,
            "count": 1,
        }
    )
