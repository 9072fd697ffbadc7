"""Every query of the schema document's "Common Queries", as written there, on its sample data and jobs that ran."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scheduler.accounts.model import Caller, Platform
from tests.scheduler.stage import Stage

FOLDER = Path(__file__).parent / "common_queries"

SAMPLES = """
INSERT INTO users (platform, platform_user_id, plan_id, display_name, email) VALUES
  ('telegram', '123456789', 1, 'John Doe', 'john@example.com'),
  ('discord', '987654321', 2, 'Jane Smith', 'jane@example.com'),
  ('web', 'google-oauth-abc123', 3, 'Pro User', 'pro@example.com');

INSERT INTO jobs (user_id, frontend, bot_id, capability, status, priority, params, cost_tokens) VALUES
  (1, 'telegram', 'tg-img-1', 'image', 'COMPLETED', 0,
   '{"prompt": "a sunset", "resolution": "1024x1024", "steps": 20}', 1.0),
  (2, 'discord', 'dc-img-1', 'image', 'QUEUED', 1,
   '{"prompt": "a mountain", "resolution": "1024x1024"}', 1.0);

INSERT INTO usage_daily (user_id, date, tokens_used, jobs_completed, tokens_image) VALUES
  (1, CURRENT_DATE, 5.0, 5, 5.0),
  (2, CURRENT_DATE, 2.0, 2, 2.0);
"""


@pytest.fixture
async def lived_in(stage: Stage) -> Stage:
    """The document's sample data, then on John's account two pictures, a failure, and a job that waits."""
    await stage.pool.execute(SAMPLES)
    gpu = await stage.worker("gpu")
    john = Caller(1, Platform.TELEGRAM, "123456789", "telegram", False, True)
    for status in ("completed", "completed", "failed"):
        _, task = await stage.started(john, gpu, count=2)
        await gpu.finish(task, status, error_code="bad_request" if status == "failed" else None)
        await stage.file()
        await gpu.inbox()
    await stage.hear(gpu, state="draining")
    await stage.job(john)
    await stage.pool.execute("update artifacts set expires_at = now() + interval '3 hours'")
    return stage


async def answers(stage: Stage, name: str, *args: Any) -> list[dict[str, Any]]:
    query = (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    return [dict(row) for row in await stage.pool.fetch(query, *args)]


def test_every_query_of_the_document_is_here() -> None:
    assert {path.stem for path in FOLDER.glob("*.sql")} == {
        "get_user_daily_usage",
        "get_queued_jobs_high_priority_first",
        "calculate_total_revenue",
        "find_failed_jobs_for_analysis",
        "monitor_job_performance",
        "get_top_users_by_tokens_used",
        "monitor_worker_activity",
        "get_artifacts_expiring_soon",
    }


async def test_daily_usage_counts_what_really_ran(lived_in: Stage) -> None:
    assert await answers(lived_in, "get_user_daily_usage", 1) == [
        {
            "display_name": "John Doe",
            "plan": "Free",
            "tokens_used": Decimal("9.00"),
            "daily_token_limit": 20,
            "remaining": Decimal("11.00"),
            "jobs_completed": 7,
        }
    ]
    [quiet] = await answers(lived_in, "get_user_daily_usage", 3)
    assert (quiet["plan"], quiet["tokens_used"]) == ("Pro", None)


async def test_queued_jobs_come_with_the_highest_priority_first(lived_in: Stage) -> None:
    found = await answers(lived_in, "get_queued_jobs_high_priority_first")

    assert [(row["user_id"], row["priority"], row["capability"]) for row in found] == [(2, 1, "image"), (1, 0, "image")]
    assert all(0 <= row["wait_seconds"] < 60 for row in found)


async def test_revenue_is_told_by_the_day_of_signing_up(lived_in: Stage) -> None:
    today = await lived_in.pool.fetchval("select current_date")

    assert await answers(lived_in, "calculate_total_revenue") == [
        {"signup_date": today, "new_users": 2, "revenue_dollars": Decimal(17)}
    ]


async def test_failed_jobs_say_why_and_how_long(lived_in: Stage) -> None:
    [failed] = await answers(lived_in, "find_failed_jobs_for_analysis")

    assert (failed["user_id"], failed["error"]["code"]) == (1, "bad_request")
    assert 0 <= failed["duration_seconds"] < 60


async def test_performance_counts_the_runs_of_a_day(lived_in: Stage) -> None:
    [image] = await answers(lived_in, "monitor_job_performance")

    assert (image["capability"], image["total_jobs"], image["completed"], image["failed"]) == ("image", 3, 2, 1)
    assert image["success_rate"] == Decimal("66.67")
    assert 0 <= image["avg_duration_seconds"] < 60


async def test_the_top_users_are_those_who_used_most(lived_in: Stage) -> None:
    found = await answers(lived_in, "get_top_users_by_tokens_used")

    assert [(row["display_name"], row["plan"], row["total_tokens"], row["days_active"]) for row in found] == [
        ("John Doe", "Free", Decimal("9.00"), 1),
        ("Jane Smith", "Starter", Decimal("2.00"), 1),
    ]


async def test_worker_activity_names_the_worker_that_ran(lived_in: Stage) -> None:
    [gpu] = await answers(lived_in, "monitor_worker_activity")

    assert gpu["worker_id"].startswith("gpu-")
    assert (gpu["jobs_processed"], gpu["successful"], gpu["failed"]) == (3, 2, 1)


async def test_artifacts_that_expire_soon_are_told_with_their_hours(lived_in: Stage) -> None:
    found = await answers(lived_in, "get_artifacts_expiring_soon")

    assert [(row["type"], row["format"]) for row in found] == [("image", "png")] * 2
    assert all(abs(float(row["hours_until_expiry"]) - 3) < 0.1 for row in found)
    assert found[0]["expires_at"] - found[1]["expires_at"] <= timedelta(0)
