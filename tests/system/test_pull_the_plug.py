"""kill -9 of any process, a flushed Redis, a restarted PostgreSQL: each job ends once, is charged and posted once."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import redis.asyncio as redis

from scheduler import database
from scheduler.jobs.model import JobRequest, Status
from scheduler.standalone.embedded import hold
from scheduler.standalone.postgres import Postgres
from scheduler.wire import FIELD, REPORTS, Outcome
from tests import services
from tests.rigs.discord import Bot, FakeDiscord, Seen
from tests.rigs.telegram import Person
from tests.system.books import settled, until
from tests.system.stack import Running, Stack, new_stack
from tests.system.street import EDITS, Street, Victim, open_street, posts

pytestmark = pytest.mark.system

Moment = Callable[[Street, Person, str], Awaitable[None]]


async def before_the_submit_is_answered(street: Street, person: Person, words: str) -> None:
    street.running["scheduler"].freeze()
    street.asks(person, words)
    await street.is_heard()
    await asyncio.sleep(0.1)  # the submit stands in the frozen scheduler's queue, or is about to


async def while_it_waits(street: Street, person: Person, words: str) -> None:
    street.running["worker"].freeze()
    street.asks(person, words)
    await street.stands(words, "QUEUED", "RUNNING")


async def while_it_runs(street: Street, person: Person, words: str) -> None:
    street.asks(person, f"{words} slowly 0.8")
    await street.stands(f"{words} slowly 0.8", "RUNNING")


async def between_outcome_and_delivery(street: Street, person: Person, words: str) -> None:
    final = street.telegram.drops_requests(EDITS, where=partial(posts, words))
    street.asks(person, words)
    await street.telegram.until(lambda: final.hit)


async def while_the_result_is_posted(street: Street, person: Person, words: str) -> None:
    final = street.telegram.delays(EDITS, 0.5, where=partial(posts, words))
    street.asks(person, words)
    await street.telegram.until(lambda: final.hit)


async def right_after_the_final_edit(street: Street, person: Person, words: str) -> None:
    final = street.telegram.drops_replies(EDITS, where=partial(posts, words))
    street.asks(person, words)
    await street.telegram.until(lambda: final.hit and final.hit[0].is_done)


MOMENTS: dict[Victim, list[Moment]] = {
    "bot": [
        before_the_submit_is_answered,
        while_it_waits,
        while_it_runs,
        between_outcome_and_delivery,
        while_the_result_is_posted,
        right_after_the_final_edit,
    ],
    "scheduler": [
        before_the_submit_is_answered,
        while_it_waits,
        while_it_runs,
        between_outcome_and_delivery,
        right_after_the_final_edit,
    ],
    "worker": [while_it_waits, while_it_runs, between_outcome_and_delivery],
    "redis": [while_it_waits, while_it_runs, between_outcome_and_delivery],
}


@pytest.fixture
async def street(stack: Stack, db: asyncpg.Pool) -> AsyncIterator[Street]:
    async with open_street(stack, db) as street:
        yield street


@pytest.mark.parametrize("victims", [("bot",), ("scheduler",), ("worker", "redis")], ids=" and ".join)
async def test_the_plug_may_be_pulled_at_any_moment(street: Street, victims: tuple[Victim, ...]) -> None:
    blows = [(victim, moment) for victim in victims for moment in MOMENTS[victim]]
    random.Random(1).shuffle(blows)
    for number, (victim, moment) in enumerate(blows):
        person, bystander = street.people[number % 3], street.people[(number + 1) % 3]
        street.asks(bystander, f"bystander {number} slowly 0.2")
        await moment(street, person, f"request {number}")
        await street.kill(victim)
        street.thaw()
        await street.start(victim)
    await street.all_are_served()


async def test_everything_at_once(street: Street) -> None:
    """Blows at moments that nobody chose, while people go on writing. The worker dies once: two lost attempts would end
    a job, as they should."""
    chance = random.Random(2)
    blows: list[Victim] = ["bot", "scheduler", "worker", "redis", "bot"]
    chance.shuffle(blows)
    for number, victim in enumerate(blows):
        for person in chance.sample(street.people, 2):
            street.asks(person, f"{person.user.name} {number} slowly {chance.choice(['0.1', '0.4'])}")
        await asyncio.sleep(chance.uniform(0, 0.6))
        await street.kill(victim)
        await street.start(victim)
    await street.all_are_served()


async def test_on_discord_the_plug_may_be_pulled_too(stack: Stack, db: asyncpg.Pool) -> None:
    """A bot that is away hears of no interaction; what it has submitted follows all the same."""
    async with FakeDiscord() as discord:
        account = discord.new_bot()
        discord.guild("Studio")
        ann, ben = discord.person("Ann"), discord.person("Ben")
        scheduler = await stack.scheduler()
        await stack.worker()
        bot = await discord_bot(stack, discord, account)

        await ann.slash("imagine", prompt="a fox slowly 1")
        await until(lambda: db.fetchval("select true from jobs where status = 'RUNNING'"))
        await bot.kill()
        await discord.offline(account)
        bot = await discord_bot(stack, discord, account)
        await ben.slash("imagine", prompt="a hare")
        await ben.waits_for(partial(shows_the_picture, "a hare"), 30)
        await bot.kill()
        await discord.offline(account)
        await discord_bot(stack, discord, account)
        await ann.slash("imagine", prompt="an owl slowly 1")
        await until(lambda: db.fetchval("select true from jobs where status = 'RUNNING'"), 20)
        scheduler.freeze()
        await ben.slash("imagine", prompt="a wolf")
        await scheduler.kill()
        await stack.scheduler()

        prompts = ("a fox slowly 1", "a hare", "an owl slowly 1", "a wolf")
        for prompt in prompts:
            await ann.waits_for(partial(shows_the_picture, prompt), 30)
        await settled(db, len(prompts))
        assert [sum(shows_the_picture(prompt, seen) for seen in ann.sees()) for prompt in prompts] == [1, 1, 1, 1]
        assert (discord.problems, discord.rule_breaks) == ([], [])
        await stack.end()


async def discord_bot(stack: Stack, discord: FakeDiscord, account: Bot) -> Running:
    """A process of the bot that hears what people type."""
    running = await stack.bots(
        "discord",
        TESSERA_DISCORD_TOKEN=account.token,
        TESSERA_DISCORD_API_BASE=discord.api_base,
        TESSERA_DISCORD_GATEWAY_URL=discord.gateway_url,
    )
    await discord.online(account, "imagine", timeout=30)
    return running


def shows_the_picture(prompt: str, seen: Seen) -> bool:
    return bool(seen.attachments) and seen.content.startswith(f"{prompt}\n") and "Again" in seen.labels


async def test_postgres_may_be_restarted(tmp_path: Path, redis_url: str) -> None:
    """On a server of the test's own: once in order, once by kill -9."""
    base = services.new_folder(services.PREFIX)
    with hold(base):
        try:
            server = await asyncio.to_thread(services.start_postgres, base)
            async with services.database(server, services.TEMPLATE) as url:
                await restart_in_the_middle(server, new_stack(tmp_path, url, redis_url), url)
        finally:
            await asyncio.to_thread(services.remove, base)


