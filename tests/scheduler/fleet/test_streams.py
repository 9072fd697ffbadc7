"""A worker that writes the greatest id there is silences nobody for long."""

import asyncio
from functools import partial

import pytest
from redis.exceptions import ResponseError

from scheduler.fleet import streams
from scheduler.wire import BEATS, REPORTS, Beat
from tests.scheduler.stage import Stage, until
from tests.scheduler.worker import Worker

LAST = f"{2**64 - 1}-{2**64 - 1}"


@pytest.fixture(autouse=True)
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    for patience in ("fleet.listener.BLOCK_MILLISECONDS", "jobs.lifecycle.BLOCK_MILLISECONDS"):
        monkeypatch.setattr(f"scheduler.{patience}", 20)
    monkeypatch.setattr("scheduler.fleet.listener.LONG_SILENCE", 10**9)  # it must not take one


@pytest.mark.parametrize("left", [1, 0])
async def test_a_job_is_done_though_both_streams_were_at_their_end(stage: Stage, other: Stage, left: int) -> None:
    """Also when the entry itself is gone at once: the id stays."""
    gpu, ann = await stage.worker("gpu"), await stage.user()
    await other.listener.read()
    job_id, task = await stage.started(ann, gpu)
    for stream in (BEATS, REPORTS):
        await stage.redis.xadd(stream, {"f": "x"}, id=LAST, maxlen=left, approximate=False)
    for one in (stage, other):
        await one.listener.read()
        await one.listener.read()  # nothing: it listens for what is new
    await stage.read_reports()
    with pytest.raises(ResponseError, match="exhausted"):
        await gpu.beat()
    with pytest.raises(ResponseError, match="exhausted"):
        await gpu.finish(task)

    await streams.tick(stage.redis)
    await streams.tick(other.redis)
    for one in (stage, other):
        await until(partial(hears, one, gpu))
    await stage.lifecycle.read()  # which finds no group
    await gpu.finish(task)
    await stage.file()
    assert await stage.status(job_id) == "COMPLETED"


async def hears(stage: Stage, worker: Worker) -> bool:
    heard: list[Beat] = []
    stage.listener.on_beats = heard.extend
    await asyncio.gather(stage.listener.read(), worker.beat())
    return bool(heard)


async def test_streams_with_ids_of_now_stay_and_none_need_be_there(stage: Stage) -> None:
    await streams.tick(stage.redis)
    await stage.worker("gpu")
    await streams.tick(stage.redis)
    assert await stage.redis.xlen(BEATS) == 1
