"""The leader's loop: who leads, what is sent where, and what happens when messages or leaders are lost."""

import asyncio
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import asyncpg
import pytest

from scheduler import supervisor
from scheduler.accounts.model import Caller
from scheduler.accounts.queries import change_plan
from scheduler.catalogue.queries import pause, resume
from scheduler.errors import Code, Refusal
from scheduler.jobs.model import Why
from scheduler.jobs.queries.dispatch import Choice, Started, start_jobs
from scheduler.jobs.submits import Admitted
from scheduler.supervisor import Loop
from scheduler.wire import Assignment, Cancel
from tests.scheduler.stage import Stage, until
from tests.scheduler.worker import Worker


async def running(stage: Stage) -> int:
    count: int = await stage.pool.fetchval("select count(*) from jobs where status = 'RUNNING'")
    return count


# Leadership


async def test_one_of_two_schedulers_leads(stage: Stage, other: Stage) -> None:
    assert stage.dispatcher.leader
    assert other.dispatcher.leader is None


async def test_the_standby_takes_over_when_the_leader_resigns(stage: Stage, other: Stage) -> None:
    await stage.dispatcher.resign()
    other.dispatcher.next_lead = 0.0
    await other.round()

    assert other.dispatcher.leader
    assert other.dispatcher.leader.term == 2


async def test_the_standby_takes_over_when_the_lead_has_run_out(stage: Stage, other: Stage) -> None:
    await stage.pool.execute("update leadership set expires_at = now()")
    other.dispatcher.next_lead = stage.dispatcher.next_lead = 0.0
    await other.round()
    await stage.round()

    assert other.dispatcher.leader
    assert stage.dispatcher.leader is None


async def test_a_leader_that_let_the_lead_lapse_starts_a_new_term(stage: Stage) -> None:
    await stage.pool.execute("update leadership set expires_at = now()")
    stage.dispatcher.next_lead = 0.0
    await stage.round()

    assert stage.dispatcher.leader
    assert stage.dispatcher.leader.term == 2


async def test_a_leader_whose_rounds_take_long_keeps_the_lead(stage: Stage) -> None:
    """Found by the fault machine on a starved machine: the lead went to and fro, and nobody came to dispatch."""
    await stage.pool.execute("update leadership set expires_at = now() + interval '0.5 seconds'")
    await stage.dispatcher.keep_lead()

    assert await stage.pool.fetchval("select expires_at > now() + interval '1 second' and term = 1 from leadership")
    assert stage.dispatcher.leader


async def test_a_lead_that_was_lost_meanwhile_is_given_up(stage: Stage, other: Stage) -> None:
    await stage.pool.execute("update leadership set expires_at = now()")
    other.dispatcher.next_lead = 0.0
    await other.round()
    await stage.dispatcher.keep_lead()

    assert stage.dispatcher.leader is None


async def test_a_new_leader_knows_the_workers_without_waiting_for_their_next_beats(
    stage: Stage, other: Stage, gpu: Worker, ann: Caller
) -> None:
    await gpu.beat()
    await other.listener.read()
    await other.round()
    await stage.dispatcher.resign()
    job_id = await stage.job(ann)
    other.dispatcher.next_lead = 0.0
    await other.round()

    assert await stage.status(job_id) == "RUNNING"


async def test_a_new_leader_knows_how_fast_the_workers_are(
    stage: Stage, other: Stage, gpu: Worker, ann: Caller
) -> None:
    """From what they state, for the outcomes that told it were filed by the scheduler before."""
    await stage.hear(gpu, paces={"painter": 4.0}, load_seconds={"painter": 20.0})
    _, task = await stage.started(ann, gpu)
    await gpu.finish(task, run_seconds=1000.0)
    await stage.file()
    assert stage.dispatcher.line.speeds.pace("painter", "gpu") == 4.0

    await stage.dispatcher.resign()
    other.dispatcher.next_lead = 0.0
    await other.hear(gpu, paces={"painter": 4.0}, load_seconds={"painter": 20.0})
    await other.round()
    server = other.dispatcher.line.queue.servers[gpu.worker_id]

    assert (server.paces["painter"], server.load_seconds) == (4.0, 20.0)


