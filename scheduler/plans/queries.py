"""Reading plans."""

from collections.abc import Collection
from typing import Any

from scheduler.database import Db
from scheduler.plans.model import Plan, PlanView

COLUMNS = """p.id as plan_id, p.name as plan_name, p.tier, p.daily_token_limit, p.requests_per_minute,
             p.max_concurrent_jobs, p.max_waiting_jobs, p.priority, p.max_resolution, p.max_pixels, p.allowed_models,
             p.price_cents"""


async def active_plans(db: Db) -> tuple[Plan, ...]:
    """The plans on offer, cheapest first, the admins' last."""
    rows = await db.fetch(f"select {COLUMNS} from plans p where active order by tier = 'admin', price_cents, id")
    return tuple(plan_of(row) for row in rows)


class KnownPlans:
    """Plans by id and version, so that their many columns are read once."""

    def __init__(self) -> None:
        self.plans: dict[int, tuple[str, Plan]] = {}

    async def of(self, db: Db, wanted: Collection[tuple[int, str]]) -> dict[int, Plan]:
        """The plans, not older than the versions asked for."""
        if any(self.plans.get(plan_id, ("",))[0] != version for plan_id, version in wanted):
            rows = await db.fetch(f"select {COLUMNS}, p.xmin::text as version from plans p")
            self.plans = {row["plan_id"]: (row["version"], plan_of(row)) for row in rows}
        return {plan_id: self.plans[plan_id][1] for plan_id, _ in wanted}


def plan_of(row: Any) -> Plan:
    """The plan in a row that was selected with COLUMNS."""
    return Plan(
        id=row["plan_id"],
        name=row["plan_name"],
        tier=row["tier"],
        daily_token_limit=row["daily_token_limit"],
        requests_per_minute=row["requests_per_minute"],
        max_concurrent_jobs=row["max_concurrent_jobs"],
        max_waiting_jobs=row["max_waiting_jobs"],
        priority=row["priority"],
        max_resolution=row["max_resolution"],
        allowed_models=frozenset(row["allowed_models"]),
        price_cents=row["price_cents"],
        max_pixels=row["max_pixels"],
    )


def plan_view(plan: Plan) -> PlanView:
    return PlanView(
        name=plan.name,
        tier=plan.tier,
        daily_token_limit=plan.daily_token_limit,
        requests_per_minute=plan.requests_per_minute,
        max_concurrent_jobs=plan.max_concurrent_jobs,
        max_waiting_jobs=plan.max_waiting_jobs,
        max_resolution=plan.max_resolution,
        max_pixels=plan.max_pixels or plan.max_resolution**2,
        allowed_models=sorted(plan.allowed_models),
        price_cents=plan.price_cents,
    )
