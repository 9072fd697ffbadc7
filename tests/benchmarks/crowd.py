"""The town with a crowd waiting: jobs in line before anything is measured."""

import asyncpg

from tests.benchmarks.servers import Servers
from tests.benchmarks.town import TOWN

JOBS_EACH = 10  # where a crowd is as hard to keep as there may be
CROWD = """
    insert into jobs (user_id, frontend, bot_id, capability, status, priority, params, cost_tokens, queued_at,
                      request_hash, held_allowance, held_balance, held_day)
    select u.id, 'telegram', 'telegram', 'image', 'QUEUED', {priority},
           jsonb_build_object('prompt', md5(n::text) || md5((n + 1)::text), 'model', {model}, 'width', {side},
                              'height', {side}, 'seed', n, 'count', 1),
           1, now(), decode(md5(n::text), 'hex'), 1, 0, (now() at time zone 'utc')::date
      from generate_series(1, $1::int) n, users u, abs(hashint8(u.id * 1000 + n) % 20) kind
     where u.platform_user_id like 'rich%'
"""
MORE_USERS = """
    insert into users (platform, platform_user_id, display_name, plan_id)
    select 'telegram', 'richer' || n, 'r' || n, p.id from generate_series(1, $1::int) n, plans p where p.tier = 'admin'
"""
THEIR_ACCOUNTS = "insert into billing.token_account (user_id) select id from users on conflict do nothing"
PAINTER = {"priority": "3", "model": "'painter'", "side": "512"}
MANY_KINDS = {"priority": "u.id % 4", "model": "'model-' || kind % 10", "side": "512 * (1 + kind / 10)"}
ACCOUNTS = """
    update billing.token_account a
       set open_jobs = j.jobs, allowance_used = j.jobs, allowance_day = (now() at time zone 'utc')::date,
           last_seq = a.last_seq + j.jobs
      from (select user_id, count(*)::int as jobs from jobs where status = 'QUEUED' group by user_id) j
     where a.user_id = j.user_id
"""
HOLDS = """
    insert into billing.token_ledger
           (user_id, seq, reason, reference_id, job_id, delta, allowance_delta, day, balance_after)
    select j.user_id, a.last_seq - count(*) over w + row_number() over (w order by j.seq), 'hold', 'hold:' || j.id,
           j.id, 0, -1, j.held_day, a.balance
      from jobs j join billing.token_account a using (user_id) where j.status = 'QUEUED'
    window w as (partition by j.user_id)
"""
SPARE = ("idx_jobs_user_id", "idx_jobs_created_at", "idx_jobs_params_model", "idx_jobs_user_status")


async def build(servers: Servers, name: str, each: int, *, whole: bool) -> None:
    """A template where each of the rich has so many jobs waiting. Unless it is `whole` the same number are of more
    users, of all classes and of many kinds, and the indexes are missing that the rebuild never reads."""
    await servers.execute(f"create database {name} template {TOWN}")
    connection = await asyncpg.connect(servers.url(name))
    try:
        async with connection.transaction():
            if not whole:
                for index in SPARE:
                    await connection.execute(f"drop index {index}")
                rich = await connection.fetchval("select count(*) from users where platform_user_id like 'rich%'")
                if each > JOBS_EACH:
                    await connection.execute(MORE_USERS, rich * each // JOBS_EACH - rich)
                    await connection.execute(THEIR_ACCOUNTS)
                    each = JOBS_EACH
            await connection.execute(CROWD.format(**(PAINTER if whole else MANY_KINDS)), each)
            await connection.execute(ACCOUNTS)
            await connection.execute(HOLDS)
        await connection.execute("vacuum analyze")
        await connection.execute("checkpoint")
    finally:
        await connection.close()
