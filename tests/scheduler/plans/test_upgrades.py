"""The plan that a refusal names: what goes by itself hides none, and hides nothing that stays."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from scheduler.accounts.model import Pause
from scheduler.catalogue.model import Capability
from scheduler.errors import Code, Refusal
from scheduler.jobs.model import JobRequest
from scheduler.plans.choice import Market
from scheduler.plans.limits import decide
from scheduler.plans.model import Standing
from tests.scheduler.plans.test_advice import FREE, MODELS, NOON, PLANS

MADE = {"sdxl": 2048, "painter": 2048, "ltx": 1024, "flux-dev": 2048}
MARKET = Market(MODELS, tuple(PLANS.values()), MADE, MADE, {})
RESTED = Standing(7, 1, Decimal(0), NOON.date(), Decimal(0), 0, NOON, False, 0)
HURRIED, BUSY = replace(RESTED, rate_tat=NOON + timedelta(hours=1)), replace(RESTED, open_jobs=50)
PAUSED: Mapping[str, Pause] = {"all": Pause(subject="all", reason="r", ends_at=None)}
LARGE = JobRequest(prompt="a fox", model="sdxl", width=1536, height=1536)
OF_STARTER = JobRequest(prompt="a fox", model="ltx", capability=Capability.VIDEO)


def upgrade(request: JobRequest, standing: Standing, market: Market, code: Code) -> object:
    answer = decide(request, FREE, replace(standing), market, NOON)
    assert isinstance(answer, Refusal)
    assert answer.code is code
    return answer.facts["upgrade"]


@pytest.mark.parametrize("standing", [RESTED, HURRIED, BUSY])
@pytest.mark.parametrize("paused", [{}, PAUSED])
def test_what_goes_by_itself_hides_no_plan(standing: Standing, paused: Mapping[str, Pause]) -> None:
    market = replace(MARKET, paused=paused)
    assert upgrade(OF_STARTER, standing, market, Code.MODEL_NOT_IN_PLAN) == "Starter"
    assert upgrade(LARGE, standing, MARKET, Code.RESOLUTION_TOO_HIGH) == "Starter"


def test_what_was_refused_has_not_gone_by() -> None:
    painted = JobRequest(prompt="a fox", model="painter")
    assert upgrade(painted, HURRIED, MARKET, Code.RATE_LIMITED) == "Starter"  # sooner
    assert upgrade(painted, BUSY, MARKET, Code.TOO_MANY_WAITING) == "Pro"
    assert upgrade(painted, replace(BUSY, open_jobs=5000), MARKET, Code.TOO_MANY_WAITING) is None


def test_what_stays_hides_a_plan_behind_what_goes_by_itself() -> None:
    nobody = replace(MARKET, offered={"sdxl": 2048}, online={"sdxl": 2048})
    assert upgrade(LARGE, HURRIED, replace(MARKET, offered={"sdxl": 1024}), Code.RESOLUTION_TOO_HIGH) is None
    assert upgrade(OF_STARTER, HURRIED, nobody, Code.MODEL_NOT_IN_PLAN) is None
