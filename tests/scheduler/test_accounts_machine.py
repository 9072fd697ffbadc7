"""Accounts and jobs against a small model: whatever happens in whatever order, each token is where it says."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from scheduler.accounts.model import Caller
from scheduler.errors import Code, Refusal
from scheduler.jobs.submits import Admitted
from scheduler.ledger.auditor import audit
from scheduler.ledger.queries import move
from scheduler.wire import Assignment
from tests.scheduler.stage import Stage
from tests.scheduler.worker import Worker

T = TypeVar("T")
ALLOWANCE = {"free": 20, "starter": 120, "pro": 300}  # tokens a day
FEWEST_WAITING = 5  # every plan lets so many jobs wait
PATIENCE_SECONDS = 20.0
numbers = count(100)


@dataclass(slots=True)
class Hold:
    allowance: Decimal
    balance: Decimal
    cancelling: bool = False

    def back(self, unused: Decimal) -> tuple[Decimal, Decimal]:
        """What of the allowance and of the balance returns when this part was not used."""
        used = (self.allowance + self.balance) * (1 - unused)
        return self.allowance - min(used, self.allowance), self.balance - max(used - self.allowance, Decimal(0))


@dataclass(slots=True)
class Account:
    caller: Caller
    tier: str = "free"
    balance: Decimal = Decimal(0)
    used: Decimal = Decimal(0)  # of the allowance
    holds: dict[UUID, Hold] = field(default_factory=dict)

    @property
    def left(self) -> Decimal:
        return max(Decimal(0), ALLOWANCE[self.tier] - self.used)

    def end(self, job_id: UUID, unused: Decimal) -> None:
        allowance, balance = self.holds.pop(job_id).back(unused)
        self.used -= allowance
        self.balance += balance


class Accounts(RuleBasedStateMachine):
    """Two people, one worker with two slots. Rules run in a thread; what they ask for runs on the stage's loop."""

    def __init__(self, stage: Stage, worker: Worker, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.stage, self.worker, self.loop = stage, worker, loop
        self.running: dict[UUID, Assignment] = {}

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE_SECONDS)

    @initialize()
    def arrive(self) -> None:
        self.accounts = [Account(self.do(self.stage.user(f"telegram:{next(numbers)}"))) for _ in range(2)]

    @rule(who=st.integers(0, 1), pictures=st.integers(1, 4), begun=st.booleans())
    def submit(self, who: int, pictures: int, begun: bool) -> None:
        account, cost = self.accounts[who], Decimal(pictures)
        self.do(self.stage.forget_rate(account.caller))
        answer = self.do(self.stage.ask(account.caller, count=pictures))
        affordable = cost <= account.left + account.balance
        if isinstance(answer, Admitted):
            assert affordable
            of_allowance = min(cost, account.left)
            account.holds[answer.job.id] = Hold(of_allowance, cost - of_allowance)
            account.used += of_allowance
            account.balance -= cost - of_allowance
        else:
            assert isinstance(answer, Refusal)
            assert answer.code in (Code.OUT_OF_TOKENS, Code.TOO_MANY_WAITING)
            assert not affordable or len(account.holds) >= FEWEST_WAITING
        if begun:
            self.dispatch()

    @rule(who=st.integers(0, 1), tokens=st.decimals("0.01", 9, places=2))
    def grant(self, who: int, tokens: Decimal) -> None:
        self.do(self._grant(self.accounts[who].caller.user_id, tokens))
        self.accounts[who].balance += tokens

    async def _grant(self, user_id: int, tokens: Decimal) -> None:
        async with self.stage.pool.acquire() as connection, connection.transaction():
            assert await move(connection, user_id, "grant", f"grant:{next(numbers)}", tokens)

    @rule(who=st.integers(0, 1), tier=st.sampled_from(list(ALLOWANCE)))
    def change_plan(self, who: int, tier: str) -> None:
        self.do(self.stage.change_plan(self.accounts[who].caller.user_id, tier))
        self.accounts[who].tier = tier

    @precondition(lambda self: any(account.holds for account in self.accounts))
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        owner = data.draw(st.sampled_from([account for account in self.accounts if account.holds]))
        job_id = data.draw(st.sampled_from(sorted(owner.holds)))
        self.do(self.stage.lifecycle.cancel(job_id, owner.caller.user_id))
        if job_id in self.running:
            owner.holds[job_id].cancelling = True
        else:
            owner.end(job_id, Decimal(1))

    @rule()
    def dispatch(self) -> None:
        self.do(self.stage.hear(self.worker))
        self.listen()

    def listen(self) -> None:
        """Note what the worker was given."""
        for message in self.do(self.worker.inbox()):
            if isinstance(message, Assignment):
                self.running[message.job_id] = message

    @precondition(lambda self: self.running)
    @rule(
        data=st.data(),
        status=st.sampled_from(["completed", "completed", "failed", "cancelled"]),
        quarters=st.integers(0, 4),
        twice=st.booleans(),
    )
    def report(self, data: st.DataObject, status: str, quarters: int, twice: bool) -> None:
        job_id = data.draw(st.sampled_from(sorted(self.running)))
        [owner] = [account for account in self.accounts if job_id in account.holds]
        if status == "cancelled" and not owner.holds[job_id].cancelling:
            return  # a recall, which others test
        unused = Decimal(quarters) / 4 if status == "cancelled" else Decimal(0)
        task = self.running.pop(job_id)
        outcome = self.worker.outcome(task, status, unused_fraction=float(unused))
        self.do(self.worker.report(*[outcome] * (1 + twice)))
        self.worker.release(job_id)
        self.do(self.stage.file())
        owner.end(job_id, Decimal(1) if status == "failed" else unused)
        self.listen()  # the slot is free

    @invariant()
    def every_token_is_where_it_should_be(self) -> None:
        for account in getattr(self, "accounts", ()):
            standing = self.do(self.stage.standing(account.caller))
            assert (standing.balance, standing.allowance_used) == (account.balance, account.used)
            assert standing.open_jobs == len(account.holds)
        assert self.do(self._findings()) == []

    async def _findings(self) -> list[Any]:
        async with self.stage.pool.acquire() as connection:
            return list(await audit(connection))

    def teardown(self) -> None:
        """The stage is used again: nothing of this life runs on."""
        for account in getattr(self, "accounts", ()):
            for job_id in account.holds:
                self.do(self.stage.lifecycle.cancel(job_id, account.caller.user_id))
        for task in self.running.values():
            self.do(self.worker.report(self.worker.outcome(task, "cancelled")))
            self.worker.release(task.job_id)
        self.do(self.stage.file())
        self.do(self.worker.inbox())


@pytest.mark.timeout(200)
async def test_every_token_is_where_it_should_be_whatever_happens(stage: Stage) -> None:
    worker, loop = await stage.worker(slots=2), asyncio.get_running_loop()

    class Here(Accounts):
        def __init__(self) -> None:
            super().__init__(stage, worker, loop)

    quick = settings(
        max_examples=5,
        stateful_step_count=16,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )

    await asyncio.to_thread(run_state_machine_as_test, Here, settings=quick)
    assert await stage.pool.fetchval("select count(*) from jobs where attempt > 0") > 0
    assert await stage.pool.fetchval("select count(*) from jobs where ended_at is null") == 0
