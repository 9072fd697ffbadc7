"""A town that uses Tessera: the migrated database with users, accounts, and a history that fills the indexes."""

import asyncpg

from scheduler.migrate import migrate
from tests.benchmarks.plan import Plan
from tests.benchmarks.servers import Servers

TOWN = "bench_town"
RICH, BROKE = "rich", "broke"  # on the Admin plan with its limits wide open, and on the Free plan with nothing left
BALANCE = 1_000_000

FILL = """
    update plans
       set daily_token_limit = 100000000, requests_per_minute = 100000000, max_concurrent_jobs = 1000000,
           max_waiting_jobs = 1000000
     where tier = 'admin';
    insert into users (platform, platform_user_id, display_name, plan_id)
    select 'telegram', 'rich' || n, 'u' || n, p.id from generate_series(1, %(users)s) n, plans p where p.tier = 'admin';
    insert into users (platform, platform_user_id, display_name, plan_id)
    select 'telegram', 'broke' || n, 'u' || n, p.id from generate_series(1, %(broke)s) n, plans p where p.tier = 'free';
    insert into billing.token_account (user_id) select id from users on conflict do nothing;
    update billing.token_account a
       set allowance_day = (now() at time zone 'utc')::date, allowance_used = 20
      from users u join plans p on p.id = u.plan_id where u.id = a.user_id and p.tier = 'free';
    with paid as (
      update billing.token_account a set balance = %(balance)s, last_seq = 1
        from users u join plans p on p.id = u.plan_id where u.id = a.user_id and p.tier = 'admin'
      returning a.user_id)
    insert into billing.token_ledger (user_id, seq, reason, reference_id, delta, day, balance_after)
    select user_id, 1, 'grant', 'grant:' || user_id, %(balance)s, (now() at time zone 'utc')::date, %(balance)s
      from paid;
    insert into jobs (user_id, frontend, bot_id, capability, status, priority, params, cost_tokens, worker_id,
                      created_at, queued_at, started_at, ended_at, execution_time_seconds)
    select u.first + n %% %(users)s, 'telegram', 'telegram', 'image', 'COMPLETED', n %% 4,
           jsonb_build_object('prompt', md5(n::text) || md5((n + 1)::text), 'model', 'painter', 'width', 512,
                              'height', 512, 'seed', n, 'count', 1),
           1, 'w' || n %% 16, now() - n * interval '1 s', now(), now(), now(), 1.5
      from generate_series(1, %(history)s) n, (select min(id) as first from users) u;
    insert into workers (worker_id, name, slots, offers)
    values ('past-00000000', 'past', 1, '[{"model": "painter", "capability": "image", "max_side": 4096}]');
"""


async def build(servers: Servers, plan: Plan) -> None:
    """Make the town once; contestants get copies of it. Every request of the rich meets every limit and none stops it;
    every request of the broke is refused."""
    sizes = {"users": plan.users, "broke": plan.users // 4, "history": plan.history, "balance": BALANCE}
    await servers.execute(f"create database {TOWN} template template0")
    await migrate(servers.url(TOWN))
    connection = await asyncpg.connect(servers.url(TOWN))
    try:
        await connection.execute("set timezone = 'UTC'")
        await connection.execute(FILL % sizes)
        await connection.execute("vacuum analyze")
    finally:
        await connection.close()
