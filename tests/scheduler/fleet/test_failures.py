"""What the breaker reads of a long past: as much as there was lately, and what a plain reading of everything finds."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from scheduler.fleet.failures import COMPLETED_SINCE, completed_since

LATELY = timedelta(hours=3)
PAST = """
    insert into users (platform, platform_user_id, plan_id) values ('telegram', '42', 1);
    insert into workers (worker_id, name, slots, offers, last_seen_at)
    select 'gpu-' || n, 'gpu-' || n, 1, '[]', case when n < 6 then now() else now() - interval '9 days' end
      from generate_series(0, 7) n;
    insert into jobs (id, user_id, frontend, capability, status, priority, params, cost_tokens, worker_id, created_at,
                      queued_at, started_at, ended_at, attempt)
    select gen_random_uuid(), (select id from users), 'telegram', 'image',
           case when n % 7 = 0 then 'FAILED' else 'COMPLETED' end, 0, jsonb_build_object('model', 'model-' || n % 3), 1,
           'gpu-' || n % 8, at, at, at, at + interval '1 minute', 1
      from generate_series(1, 20000) n, lateral (select now() - n * interval '5 minutes' as at) t;
"""
PLAINLY = """
    select params ->> 'model', worker_id, max(ended_at) from jobs join workers using (worker_id)
     where status = 'COMPLETED' and ended_at > $1 and last_seen_at > $1 group by 1, 2
"""


def nodes(plan: Any) -> Iterator[Any]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def read_by(node: Any) -> float:
    dropped = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return float((node["Actual Rows"] + dropped) * node["Actual Loops"])


@pytest.mark.parametrize("analyzed", [False, True])
async def test_what_succeeded_lately_is_found_among_what_came_lately(db: asyncpg.Pool, analyzed: bool) -> None:
    """Also by a plan that was made when nothing was known of the tables."""
    await db.execute(PAST)
    if analyzed:
        await db.execute("analyze")
    since = datetime.now(UTC) - LATELY
    found = await completed_since(db, since)
    [explained] = json.loads(await db.fetchval(f"explain (analyze, format json) {COMPLETED_SINCE}", since))

    assert found == {(model, worker): at for model, worker, at in await db.fetch(PLAINLY, since)}
    assert len(found) > 10
    of_a_day = await db.fetchval("select count(*) from jobs where created_at > $1", since - timedelta(days=1))
    read = [read_by(node) for node in nodes(explained["Plan"]) if node.get("Relation Name") == "jobs"]
    assert 0 < sum(read) <= of_a_day