async def test_a_scheduler_may_start_before_its_database(tmp_path: Path, redis_url: str) -> None:
    base = services.new_folder(services.PREFIX)
    with hold(base):
        try:
            server = await asyncio.to_thread(services.start_postgres, base)
            async with services.database(server, services.TEMPLATE) as url:
                stack = new_stack(tmp_path, url, redis_url)
                await asyncio.to_thread(server.stop)
                scheduler = await stack.start("scheduler", "scheduler")
                await until(lambda: said(scheduler, "database.awaited"))
                await asyncio.to_thread(server.start)
                await stack.answers(f"{stack.api_url}/readyz", scheduler)
                assert await scheduler.stop() == 0
                await asyncio.to_thread(server.stop)
                scheduler = await stack.start("scheduler", "scheduler")
                await until(lambda: said(scheduler, "database.awaited"))
                assert await scheduler.stop() == 0  # while it waits
                await asyncio.to_thread(server.start)
        finally:
            await asyncio.to_thread(services.remove, base)


async def said(running: Running, event: str) -> bool:
    return event in running.log.read_text()


async def restart_in_the_middle(server: Postgres, stack: Stack, url: str) -> None:
    async with open_street(stack, await database.connect(url, max_size=2)) as street:
        ann, ben, cem = street.people
        await while_it_runs(street, ann, "a fox")
        await asyncio.to_thread(server.stop)
        street.asks(ben, "a hare")
        await street.is_heard()
        await asyncio.to_thread(server.start)
        await street.connects_again(url)
        await while_it_runs(street, cem, "an owl")
        for pid in server.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await asyncio.to_thread(server.start)
        await street.connects_again(url)
        await street.all_are_served()
        await street.db.close()


async def test_a_worker_that_froze_beyond_its_lease_changes_nothing(stack: Stack, db: asyncpg.Pool) -> None:
    await stack.scheduler()
    frozen = await stack.worker("frozen")
    async with stack.client() as scheduler, redis.from_url(stack.environment["TESSERA_REDIS_URL"]) as bus:
        ann = scheduler.acting_for("web:ann")
        accepted = await ann.submit(JobRequest(prompt="a fox slowly 1"), key="1")
        await until(lambda: db.fetchval("select true from jobs where status = 'RUNNING'"))
        lease = await db.fetchrow("select worker_id, attempt, lease_token from jobs")
        frozen.freeze()
        await stack.worker("awake")
        await until(lambda: db.fetchval("select true from jobs where status = 'COMPLETED'"), 20)
        before = await ann.job(accepted.job.id)
        frozen.thaw()
        late = Outcome(job_id=before.id, status="failed", error_code="engine_failed", run_seconds=9, **lease)
        said: Any = [{FIELD: late.model_dump_json()}, *(fields for _, fields in await bus.xrange(REPORTS) or ())]
        for fields in reversed(said + said):
            await bus.xadd(REPORTS, fields)
        assert await frozen.stop() == 0

        assert await ann.job(accepted.job.id) == before
    assert (before.status, before.attempt) == (Status.COMPLETED, 2)
    await settled(db, 1)
