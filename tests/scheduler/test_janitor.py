"""What the janitor forgets, and what it keeps."""

from datetime import timedelta
from pathlib import Path

import pytest

from scheduler import janitor
from scheduler.accounts.model import Caller
from scheduler.artifacts.store import MOST_FAILURES, StoreError
from scheduler.jobs.submits import Admitted, Replayed
from tests.scheduler.stage import Stage
from tests.scheduler.worker import Worker


async def test_expired_files_go_and_their_rows_stay(stage: Stage) -> None:
    gpu, ann = await stage.worker("gpu"), await stage.user()
    job_id, task = await stage.started(ann, gpu)
    await gpu.finish(task)
    await stage.file()
    await janitor.tick(stage.pool, stage.store)
    assert len(list(stage.folder.rglob("*.png"))) == 1

    await stage.pool.execute("update artifacts set expires_at = now()")
    assert not await janitor.tick(stage.pool, stage.store)
    await janitor.tick(stage.pool, stage.store)
    row = await stage.pool.fetchrow("select * from artifacts where job_id = $1", job_id)

    assert not [path for path in stage.folder.rglob("*") if path.is_file()]
    assert (row["local_path"], row["web_path"], row["metadata"]["seed"]) == (None, None, task.params["seed"])
    assert row["deleted_at"]


async def test_a_file_that_is_gone_already_is_no_trouble(stage: Stage) -> None:
    gpu, ann = await stage.worker("gpu"), await stage.user()
    _, task = await stage.started(ann, gpu)
    await gpu.finish(task)
    await stage.file()
    (stage.folder / task.folder / "0.png").unlink()
    await stage.pool.execute("update artifacts set expires_at = now()")
    await janitor.tick(stage.pool, stage.store)

    assert await stage.pool.fetchval("select count(*) from artifacts where deleted_at is null") == 0


async def a_file(stage: Stage, gpu: Worker, ann: Caller) -> Path:
    """Of a job that has ended; its time is over."""
    _, task = await stage.started(ann, gpu)
    await gpu.finish(task)
    await stage.file()
    await stage.pool.execute("update artifacts set expires_at = now() where deleted_at is null")
    return Path(stage.folder, task.folder, "0.png")


async def kept(stage: Stage) -> int:
    return int(await stage.pool.fetchval("select count(*) from artifacts where deleted_at is null"))


async def test_a_path_that_no_store_takes_keeps_no_other_file(stage: Stage) -> None:
    gpu, ann = await stage.worker("gpu"), await stage.user()
    await a_file(stage, gpu, ann)
    await stage.pool.execute("update artifacts set local_path = replace(local_path, '/0.png', '//0.png')")
    [row] = await stage.pool.fetch("select local_path from artifacts")
    with pytest.raises(StoreError):
        await stage.store.size(row["local_path"])
    other = await a_file(stage, gpu, ann)
    await janitor.tick(stage.pool, stage.store)

    assert (other.exists(), await kept(stage)) == (False, 0)


async def test_a_file_that_cannot_be_deleted_keeps_no_other_and_goes_when_it_can(stage: Stage) -> None:
    gpu, ann = await stage.worker("gpu"), await stage.user()
    stuck, other = await a_file(stage, gpu, ann), await a_file(stage, gpu, ann)
    stuck.unlink()
    stuck.mkdir()
    await janitor.tick(stage.pool, stage.store)
    assert (other.exists(), await kept(stage)) == (False, 1)

    stuck.rmdir()
    await janitor.tick(stage.pool, stage.store)
    assert await kept(stage) == 0


async def test_a_store_that_is_away_is_not_asked_for_every_file(stage: Stage) -> None:
    folders = [f"uploads/{number}" for number in range(MOST_FAILURES + 2)]
    for folder in folders:
        (stage.folder / folder).mkdir(parents=True)
    (stage.folder / "uploads" / "last").touch()

    assert await stage.store.delete([*folders, "uploads/last"]) == {*folders, "uploads/last"}
    assert await stage.store.delete([*folders[:2], "uploads/last"]) == set(folders[:2])


async def test_a_chore_that_fails_keeps_none_of_the_others(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await stage.worker("gpu")
    await stage.job(await stage.user(), key="k")
    await stage.pool.execute("update jobs set created_at = now() - $1::interval", timedelta(days=8))

    async def fails(*given: object) -> bool:
        raise LookupError

    monkeypatch.setattr(janitor, "remove_expired", fails)
    with pytest.raises(LookupError):
        await janitor.tick(stage.pool, stage.store)
    assert await stage.pool.fetchval("select count(*) from jobs where idempotency_key is not null") == 0


async def test_what_a_lost_attempt_stored_goes_however_late_it_comes(stage: Stage) -> None:
    gpu, ann = await stage.worker("gpu"), await stage.user()
    job_id, late = await stage.started(ann, gpu)
    await stage.hear(gpu, state="gone")
    await stage.expire_lease(job_id)
    other = await stage.worker("other")
    await stage.round()
    await other.finish(await other.assignment())
    await stage.file()
    assert not await janitor.remove_strays(stage.pool, stage.store, timedelta(0))

    await gpu.finish(late)
    await stage.file()
    await janitor.tick(stage.pool, stage.store)
    assert len(list(stage.folder.rglob("*.png"))) == 2  # somebody may still be at it

    await janitor.remove_strays(stage.pool, stage.store, timedelta(0))
    assert [path.parent.name for path in stage.folder.rglob("*.png")] == ["2"]


async def test_keys_are_remembered_for_a_week(stage: Stage) -> None:
    ann = await stage.user()
    await stage.worker("gpu")
    first = await stage.job(ann, key="k")
    await stage.pool.execute("update jobs set created_at = now() - $1::interval", timedelta(days=6.9))
    await janitor.tick(stage.pool, stage.store)
    assert await stage.ask(ann, key="k") == Replayed(first)

    await stage.pool.execute("update jobs set created_at = now() - $1::interval", timedelta(days=7.1))
    await janitor.tick(stage.pool, stage.store)
    assert isinstance(await stage.ask(ann, key="k"), Admitted)


async def test_workers_long_gone_are_forgotten_but_not_what_was_ever_offered(stage: Stage) -> None:
    for _ in range(3):
        worker = await stage.worker("gpu", models=("sdxl",))
        await stage.hear(worker, state="gone")
    await stage.pool.execute("update workers set gone_at = now() - interval '2 days'")
    await janitor.tick(stage.pool, stage.store)
    await stage.market.refresh()

    assert await stage.pool.fetchval("select count(*) from workers") == 1
    assert stage.market.market.offered == {"sdxl": 2048}
    assert stage.market.market.online == {}
