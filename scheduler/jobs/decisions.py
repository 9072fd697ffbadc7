"""What one batch of submits has decided so far, and the job that an admitted one becomes: pure."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from scheduler.errors import Code, Refusal
from scheduler.jobs.kinds import longest_side
from scheduler.jobs.lineage import inherited
from scheduler.jobs.model import WISHES, JobEvent, JobRequest, Status
from scheduler.jobs.queries.admission import Account, Hold, NewJob, Seen
from scheduler.jobs.queries.open import NOBODY, OpenJob
from scheduler.jobs.share import share_of
from scheduler.jobs.submits import Admitted, Replayed, Submit
from scheduler.plans.choice import Market, makes
from scheduler.plans.limits import Admission, renew_day, spendable
from scheduler.plans.model import Plan, Standing

LATEST = 2**62  # a number after all others


@dataclass(slots=True)
class Decisions:
    """What one batch has decided so far."""

    accounts: dict[int, Account]
    seen: dict[tuple[int, str], Seen]
    now: datetime
    paused: frozenset[str]
    new: list[NewJob] = field(default_factory=list)

    def changed(self) -> list[Account]:
        """The accounts to write back."""
        users = {job.user_id for job in self.new}
        return [self.accounts[user_id] for user_id in sorted(users)]

    def before(self, submit: Submit) -> Replayed | Refusal | None:
        """The answer to a repetition; None: its key never came before."""
        seen = self.seen.get((submit.caller.user_id, submit.key)) if submit.key else None
        if seen is None:
            return None
        same = seen.request_hash in (None, submit.request_hash)
        return Replayed(seen.job_id) if same else Refusal(Code.IDEMPOTENCY_MISMATCH)

    def is_held(self, user_id: int) -> bool:
        account = self.accounts.get(user_id)
        return account is not None and account.held

    def opening(self) -> list[OpenJob]:
        """The new jobs before they have their numbers, in their order, without those that nobody here could run now."""
        return [self.opened(job, LATEST + place) for place, job in enumerate(self.new) if not job.hold.wait_until]

    def opened(self, job: NewJob, number: int) -> OpenJob:
        return open_job(job, number, self.accounts[job.user_id].plan)

    def admit(self, submit: Submit, admission: Admission, wait_until: datetime | None) -> Admitted:
        account = self.accounts[submit.caller.user_id]
        standing, plan = account.standing, account.plan
        destination = submit.destination
        new = NewJob(
            id=submit.job_id,
            user_id=submit.caller.user_id,
            frontend=submit.caller.frontend,
            bot_id=destination.bot_id if destination else None,
            capability=submit.request.capability,
            priority=plan.priority,
            params=params_of(submit, admission),
            key=submit.key,
            request_hash=submit.request_hash,
            parent_id=submit.parent_id,
            address=destination.address if destination else None,
            process=destination.process if destination else None,
            hold=hold_of(admission, standing, wait_until),
            created_at=self.now,
            user=submit.caller.ref,
        )
        self.new.append(new)
        if submit.key:
            self.seen[submit.caller.user_id, submit.key] = Seen(submit.job_id, submit.request_hash)
        left = spendable(plan, renew_day(standing, self.now.date()))
        return Admitted(new, left)


def hold_of(admission: Admission, standing: Standing, wait_until: datetime | None) -> Hold:
    """What is held for what was admitted this moment; `standing`: of its account, then."""
    return Hold(
        cost=admission.cost,
        from_allowance=admission.from_allowance,
        from_balance=admission.from_balance,
        balance_after=standing.balance,
        seq=standing.last_seq,
        day=standing.allowance_day,
        wait_until=wait_until,
    )


def keep_until(
    admission: Admission, request: JobRequest, market: Market, now: datetime, keep_for: timedelta
) -> datetime | None:
    """How long a job is kept that no live worker can run; None: one can."""
    online = market.sides(from_picture=request.picture is not None)
    return None if makes(admission.model, admission.width, admission.height, online) else now + keep_for


def params_of(submit: Submit, admission: Admission) -> dict[str, Any]:
    """What the worker is told, and what a repetition needs: nothing about the user."""
    request = submit.request
    params: dict[str, Any] = {
        "prompt": request.prompt.strip(),
        "model": admission.model.id,
        "seed": submit.seed if request.seed is None else request.seed,
        "count": request.count,
    }
    if admission.width:
        params |= {"width": admission.width, "height": admission.height}
    params |= {name: wish for name in WISHES if (wish := getattr(request, name)) is not None}
    params.pop("steps", None)  # as many as the model takes, if it lets one choose
    if admission.steps:
        params["steps"] = admission.steps
    if admission.seconds:
        params["seconds"] = admission.seconds
    if admission.max_tokens:
        params["max_tokens"] = admission.max_tokens
    if request.strength is not None:
        params["strength"] = request.strength
    size = (admission.width, admission.height) if admission.width and admission.height else None
    params |= inherited(request, submit.parent, size)
    if submit.picture is not None:
        params |= {"picture": str(submit.picture.id), "picture_path": submit.picture.path}
    if submit.cut is not None:
        params |= submit.cut.params()
    return params


def open_job(job: NewJob, number: int, plan: Plan) -> OpenJob:
    """The job as the dispatcher keeps it, without reading it again."""
    return OpenJob(
        id=job.id,
        seq=number,
        user_id=job.user_id,
        user=job.user,
        limit=plan.max_concurrent_jobs,
        priority=job.priority,
        status=Status.QUEUED,
        capability=job.capability,
        model=job.params["model"],
        longest_side=longest_side(job.params),
        share=share_of(float(job.hold.cost), job.capability, job.params),
        bot_id=job.bot_id,
        attempt=0,
        worker_id=None,
        avoid_workers=NOBODY,
        cancel_requested=False,
        wait_until=job.hold.wait_until,
        seconds=None,
        picture="picture" in job.params,
    )


def accepted_event(job: OpenJob) -> JobEvent:
    return JobEvent(kind="accepted", job_id=job.id, user=job.user, bot_id=job.bot_id, status=Status.QUEUED)
