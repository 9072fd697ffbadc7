"""How long work may take is a matter of its size, of what was measured, and of what shares its pass."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from scheduler.catalogue.model import Capability
from scheduler.fleet.model import Attempt, LiveWorker
from scheduler.jobs.timeouts import LONGEST_SECONDS, PATIENCE, allowed, timeout_seconds
from scheduler.wire import LOADING_SECONDS, Beat, Offer


@pytest.mark.parametrize(
    ("capability", "tokens", "pace", "seconds"),
    [
        ("image", 0.01, None, 318),
        ("image", 1, None, 2100),  # SDXL on a processor
        ("image", 1, 600.0, 6300),
        ("image", 1, 4.0, 480),
        ("image", 1, 30.0, 600),
        ("image", 4, 4.0, 1020),
        ("image", 96, 20.0, 19500),  # four pictures of flux-dev, 2048 x 2048, 100 steps
        ("video", 15, 20.0, 3900),
        ("audio", 2, 0.2, 420),
        ("text", 0.5, None, 1300),
        ("text", 10_000, None, LONGEST_SECONDS),
    ],
)
def test_the_time_out_is_of_the_size_of_the_work(
    capability: str, tokens: float, pace: float | None, seconds: float
) -> None:
    assert timeout_seconds(capability, tokens, pace) == pytest.approx(seconds)


def test_each_capability_has_its_patience() -> None:
    assert set(PATIENCE) == set(Capability)


@pytest.mark.parametrize(("capability", "before"), [("image", 300), ("video", 1800), ("audio", 600), ("text", 300)])
def test_a_worker_that_counts_its_loading_gets_no_less_than_it_did(capability: str, before: float) -> None:
    """While a rollout lasts: it takes what the wire calls `timeout_seconds`, for the loading and its whole pass."""
    assert LOADING_SECONDS + timeout_seconds(capability, 0.0, 0.0) >= before


def an_attempt(seconds: float, pass_id: UUID) -> Attempt:
    return Attempt(uuid4(), 1, 7, "gpu-1", 0.0, 0.0, seconds, pass_id)


def test_what_shares_a_pass_has_its_time_together() -> None:
    offer = Offer(model="sdxl", capability="image", max_side=1024, batch=4)
    beat = Beat(worker_id="gpu-1", name="gpu", slots=1, offers=[offer], sent_at=datetime.now(UTC))
    pass_id = uuid4()
    first, second, other = an_attempt(100, pass_id), an_attempt(200, pass_id), an_attempt(50, uuid4())
    worker = LiveWorker(beat, 0.0, {one.job_id: one for one in (first, second, other)})

    assert allowed(first, worker) == allowed(second, worker) == LOADING_SECONDS + 300
    assert allowed(other, worker) == LOADING_SECONDS + 50
    del worker.busy[second.job_id]  # it was called off
    assert allowed(first, worker) == LOADING_SECONDS + 300
    assert allowed(an_attempt(100, uuid4()), None) == LOADING_SECONDS + 100