async def test_a_leader_that_was_fenced_out_cannot_start_jobs(
    stage: Stage, other: Stage, gpu: Worker, ann: Caller
) -> None:
    """The old leader still believes in itself, as after a SIGSTOP."""
    await stage.pool.execute("update leadership set expires_at = now()")
    other.dispatcher.next_lead = 0.0
    await other.round()
    stage.dispatcher.next_lead = time.monotonic() + 60
    await stage.job(ann)
    await stage.round()
    assert stage.dispatcher.leader
    assert await running(stage) == 0
    assert await gpu.inbox() == []

    other.dispatcher.auditor.next_at = 0.0
    await other.hear(gpu)
    assert await running(stage) == 1


async def test_a_new_leader_knows_what_waits_and_what_runs(
    stage: Stage, other: Stage, gpu: Worker, ann: Caller
) -> None:
    first, task = await stage.started(ann, gpu)
    second = await stage.job(ann)
    await stage.dispatcher.resign()
    other.dispatcher.next_lead = 0.0
    await other.hear(gpu)
    assert await gpu.inbox() == []  # the user's limit is one, and the attempt goes on
    await gpu.finish(task)
    await other.file()
    await other.round()

    assert await stage.status(first) == "COMPLETED"
    assert (await gpu.assignment()).job_id == second


async def test_a_new_leader_sends_nothing_to_workers_of_long_ago(
    stage: Stage, other: Stage, gpu: Worker, ann: Caller
) -> None:
    await stage.dispatcher.resign()
    other.dispatcher.next_lead = 0.0
    await other.round()
    await gpu.beat(state="gone")
    await stage.listener.read()
    await stage.round()  # a standby drops what it hears
    await other.dispatcher.resign()
    stage.dispatcher.next_lead = 0.0
    await stage.job(ann)
    await stage.round()

    assert await running(stage) == 0


# Dispatch


