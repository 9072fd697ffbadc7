"""Whatever happens to jobs, in whatever order: at the end the books balance."""

import random
from datetime import timedelta
from uuid import UUID

import pytest

from scheduler.accounts.model import Caller
from scheduler.jobs.submits import Admitted
from scheduler.ledger.auditor import audit
from scheduler.wire import Assignment
from tests.scheduler.stage import Stage
from tests.scheduler.worker import Worker

STEPS = 120
TERMINAL = {"COMPLETED", "FAILED", "CANCELLED"}

SPLIT = """
    select count(*)
      from usage_daily d
     cross join lateral (
             select coalesce(sum(used) filter (where capability = 'image'), 0) as image,
                    coalesce(sum(used) filter (where capability = 'video'), 0) as video,
                    coalesce(sum(used) filter (where capability = 'text'), 0) as text,
                    coalesce(sum(used) filter (where capability = 'audio'), 0) as audio
               from (select j.capability, -sum(l.delta + l.allowance_delta) as used
                       from billing.token_ledger l join jobs j on j.id = l.job_id
                      where l.user_id = d.user_id and l.day = d.date group by j.id) x) s
     where d.tokens_used <> d.tokens_image + d.tokens_video + d.tokens_text + d.tokens_audio
        or (d.tokens_image, d.tokens_video, d.tokens_text, d.tokens_audio) <> (s.image, s.video, s.text, s.audio)
"""

MODELS = {"painter": "image", "clip": "video", "tale": "text", "tune": "audio"}
KNOW_THEM = """
    insert into catalogue.models (id, name, display_name, provider, capability, price_tokens, default_width,
                                  default_height)
    values ('clip', 'c', 'C', 'tests', 'video', 2.25, 512, 512), ('tale', 't', 'T', 'tests', 'text', 0.01, 512, 512),
           ('tune', 't', 'T', 'tests', 'audio', 0.5, 512, 512);
    update plans set allowed_models = '{*}';
"""


class Life:
    """A scheduler, its users and workers, and chance."""

    def __init__(self, stage: Stage, users: list[Caller], workers: list[Worker], chance: random.Random) -> None:
        self.stage = stage
        self.users = users
        self.workers = workers
        self.chance = chance
        self.jobs: dict[UUID, Caller] = {}
        self.tasks: list[tuple[Worker, Assignment]] = []  # every assignment ever given, the ended ones too

    async def step(self) -> None:
        acts = [self.ask, self.ask, self.book, self.cancel, self.report, self.report, self.lose, self.beat]
        await self.chance.choice(acts)()
        await self.stage.file()
        await self.stage.secretary.tick()
        await self.listen()
        async with self.stage.pool.acquire() as connection:
            assert await audit(connection) == []

    async def ask(self) -> None:
        user = self.chance.choice(self.users)
        await self.stage.forget_rate(user)
        model, capability = self.chance.choice(list(MODELS.items()))
        answer = await self.stage.ask(user, model=model, capability=capability, count=self.chance.randint(1, 4))
        if isinstance(answer, Admitted):
            self.jobs[answer.job.id] = user

    async def book(self) -> None:
        """In a moment, or after one of the same user's jobs, which may have ended."""
        user = self.chance.choice(self.users)
        await self.stage.forget_rate(user)
        earlier = [job_id for job_id, owner in self.jobs.items() if owner is user][-6:]
        after = self.chance.sample(earlier, min(len(earlier), self.chance.randint(0, 2)))
        soon = timedelta(milliseconds=self.chance.choice([5, 50]))
        in_time = soon if not after or self.chance.random() < 0.5 else None
        model, capability = self.chance.choice(list(MODELS.items()))
        answer = await self.stage.book(user, after=after, in_time=in_time, model=model, capability=capability)
        if isinstance(answer, Admitted):
            self.jobs[answer.job.id] = user

    async def cancel(self) -> None:
        if self.jobs:
            job_id = self.chance.choice(list(self.jobs))
            await self.stage.lifecycle.cancel(job_id, self.jobs[job_id].user_id)

    async def report(self) -> None:
        """Some worker says something about an attempt, perhaps for the second time, perhaps too late."""
        if not self.tasks:
            return
        worker, task = self.chance.choice(self.tasks[-6:])
        status = self.chance.choice(["completed", "completed", "failed", "cancelled", "handed_back"])
        unused = self.chance.choice([0.0, 0.25, 1 / 3, 1.0]) if status == "cancelled" else 0.0
        retryable = self.chance.random() < 0.5
        outcome = worker.outcome(task, status, unused_fraction=unused, retryable=retryable)
        await worker.report(*[outcome] * self.chance.randint(1, 2))
        worker.release(task.job_id)

    async def lose(self) -> None:
        await self.stage.round()  # what was lost before is known now
        if self.stage.dispatcher.line.running:
            await self.stage.expire_lease(self.chance.choice(list(self.stage.dispatcher.line.running)))

    async def beat(self) -> None:
        await self.stage.hear(*self.workers)

    async def listen(self) -> None:
        for worker in self.workers:
            self.tasks += [(worker, one) for one in await worker.inbox() if isinstance(one, Assignment)]

    async def end(self) -> None:
        """Everything that is left is cancelled, and the running ones end."""
        for job_id, user in self.jobs.items():
            await self.stage.lifecycle.cancel(job_id, user.user_id)
        for worker, task in self.tasks:
            await worker.report(worker.outcome(task, "cancelled", unused_fraction=0.5))
        await self.stage.file()


@pytest.mark.parametrize("seed", range(3))
async def test_the_books_balance_whatever_happened(stage: Stage, seed: int) -> None:
    users = [await stage.user(f"telegram:{n}", tier) for n, tier in enumerate(("free", "starter", "pro"), start=10)]
    await stage.pool.execute(KNOW_THEM)
    workers = [await stage.worker(name, slots=2, models=tuple(MODELS)) for name in ("one", "two")]
    life = Life(stage, users, workers, random.Random(seed))
    for _ in range(STEPS):
        await life.step()
    await life.end()

    statuses = {row["status"] for row in await stage.pool.fetch("select distinct status from jobs")}
    assert statuses == TERMINAL
    async with stage.pool.acquire() as connection:
        assert await audit(connection) == []
    settled = await stage.pool.fetchval("select count(*) from billing.token_ledger where reason = 'settle'")
    assert settled == await stage.pool.fetchval("select count(*) from jobs where held_day is not null")
    assert await stage.pool.fetchval("select count(*) from jobs") == len(life.jobs)
    later = "select count(*) from jobs where (start_at is not null or after is not null) and held_day is not null"
    assert await stage.pool.fetchval(later) > 0
    assert await stage.pool.fetchval("select count(distinct capability) from jobs") == len(MODELS)
    assert await stage.pool.fetchval(SPLIT) == 0
