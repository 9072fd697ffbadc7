"""The schema document is followed by name: its columns, checks, indexes and plans."""

import asyncpg
import pytest

COLUMNS = {
    "plans": "id name tier daily_token_limit requests_per_minute max_concurrent_jobs priority max_resolution"
    " allowed_models price_cents billing_period description active created_at",
    "users": "id platform platform_user_id plan_id email display_name ip_address api_key api_key_created_at created_at"
    " last_active_at",
    "jobs": "id user_id frontend bot_id capability status priority params workflow_id cost_tokens worker_id created_at"
    " queued_at started_at ended_at execution_time_seconds error metadata",
    "artifacts": "id job_id type format local_path public_url width height duration_seconds file_size_bytes metadata"
    " expires_at created_at",
    "usage_daily": "id user_id date tokens_used jobs_completed jobs_failed tokens_image tokens_video tokens_text"
    " tokens_audio created_at updated_at",
}

INDEXES = {
    "idx_plans_tier": "(tier)",
    "idx_plans_active": "(active) WHERE (active = true)",
    "idx_users_platform_uid": "(platform, platform_user_id)",
    "idx_users_api_key": "(api_key) WHERE (api_key IS NOT NULL)",
    "idx_users_plan": "(plan_id)",
    "idx_users_email": "(email) WHERE (email IS NOT NULL)",
    "idx_jobs_user_id": "(user_id)",
    "idx_jobs_status": "(status)",
    "idx_jobs_created_at": "(created_at DESC)",
    "idx_jobs_status_priority": "(status, priority DESC) WHERE",
    "idx_jobs_worker_id": "(worker_id) WHERE (worker_id IS NOT NULL)",
    "idx_jobs_user_status": "(user_id, status)",
    "idx_jobs_active": "(status, priority DESC, created_at) WHERE",
    "idx_jobs_params_model": "gin (params jsonb_path_ops) WHERE",
    "idx_artifacts_job_id": "(job_id)",
    "idx_artifacts_created_at": "(created_at DESC)",
    "idx_artifacts_expires_at": "(expires_at) WHERE (expires_at IS NOT NULL)",
    "idx_usage_user_date": "(user_id, date DESC)",
    "idx_usage_date": "(date DESC)",
    "idx_usage_tokens": "(tokens_used DESC)",
}

OTHERS = (
    "billing.token_account",
    "billing.token_ledger",
    "catalogue.models",
    "public.deliveries",
    "public.workers",
    "public.leadership",
    "public.audit_log",
)

A_USER = "insert into users (platform, platform_user_id) values ('telegram', '1')"
A_JOB = """insert into jobs (user_id, frontend, capability, priority, params, cost_tokens)
           values (1, 'telegram', 'image', 0, '{}', 1)"""

FORBIDDEN = [
    "update plans set tier = 'gold' where id = 1",
    "update plans set priority = 4 where id = 1",
    "update plans set name = 'Pro' where id = 1",
    "update users set platform = 'icq'",
    "update jobs set frontend = 'fax'",
    "update jobs set capability = 'smell'",
    "update jobs set status = 'MAYBE'",
    "update jobs set status = 'RUNNING'",
    "update jobs set lease_until = now()",
    "insert into artifacts (job_id, type, format) select id, 'sculpture', 'stone' from jobs",
    "insert into users (platform, platform_user_id) values ('telegram', '1')",
    "insert into usage_daily (user_id, date) values (1, current_date), (1, current_date)",
    "update billing.token_account set open_jobs = -1",
    "insert into leadership (id) values (true)",
]


async def test_every_column_of_the_document_is_there(db: asyncpg.Pool) -> None:
    rows = await db.fetch(
        "select table_name, column_name from information_schema.columns where table_schema = 'public'"
    )
    found = {(row["table_name"], row["column_name"]) for row in rows}

    assert {(table, column) for table, columns in COLUMNS.items() for column in columns.split()} <= found


async def test_every_index_of_the_document_keeps_its_name_and_serves_its_query(db: asyncpg.Pool) -> None:
    rows = await db.fetch("select indexname, indexdef from pg_indexes where schemaname = 'public'")
    found = {row["indexname"]: row["indexdef"] for row in rows}

    for name, definition in INDEXES.items():
        assert definition in found[name], name


async def test_the_other_tables_are_there(db: asyncpg.Pool) -> None:
    for table in OTHERS:
        assert await db.fetchval("select to_regclass($1) is not null", table), table


async def test_moments_know_their_zone_and_sessions_are_in_utc(db: asyncpg.Pool) -> None:
    naive = await db.fetch(
        "select table_name, column_name from information_schema.columns where table_schema in"
        " ('public', 'billing', 'catalogue') and data_type = 'timestamp without time zone'"
    )

    assert naive == []
    assert await db.fetchval("show timezone") == "UTC"


async def test_what_cannot_be_is_refused_by_the_schema(db: asyncpg.Pool) -> None:
    await db.execute(A_USER)
    await db.execute(A_JOB)
    for statement in FORBIDDEN:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await db.execute(statement)


async def test_the_plans_are_the_document_s_with_the_limits_of_the_design(db: asyncpg.Pool) -> None:
    rows = await db.fetch(
        """
        select name, tier, daily_token_limit, requests_per_minute, max_concurrent_jobs, max_waiting_jobs, priority,
               max_resolution, price_cents, allowed_models from plans order by id
        """
    )

    no_gpu = ("painter", "animator", "composer", "speaker", "writer", "chat", "compose")
    quick, slow = ("ltx", "stable-audio"), ("svd", "wan")
    assert [tuple(row) for row in rows] == [
        ("Free", "free", 20, 5, 1, 5, 0, 1024, 0, ["sdxl", *no_gpu]),
        ("Starter", "starter", 120, 15, 2, 20, 1, 1536, 500, ["sdxl", "flux-schnell", *no_gpu, *quick]),
        ("Pro", "pro", 300, 30, 3, 50, 2, 2048, 1200, ["sdxl", "flux-schnell", "flux-dev", *no_gpu, *quick, *slow]),
        ("Admin", "admin", 999999, 600, 16, 1000, 3, 4096, 0, ["*"]),
    ]


async def test_a_user_has_an_account_however_the_row_came_to_be(db: asyncpg.Pool) -> None:
    await db.execute(A_USER)

    assert await db.fetchval("select count(*) from billing.token_account a join users u on u.id = a.user_id") == 1
