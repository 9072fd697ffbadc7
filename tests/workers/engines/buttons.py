"""What an engine is told when somebody presses a button under a picture: the request and the scheduler's own rules."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from bots import repeats
from scheduler.accounts.model import Caller, Platform
from scheduler.catalogue.model import Capability, Model
from scheduler.jobs.decisions import params_of
from scheduler.jobs.lineage import Parent
from scheduler.jobs.model import JobRequest, JobView
from scheduler.jobs.submits import Submit
from scheduler.plans.limits import Admission
from tests.bots.studio import a_job

NEW_SEED = 1234567  # of those who ask for none
ANN = Caller(1, Platform.TELEGRAM, "1", "telegram", is_admin=False, via_service=True)
MODEL = Model("painter", "painter", "", Capability.IMAGE, Decimal(1), 1024, 1024, 1, is_available=True)
PRESSES: dict[str, Callable[[JobView], JobRequest | None]] = {
    "again": repeats.again,
    "retry": repeats.retry,
    "variation": repeats.variation,
    "larger": lambda job: repeats.larger(job, 4096),
}


def pressed(button: str, params: dict[str, Any]) -> dict[str, Any]:
    """The params of what comes of a button under the job with these params."""
    said = {name: params[name] for name in ("prompt", "width", "height", "seed", "strength") if name in params}
    request = PRESSES[button](a_job(**said))
    assert request
    submit = Submit(ANN, request, None, None, Parent(params), seed=NEW_SEED)
    width, height = request.width or 0, request.height or 0
    return params_of(submit, Admission(MODEL, width, height, 0, 0, 0, Decimal(1), Decimal(1), Decimal(0)))