async def test_a_free_slot_gets_a_job_at_once(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id, task = await stage.started(ann, gpu, prompt="a fox", seed=7)
    row = await stage.row(job_id)

    assert (row["status"], row["worker_id"], row["attempt"]) == ("RUNNING", gpu.worker_id, 1)
    assert task.lease_token == row["lease_token"]
    assert task.params == {"prompt": "a fox", "model": "painter", "width": 64, "height": 64, "seed": 7, "count": 1}


async def test_at_most_as_many_jobs_of_a_user_run_as_the_plan_allows(stage: Stage) -> None:
    large = await stage.worker("large", slots=8)
    pro, free = await stage.user("telegram:5", "pro"), await stage.user()
    for _ in range(5):
        await stage.job(pro)
        await stage.job(free)
    await stage.round()
    users = [
        str((await stage.row(one.job_id))["user_id"]) for one in await large.inbox() if isinstance(one, Assignment)
    ]

    assert sorted(users) == sorted([str(pro.user_id)] * 3 + [str(free.user_id)])


async def test_a_larger_plan_counts_for_what_waits_already(stage: Stage, ann: Caller) -> None:
    await stage.worker("large", slots=8)
    for _ in range(4):
        await stage.job(ann)
    await stage.round()
    await stage.change_plan(ann.user_id, "pro")
    stage.dispatcher.auditor.next_at = 0.0
    await stage.round()

    assert await running(stage) == 3


async def test_a_smaller_plan_counts_from_its_commit_on(stage: Stage) -> None:
    """The leader has not heard of it yet, and still remembers that three may run."""
    await stage.worker("large", slots=8)
    pro = await stage.user("telegram:5", "pro")
    for _ in range(3):
        await stage.job(pro)
    await stage.change_plan(pro.user_id, "free")
    await stage.round()

    assert await running(stage) == 1


async def test_a_limit_lowered_below_what_runs_lets_nothing_start(stage: Stage) -> None:
    large = await stage.worker("large", slots=8)
    pro = await stage.user("telegram:5", "pro")
    first, second = await stage.job(pro), await stage.job(pro)
    await stage.round()
    tasks = [one for one in await large.inbox() if isinstance(one, Assignment)]
    third = await stage.job(pro)
    await stage.pool.execute("update plans set max_concurrent_jobs = 1 where tier = 'pro'")
    await stage.round()
    assert {task.job_id for task in tasks} == {first, second}
    assert await running(stage) == 2

    for task in tasks:
        await large.finish(task)
    await stage.file()
    await stage.round()
    assert await stage.status(third) == "RUNNING"


async def test_a_dispatch_waits_for_a_plan_that_is_being_changed(stage: Stage) -> None:
    await stage.worker("large", slots=8)
    pro = await stage.user("telegram:5", "pro")
    for _ in range(3):
        await stage.job(pro)
    async with stage.pool.acquire() as connection, connection.transaction():
        await change_plan(connection, pro.user_id, "free")
        pid = connection.get_server_pid()
        async with asyncio.TaskGroup() as group:
            dispatch = group.create_task(stage.dispatcher.tick())
            await until(partial(blocked_by, stage, pid))
            await connection.execute("commit; begin")
            await dispatch
    assert await running(stage) <= 1

    await stage.round()
    assert await running(stage) == 1


async def blocked_by(stage: Stage, pid: int) -> bool:
    query = "select exists (select from pg_stat_activity where $1 = any(pg_blocking_pids(pid)))"
    return bool(await stage.pool.fetchval(query, pid))


async def ban(stage: Stage, caller: Caller, *, banned: bool = True) -> None:
    """As if whoever bans stopped before what waits was cancelled."""
    await stage.pool.execute("update billing.token_account set banned = $2 where user_id = $1", caller.user_id, banned)


async def test_what_a_banned_account_has_waiting_does_not_start_and_is_cancelled(
    stage: Stage, gpu: Worker, ann: Caller
) -> None:
    job_id = await stage.job(ann)
    await ban(stage, ann)
    await stage.round()
    assert (await stage.status(job_id), await gpu.inbox()) == ("QUEUED", [])

    await stage.compare()
    await ban(stage, ann, banned=False)
    await stage.compare()
    standing = await stage.standing(ann)
    assert (await stage.status(job_id), await gpu.inbox()) == ("CANCELLED", [])
    assert (standing.open_jobs, int(standing.allowance_used)) == (0, 0)


@pytest.mark.parametrize("way", ["lost", "failed", "handed_back"])
async def test_what_ran_for_a_banned_account_is_not_run_again(stage: Stage, gpu: Worker, ann: Caller, way: str) -> None:
    job_id, task = await stage.started(ann, gpu)
    await ban(stage, ann)
    await stage.compare()
    assert await stage.status(job_id) == "RUNNING"

    if way == "lost":
        await stage.expire_lease(job_id)
    else:
        await gpu.finish(task, way, retryable=True, error_code="engine_failed", error_message="no")
    await stage.file()
    await stage.compare()
    standing = await stage.standing(ann)
    assert (await stage.status(job_id), standing.open_jobs, int(standing.allowance_used)) == ("CANCELLED", 0, 0)
    assert await gpu.inbox_of(Assignment) == []


async def test_workers_share_the_load(stage: Stage) -> None:
    pro = await stage.user("telegram:5", "pro")
    first, second = await stage.worker("first", slots=4), await stage.worker("second", slots=4)
    for _ in range(2):
        await stage.job(pro)
        await stage.round()

    assert [len(await first.inbox()), len(await second.inbox())] == [1, 1]


@pytest.mark.parametrize("state", ["draining", "gone"])
async def test_a_worker_that_leaves_gets_nothing_more(stage: Stage, gpu: Worker, ann: Caller, state: str) -> None:
    await stage.hear(gpu, state=state)
    await stage.job(ann)
    await stage.round()

    assert await gpu.inbox() == []


async def test_the_first_in_line_knows_it(stage: Stage, gpu: Worker, ann: Caller) -> None:
    await stage.started(ann, gpu)
    own = await stage.job(ann)
    ben = await stage.user("discord:7")
    next_one = await stage.job(ben)
    await stage.round()
    own_wait, next_wait = (stage.dispatcher.wait_of(job_id) for job_id in (own, next_one))

    assert own_wait
    assert own_wait.why is Why.OWN_JOBS
    assert next_wait
    assert next_wait.position <= 2


async def test_who_waits_is_told_when_half_and_when_nine_of_ten_would_have_started(
    stage: Stage, gpu: Worker, ann: Caller
) -> None:
    await stage.started(ann, gpu)
    ben = await stage.user("discord:7")
    first, second = await stage.job(ben), await stage.job(ben)
    await stage.round()
    waits = [stage.dispatcher.wait_of(job_id) for job_id in (first, second)]

    for wait in waits:
        assert wait
        assert wait.seconds
        assert wait.p90_seconds
        assert 0 < wait.seconds < wait.p90_seconds


async def test_who_starts_at_once_is_told_no_wait(stage: Stage, gpu: Worker, ann: Caller) -> None:
    answer = await stage.ask(ann)
    assert isinstance(answer, Admitted)
    wait = stage.dispatcher.wait_for(answer.job)

    assert wait
    assert (wait.position, wait.seconds, wait.p90_seconds) == (1, 0.0, 0.0)


# Messages lost and repeated


async def test_an_assignment_missing_from_two_beats_is_sent_again_under_its_number(
    stage: Stage, gpu: Worker, ann: Caller
) -> None:
    _, task = await stage.started(ann, gpu)
    gpu.holding.clear()
    await stage.hear(gpu)
    assert await gpu.inbox() == []
    await stage.hear(gpu)

    assert await gpu.inbox() == [task]


async def test_an_assignment_that_beats_list_is_not_repeated(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id, _ = await stage.started(ann, gpu)
    before = (await stage.row(job_id))["lease_until"]
    for _ in range(4):
        await stage.hear(gpu)

    assert await gpu.inbox() == []
    assert (await stage.row(job_id))["lease_until"] > before


async def test_a_cancel_is_repeated_with_each_beat(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id, _ = await stage.started(ann, gpu)
    await stage.lifecycle.cancel(job_id, ann.user_id)
    stage.dispatcher.auditor.next_at = 0.0
    await stage.round()
    await gpu.inbox()
    await stage.hear(gpu)
    await stage.hear(gpu)

    assert await gpu.inbox() == [Cancel(job_id=job_id, attempt=1)] * 2


async def test_a_cancel_that_the_worker_never_started_ends_after_two_beats(
    stage: Stage, gpu: Worker, ann: Caller
) -> None:
    job_id, _ = await stage.started(ann, gpu)
    gpu.holding.clear()
    await stage.lifecycle.cancel(job_id, ann.user_id)
    stage.dispatcher.auditor.next_at = 0.0
    await stage.hear(gpu)
    await stage.hear(gpu)
    await stage.round()

    assert await stage.status(job_id) == "CANCELLED"


async def test_a_worker_that_holds_what_it_should_not_is_told_to_stop(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id, task = await stage.started(ann, gpu)
    thief = await stage.worker("thief")
    thief.holding = list(gpu.holding)
    await stage.hear(thief)

    assert await thief.inbox() == [Cancel(job_id=job_id, attempt=task.attempt)]
    assert await stage.status(job_id) == "RUNNING"


async def test_a_flush_of_redis_in_the_middle_loses_nothing(stage: Stage, gpu: Worker, ann: Caller) -> None:
    first = await stage.job(ann)
    await stage.round()  # the assignment is in the inbox, unread
    await stage.redis.flushall()
    second = await stage.job(ann)
    await stage.hear(gpu)
    await stage.hear(gpu)
    task = await gpu.assignment()
    assert (task.job_id, task.attempt) == (first, 1)

    outcome = await gpu.finish(task)
    await stage.redis.flushall()
    await gpu.report(outcome)
    await stage.file()
    await stage.round()
    assert await stage.status(first) == "COMPLETED"
    assert (await gpu.assignment()).job_id == second


async def test_notes_that_got_lost_are_mended_by_the_database(
    stage: Stage, other: Stage, gpu: Worker, ann: Caller
) -> None:
    """What another scheduler admits and files reaches the leader even if no event does."""
    await other.market.refresh()
    job_id = await other.job(ann)
    stage.dispatcher.auditor.next_at = 0.0
    await stage.round()
    task = await gpu.assignment()
    await other.lifecycle.file([gpu.outcome(task)])
    assert job_id in stage.dispatcher.line.running
    stage.dispatcher.auditor.next_at = 0.0
    await stage.round()

    assert job_id not in stage.dispatcher.line.jobs


async def test_a_dispatch_of_unknown_outcome_is_sorted_out_by_the_database(
    stage: Stage, gpu: Worker, ann: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection breaks after the commit: the attempt runs in the database, and nobody was told."""

    async def broken(*args: Any) -> list[Started]:
        await start_jobs(*args)
        raise asyncpg.ConnectionDoesNotExistError

    job_id = await stage.job(ann)
    with monkeypatch.context() as patch:
        patch.setattr("scheduler.jobs.handout.start_jobs", broken)
        with pytest.raises(asyncpg.ConnectionDoesNotExistError):
            await stage.dispatcher.tick()
    await stage.round()
    assert await gpu.inbox() == []
    await stage.hear(gpu)
    await stage.hear(gpu)

    task = await gpu.assignment()
    assert (task.job_id, task.attempt) == (job_id, 1)


@pytest.mark.parametrize("fate", ["runs", "has run", "waits", "was cancelled"])
async def test_a_dispatch_of_unknown_outcome_counts_in_its_user_s_share_if_it_happened(
    stage: Stage, gpu: Worker, ann: Caller, monkeypatch: pytest.MonkeyPatch, fate: str
) -> None:
    async def broken(*args: Any) -> list[Started]:
        if fate in ("runs", "has run"):
            await start_jobs(*args)
        raise asyncpg.ConnectionDoesNotExistError

    job_id, _ = await stage.job(ann), await stage.job(ann)
    with monkeypatch.context() as patch:
        patch.setattr("scheduler.jobs.handout.start_jobs", broken)
        with pytest.raises(asyncpg.ConnectionDoesNotExistError):
            await stage.dispatcher.tick()
    ends = {"has run": "COMPLETED", "was cancelled": "CANCELLED"}.get(fate)
    if ends:
        await stage.pool.execute(
            "update jobs set status = $2, ended_at = now(), lease_until = null, lease_token = null where id = $1",
            job_id,
            ends,
        )
    await stage.dispatcher.auditor.audit()

    [member] = stage.dispatcher.line.queue.users[ann.user_id].members
    assert member.served == (1.0 if fate in ("runs", "has run") else 0.0)


async def test_in_a_long_line_too_doubts_are_looked_into_at_once(
    stage: Stage, gpu: Worker, ann: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A round compares but a slice of the line, and this job is not in the next one."""

    async def broken(*args: Any) -> list[Started]:
        raise asyncpg.ConnectionDoesNotExistError

    first, *_ = [await stage.job(ann) for _ in range(3)]
    monkeypatch.setattr("scheduler.jobs.auditor.SLICE", 1)
    with monkeypatch.context() as patch:
        patch.setattr("scheduler.jobs.handout.start_jobs", broken)
        with pytest.raises(asyncpg.ConnectionDoesNotExistError):
            await stage.dispatcher.tick()
    stage.dispatcher.auditor.after = await stage.pool.fetchval("select max(seq) from jobs")
    await stage.round()

    assert await stage.status(first) == "RUNNING"


POISON = """
    create function poison() returns trigger language plpgsql as $$
    begin raise exception 'poison' using errcode = 'data_exception'; end $$;
    create trigger poison before update of status on jobs for each row
      when (new.status = 'RUNNING' and new.params ->> 'prompt' = 'poison') execute function poison();
"""


async def test_a_job_that_cannot_be_started_harms_nobody_else(stage: Stage, ann: Caller) -> None:
    await stage.pool.execute(POISON)
    gpu = await stage.worker("gpu", slots=2)
    poisonous = await stage.job(ann, prompt="poison")
    ben, eve = await stage.user("discord:7"), await stage.user("discord:8")
    others = [await stage.job(ben), await stage.job(eve)]
    await stage.round()
    await stage.round()

    assert [await stage.status(job_id) for job_id in others] == ["RUNNING", "RUNNING"]
    assert {one.job_id for one in await gpu.inbox() if isinstance(one, Assignment)} == set(others)
    assert await stage.status(poisonous) == "QUEUED"


async def test_a_job_that_cannot_be_started_is_tried_again_later(stage: Stage, gpu: Worker, ann: Caller) -> None:
    await stage.pool.execute(POISON)
    poisonous = await stage.job(ann, prompt="poison")
    await stage.round()
    await stage.compare()
    assert poisonous not in stage.dispatcher.line.queue.jobs

    await stage.pool.execute("drop trigger poison on jobs")
    stage.dispatcher.line.apart.until[poisonous] = 0.0
    await stage.compare()
    assert (await gpu.assignment()).job_id == poisonous


async def test_the_owner_may_cancel_a_job_that_cannot_be_started(stage: Stage, gpu: Worker, ann: Caller) -> None:
    await stage.pool.execute(POISON)
    poisonous = await stage.job(ann, prompt="poison")
    await stage.round()
    await stage.lifecycle.cancel(poisonous, ann.user_id)

    assert await stage.status(poisonous) == "CANCELLED"
    assert (await stage.standing(ann)).open_jobs == 0


async def test_a_job_that_is_locked_holds_up_nobody_else(
    stage: Stage, ann: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def patient(db: Any, choices: Sequence[Choice], *args: Any) -> list[Started]:
        if any(choice.job_id == locked for choice in choices):
            raise asyncpg.LockNotAvailableError
        return await start_jobs(db, choices, *args)

    await stage.worker("gpu", slots=2)
    locked = await stage.job(ann)
    free = await stage.job(await stage.user("discord:7"))
    with monkeypatch.context() as patch:
        patch.setattr("scheduler.jobs.handout.start_jobs", patient)
        await stage.round()
    assert (await stage.status(locked), await stage.status(free)) == ("QUEUED", "RUNNING")

    await stage.round()
    assert await stage.status(locked) == "RUNNING"


# Leases


async def test_lease_time_stands_still_while_the_leader_is_deaf(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id, _ = await stage.started(ann, gpu)
    await stage.pool.execute("update jobs set lease_until = now() - interval '1 minute'")
    warden, now = stage.dispatcher.warden, time.monotonic()
    stage.dispatcher.line.running[job_id].renewed_at = now - 60
    warden.heard_at = warden.hearing_since = now - 60
    stage.dispatcher.beats([])  # Redis answers again
    warden.reaped_at = now - 1.5
    await stage.round()
    assert await stage.status(job_id) == "RUNNING"

    warden.hearing_since = now - 60  # it has been listening all the time, and heard nothing
    warden.reaped_at = now - 1.5
    await stage.round()
    assert (await stage.row(job_id))["lost_attempts"] == 1


async def test_a_leader_that_slept_counts_its_sleep_against_nobody(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id, _ = await stage.started(ann, gpu)
    await stage.expire_lease(job_id)
    stage.dispatcher.warden.reaped_at = time.monotonic() - 60
    await stage.round()

    assert await stage.status(job_id) == "RUNNING"


async def test_a_lost_job_goes_to_another_worker_with_the_next_number(stage: Stage, gpu: Worker, ann: Caller) -> None:
    job_id, _ = await stage.started(ann, gpu)
    second = await stage.worker("second")
    stage.dispatcher.line.workers[gpu.worker_id].seen_at = 0.0
    await stage.expire_lease(job_id)
    await stage.round()
    await stage.round()

    assert (await second.assignment()).attempt == 2


async def test_a_silent_worker_is_forgotten(stage: Stage, gpu: Worker) -> None:
    warden = stage.dispatcher.warden
    await stage.pool.execute("update workers set last_seen_at = now() - interval '1 minute'")
    stage.dispatcher.line.workers[gpu.worker_id].seen_at = 0.0
    warden.hearing_since, warden.reaped_at = 0.0, time.monotonic() - 1.5
    await stage.round()

    assert stage.dispatcher.line.workers == {}
    assert await stage.pool.fetchval("select state from workers") == "gone"
    assert stage.market.market.online == {}
    assert stage.market.market.offered == {"painter": 2048}


# Pauses


async def test_a_pause_is_known_to_every_scheduler_at_once(
    stage: Stage, other: Stage, gpu: Worker, ann: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other's market is read anew when it hears of it, long before that is due."""
    monkeypatch.setattr("scheduler.jobs.events.LISTEN_SECONDS", 0.05)
    await other.market.refresh()
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(other.hub.run(stop))
        group.create_task(supervisor.run([Loop("market", other.market.refresh, 60.0, other.market.wake)], stop))
        await until(stage.redis.pubsub_numpat)
        assert isinstance(await other.ask(ann), Admitted)
        await pause(stage.pool, "all", "new house", ann.user_id)
        await stage.market.changed()
        await until(lambda: other.market.market.paused)
        assert isinstance(await other.ask(ann), Refusal)
        stop.set()


@pytest.mark.parametrize("subject", ["all", "capability:image", "model:painter"])
async def test_what_is_paused_is_neither_admitted_nor_dispatched_until_resumed(
    stage: Stage, gpu: Worker, ann: Caller, subject: str
) -> None:
    job_id = await stage.job(ann)
    await pause(stage.pool, subject, "new weights", ann.user_id)
    await stage.market.refresh()
    await stage.round()
    wait = stage.dispatcher.wait_of(job_id)
    answer = await stage.ask(ann)
    assert await gpu.inbox() == []
    assert wait
    assert wait.why is Why.PAUSED
    assert answer == Refusal(Code.CAPABILITY_PAUSED, {"subject": subject, "reason": "new weights", "alternative": None})

    assert await resume(stage.pool, subject)
    await stage.market.refresh()
    await stage.round()
    assert (await gpu.assignment()).job_id == job_id
