"""The users of compose.yaml can do their work, and nothing else."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from redis.asyncio import Redis
from redis.exceptions import NoPermissionError, RedisError

from scheduler import janitor
from scheduler.client import connect
from scheduler.jobs.model import JobRequest, Status
from scheduler.rights.doer import RightsError, give
from scheduler.rights.model import TABLES
from scheduler.rights.queries import tables
from scheduler.wire import BEATS, FIELD, REPORTS, inbox, preview_key
from tests.deploy.servers import Servers, deployed
from tests.scheduler.api import open_api
from tests.scheduler.stage import ADMIN, open_stage
from tests.system.machine import run_tessera
from tests.system.stack import new_stack

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("rights")]


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with deployed() as made:
        yield made


@pytest.fixture
async def as_scheduler(servers: Servers) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(servers.environment("scheduler")["TESSERA_DATABASE_URL"])
    yield connection
    await connection.close()


@pytest.fixture
async def owner(servers: Servers) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(servers.owner_url)
    yield connection
    await connection.close()


async def test_a_whole_job_is_done_by_processes_with_least_rights(servers: Servers, tmp_path: Path) -> None:
    """Though somebody with a worker's password has ended the streams that all workers write into."""
    environment = servers.environment("scheduler")
    stack = new_stack(tmp_path, environment["TESSERA_DATABASE_URL"], environment["TESSERA_REDIS_URL"])
    alive = tmp_path / "alive"
    try:
        await stack.scheduler()
        async with redis_of(servers, "worker") as evil:
            for stream in (BEATS, REPORTS):
                await evil.xadd(stream, {"f": "x"}, id=f"{2**64 - 1}-{2**64 - 1}")
        own = servers.environment("worker") | {"TESSERA_STORE_URL": stack.environment["TESSERA_STORE_URL"]}
        own |= {"TESSERA_ALIVE_FILE": str(alive), "TESSERA_DATABASE_URL": "", "TESSERA_SERVICE_KEY": ""}
        worker = await stack.start("worker", "workers", **own)
        await stack.answers(f"{stack.api_url}/metrics", worker, lambda text: "tessera_workers 1.0" in text)
        web_key = servers.document["services"]["web"]["environment"]["TESSERA_SERVICE_KEY"]
        async with connect(stack.api_url, web_key) as scheduler:
            ann = scheduler.acting_for("web:ann", name="Ann")
            accepted = await ann.submit(JobRequest(prompt="a red sunset", width=256, height=256), key="first")
            kinds = [event.kind async for event in ann.job_events(accepted.job.id)]
            job = await ann.job(accepted.job.id)
            assert job.status is Status.COMPLETED
            assert await ann.artifact_bytes(job.artifacts[0])
        assert "progress" in kinds
        assert healthy(servers, "worker", alive)
        assert answers_its_health_check(servers, stack.api_port)
        assert await worker.stop() == 0
        assert not said_no(worker.log.read_text())
    finally:
        await stack.end()
    assert not said_no(stack.running[0].log.read_text())


def said_no(log: str) -> bool:
    return "NoPermission" in log or "InsufficientPrivilege" in log or "loop.failed" in log


def healthy(servers: Servers, service: str, alive: Path) -> bool:
    """What the container's health check says."""
    kind, line = servers.document["services"][service]["healthcheck"]["test"]
    assert kind == "CMD-SHELL"
    return subprocess.run(["sh", "-c", line.replace("/tmp/alive", str(alive))], check=False).returncode == 0


