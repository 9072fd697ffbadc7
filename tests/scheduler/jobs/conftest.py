"""A worker and a person, as most of these tests have them."""

import pytest

from scheduler.accounts.model import Caller
from tests.scheduler.stage import Stage
from tests.scheduler.worker import Worker


@pytest.fixture
async def gpu(stage: Stage) -> Worker:
    return await stage.worker("gpu")


@pytest.fixture
async def ann(stage: Stage) -> Caller:
    return await stage.user()
