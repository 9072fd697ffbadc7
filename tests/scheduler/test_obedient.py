"""The worker of the fault machine's pair keeps what a worker promises: an outcome is said until it is acknowledged."""

from uuid import uuid4

import pytest

from scheduler.wire import REPORTS, Acknowledged, Assignment
from tests.benchmarks import obedient
from tests.benchmarks.obedient import Obedient
from tests.scheduler.stage import Stage

TASK = Assignment(
    job_id=uuid4(),
    attempt=1,
    lease_token=uuid4(),
    capability="image",
    model="painter",
    params={"width": 8, "height": 8, "seed": 1},
    folder="jobs/x/1",
    timeout_seconds=60.0,
    events_channel="x",
)


async def test_an_outcome_is_said_again_until_somebody_has_filed_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Obedient(stage.redis, stage.redis, slots=1)
    worker.take(TASK)
    await worker.beat()
    assert await stage.redis.xlen(REPORTS) == 0  # it was just said
    monkeypatch.setattr(obedient, "AGAIN_SECONDS", -1.0)
    await worker.beat()
    await worker.beat()
    assert await stage.redis.xlen(REPORTS) == 2
    worker.take(Acknowledged(job_id=TASK.job_id, attempt=TASK.attempt))
    await worker.beat()
    assert await stage.redis.xlen(REPORTS) == 2
