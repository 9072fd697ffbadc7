"""What a job counts of its user's share: its tokens, and where it is free, what is made."""

from typing import Any

import pytest

from scheduler.jobs.entries import newcomer
from scheduler.jobs.queries.open import open_jobs
from scheduler.jobs.share import share_of
from scheduler.jobs.submits import Admitted
from tests.scheduler.stage import Stage
from tests.scheduler.worker import Worker

PICTURE = {"prompt": "a fox", "count": 1, "width": 512, "height": 512}


@pytest.mark.parametrize(
    ("capability", "params", "tokens"),
    [
        ("image", PICTURE, 1),
        ("image", PICTURE | {"width": 1536, "height": 1024, "count": 4}, 6),
        ("video", {"prompt": "a fox", "count": 1, "width": 768, "height": 512, "seconds": 9.5}, 10),
        ("audio", {"prompt": "rain", "count": 1, "seconds": 35.0}, 4),
        ("text", {"prompt": "x" * 400, "count": 2, "max_tokens": 2500}, 6),
        ("text", {"prompt": "x" * 4004, "count": 1}, 2),
        ("image", {}, 1),
    ],
)
def test_what_is_free_counts_what_it_would_at_a_price_of_one(
    capability: str, params: dict[str, Any], tokens: float
) -> None:
    assert share_of(0.0, capability, params) == tokens
    assert share_of(0.25, capability, params) == 0.25


async def test_what_is_free_counts_its_size_however_the_leader_learns_of_it(stage: Stage, gpu: Worker) -> None:
    pro = await stage.user("telegram:5", "pro")
    await stage.pool.execute("update catalogue.models set price_tokens = 0 where id = 'painter'")
    await stage.market.refresh()
    answer = await stage.ask(pro, width=1536, height=1024)
    assert isinstance(answer, Admitted)
    await stage.round()
    [read] = await open_jobs(stage.pool, [answer.job.id])
    kept = stage.dispatcher.line.jobs[answer.job.id]

    assert answer.job.hold.cost == 0
    assert (newcomer(answer.job).cost, read.share, kept.share) == (1.5, 1.5, 1.5)