def answers_its_health_check(servers: Servers, port: int) -> bool:
    kind, program, *arguments = servers.document["services"]["scheduler"]["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "python")
    command = [sys.executable, *(part.replace(":8080/", f":{port}/") for part in arguments)]
    return subprocess.run(command, check=False, timeout=10).returncode == 0


async def test_every_act_of_the_scheduler_is_within_its_rights(
    servers: Servers, redis_url: str, tmp_path: Path
) -> None:
    """Admission, cancel, artifacts, deliveries, keys, grants, pauses, the janitor."""
    url = servers.environment("scheduler")["TESSERA_DATABASE_URL"]
    async with open_stage(url, redis_url, tmp_path) as stage, open_api(stage, await stage.worker("gpu")) as api:
        destination = {"bot_id": "bot", "process": "p", "address": {"chat_id": 7}}
        done = [
            await api.submit(user=ADMIN, destination=destination),
            await api.submit(user=ADMIN, idempotency="k"),
            await api.submit(user=ADMIN, idempotency="k"),
            await api.get("/v1/me", user=ADMIN),
            await api.call("POST", "/v1/me/api-key", user="web:bea"),
            await api.call("POST", "/v1/deliveries/claim", {"bot_id": "bot", "process": "q"}),
            await api.get("/v1/admin/status", user=ADMIN),
        ]
        path, pause = "/v1/admin/users/web:bea/grants", {"subject": "all", "reason": "r"}
        key = {"Idempotency-Key": "g"}
        done.append(await api.call("POST", path, {"tokens": "5"}, user=ADMIN, headers=key))
        for act, body in (("purchases", {"tokens": "5", "reference": "7"}), ("ban", {"reason": "r"}), ("unban", {})):
            done.append(await api.call("POST", f"/v1/admin/users/web:bea/{act}", body, user=ADMIN))
        done.append(await api.call("POST", "/v1/admin/pauses", pause, user=ADMIN))
        done.append(await api.call("POST", "/v1/admin/resumes", {"subject": "all"}, user=ADMIN))
        jobs = (await api.get("/v1/jobs", user=ADMIN)).document["jobs"]
        done += [await api.call("POST", f"/v1/jobs/{job['id']}/cancel", user=ADMIN) for job in jobs]
        assert [answer.status for answer in done if answer.status >= 400] == []
        await stage.door.note_arrivals()
        await janitor.tick(stage.pool, stage.store)
        await stage.dispatcher.resign()


@pytest.mark.parametrize(
    "statement",
    [
        "update billing.token_ledger set delta = 5",
        "delete from billing.token_ledger",
        "truncate billing.token_ledger",
        "alter table billing.token_ledger disable trigger all",
        "delete from billing.token_account",
        "delete from jobs",
        "delete from users",
        "update plans set daily_token_limit = 1000000",
        "update plans set max_concurrent_jobs = 1000",
        "update audit_log set actor = 'nobody'",
        "select * from audit_log",
        "update catalogue.models set price_tokens = 0",
        "create table mine (id int)",
        "create temporary table mine (id int)",
        "create schema mine",
        "drop table jobs",
        "create extension dblink",
        "create role mine",
        "set role tessera_migrate",
        "set session_replication_role = replica",
        "copy jobs to program 'true'",
    ],
)
async def test_the_scheduler_s_role_may_not(as_scheduler: asyncpg.Connection, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await as_scheduler.execute(statement)


async def test_nobody_enters_without_a_password(servers: Servers) -> None:
    for role in ("tessera_scheduler", "tessera_migrate"):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(servers.owner_url, user=role, password="guessed")
    for url in (f"unix://{servers.valkey.socket}", f"unix://scheduler:guessed@{servers.valkey.socket}"):
        async with Redis.from_url(url) as client:
            with pytest.raises(RedisError, match=r"authenticated|password"):
                await client.ping()


async def test_every_table_has_its_rights(owner: asyncpg.Connection) -> None:
    """Who adds a table says in scheduler/rights/model.py what a scheduler may do with it."""
    assert await tables(owner) == set(TABLES)


async def test_rights_given_twice_are_the_same_and_others_go(servers: Servers, owner: asyncpg.Connection) -> None:
    await owner.execute("grant delete on jobs to tessera_scheduler")
    url = servers.environment("migrate")["TESSERA_DATABASE_URL"]
    await give(url, "tessera_scheduler")

    assert not await owner.fetchval("select has_table_privilege('tessera_scheduler', 'jobs', 'delete')")
    with pytest.raises(RightsError, match="does not exist"):
        await give(url, "nobody_of_this_name")


def redis_of(servers: Servers, service: str) -> Redis:
    return Redis.from_url(servers.environment(service)["TESSERA_REDIS_URL"], decode_responses=True)


MINE, THEIRS = inbox("worker-0a1b2c3d"), inbox("worker-gpu-0a1b2c3d")
WORKER_MAY = [
    ("xadd", BEATS, "*", FIELD, "{}"),
    ("xadd", REPORTS, "*", FIELD, "{}"),
    ("xread", "count", "1", "streams", MINE, "0"),
    ("xdel", MINE, "1-1"),
    ("expire", MINE, "60"),
    ("del", MINE),
    ("set", preview_key("x"), "bytes", "ex", "5"),
    ("publish", "tessera:events:api", "{}"),
]
WORKER_MAY_NOT = [
    ("xread", "count", "1", "streams", THEIRS, "0"),
    ("xadd", THEIRS, "*", FIELD, "{}"),
    ("xadd", MINE, "*", FIELD, "{}"),
    ("xread", "count", "1", "streams", REPORTS, "0"),
    ("xrange", BEATS, "-", "+"),
    ("del", REPORTS),
    ("get", preview_key("x")),
    ("publish", "tessera:wake", "x"),
    ("subscribe", "tessera:events:api"),
    ("keys", "*"),
    ("scan", "0"),
    ("flushall",),
    ("config", "get", "*"),
    ("acl", "list"),
    ("client", "list"),
    ("eval", "return 1", "0"),
    ("shutdown",),
]
SCHEDULER_MAY = [
    ("xread", "count", "1", "streams", BEATS, "0"),
    ("xinfo", "stream", BEATS),
    ("xinfo", "stream", REPORTS),
    ("time",),
    ("del", BEATS),
    ("del", REPORTS),
    ("xadd", MINE, "*", FIELD, "{}"),
    ("xadd", THEIRS, "*", FIELD, "{}"),
    ("get", preview_key("x")),
    ("publish", "tessera:events:api", "{}"),
]
SCHEDULER_MAY_NOT = [
    ("xadd", BEATS, "*", FIELD, "{}"),
    ("xread", "count", "1", "streams", MINE, "0"),
    ("xinfo", "stream", MINE),
    ("del", MINE),
    ("set", preview_key("x"), "bytes"),
    ("psubscribe", "*"),
    ("flushall",),
    ("config", "set", "maxmemory", "1"),
    ("keys", "*"),
]


@pytest.mark.parametrize(
    ("service", "may", "may_not"),
    [("worker", WORKER_MAY, WORKER_MAY_NOT), ("scheduler", SCHEDULER_MAY, SCHEDULER_MAY_NOT)],
)
async def test_redis_users_may_do_their_work_and_nothing_else(
    servers: Servers, service: str, may: list[Any], may_not: list[Any]
) -> None:
    async with redis_of(servers, service) as client:
        execute: Any = client.execute_command
        for command in may:
            await execute(*command)
        for command in may_not:
            with pytest.raises(NoPermissionError):
                await execute(*command)


async def test_the_owner_s_role_can_back_up_and_restore(
    servers: Servers, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    """Into a database as the script makes it: with the extensions, and nothing else."""
    url = servers.environment("migrate")["TESSERA_DATABASE_URL"]
    await owner.execute("create database again owner tessera_migrate")
    again = url.replace("@/tessera?", "@/again?")
    fresh = await asyncpg.connect(servers.postgres.url("again"))
    await fresh.execute("create extension pg_trgm; create extension vector")
    await fresh.close()
    made = await run_tessera("backup", str(tmp_path / "file"), TESSERA_DATABASE_URL=url)
    restored = await run_tessera("restore", str(tmp_path / "file"), TESSERA_DATABASE_URL=again)

    assert made.code == 0, made.err
    assert restored.code == 0, restored.err
    await give(again, "tessera_scheduler")
