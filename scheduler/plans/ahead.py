"""The limits of a job that joins the line later, each when it can be judged: pure.

When it is asked for: everything but tokens, and its rate is paid. When its time has come: everything as it is then, but
the rate and its place among the open jobs, which it has, and what is paused: it waits in line for the end of that, as
whoever was there before.
"""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from scheduler.errors import Refusal
from scheduler.jobs.model import JobRequest
from scheduler.plans.choice import Market
from scheduler.plans.limits import Admission, decide
from scheduler.plans.model import Plan, Standing

ENOUGH = Decimal(10**9)
NOTHING = Decimal(0)


def decide_ahead(
    request: JobRequest, plan: Plan, standing: Standing, market: Market, now: datetime
) -> Admission | Refusal:
    """Let a job wait for its time, changing `standing`, or say why not. Its cost is what it would be now."""
    rich = replace(standing, balance=ENOUGH)
    decision = decide(request, plan, rich, market, now)
    if isinstance(decision, Refusal):
        return decision
    standing.rate_tat, standing.open_jobs = rich.rate_tat, rich.open_jobs
    return decision._replace(from_allowance=NOTHING, from_balance=NOTHING)


def decide_due(
    request: JobRequest, plan: Plan, standing: Standing, market: Market, now: datetime
) -> Admission | Refusal:
    """Admit a job whose time has come, changing `standing` for the next one, or say why not."""
    rate_tat, open_jobs = standing.rate_tat, standing.open_jobs
    standing.rate_tat, standing.open_jobs = now, 0
    decision = decide(request, plan, standing, replace(market, paused={}), now)
    standing.rate_tat, standing.open_jobs = rate_tat, open_jobs
    return decision
