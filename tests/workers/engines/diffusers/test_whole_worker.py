"""Jobs through a whole worker to a tiny model and back; what the check says of folders."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.workers.conftest import StartWorker
from tests.workers.fake_scheduler import FakeScheduler
from workers import check
from workers.engines import registry


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")  # in diffusers
async def test_pictures_are_made_called_off_and_fail_as_promised(
    sdxl: Path,
    scheduler: FakeScheduler,
    start_worker: StartWorker,
    store: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    import diffusers
    import torch

    tables = [{"model": "sdxl", "engine": "diffusers", "folder": str(sdxl)}]
    await start_worker(worker_engines=("instant",), models=tables, worker_preview_seconds=0.1)

    async def assigned(**params: Any) -> Any:
        job = scheduler.job(prompt="a fox in secret words" * 20, **params)
        return await scheduler.assign(job.model_copy(update={"model": "sdxl"}))

    outcome = await scheduler.outcome(await assigned(steps=3))
    [made] = outcome.artifacts
    with Image.open(store / made.path) as picture:
        assert (picture.format, picture.size) == ("PNG", (64, 64))
    assert made.metadata["steps"] == 3
    assert scheduler.beat.warm == ["sdxl"]
    assert "sdxl" in scheduler.beat.load_seconds

    long = await assigned(steps=200, count=4)
    await scheduler.until(lambda: any(line.fraction > 0.01 for line in scheduler.progress.get(long, ())))
    await scheduler.cancel(long)
    called_off = await scheduler.outcome(long)
    assert called_off.status == "cancelled"
    assert 0.2 < called_off.unused_fraction < 1

    def full(*_: Any, **__: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    with monkeypatch.context() as patched:
        patched.setattr(diffusers.StableDiffusionXLPipeline, "__call__", full)
        failed = await scheduler.outcome(await assigned())
    assert (failed.status, failed.error_code, failed.retryable) == ("failed", "out_of_memory", True)
    assert (await scheduler.outcome(await assigned(steps=2))).status == "completed"
    said = capfd.readouterr()
    assert "secret" not in said.out + said.err


def test_the_check_says_what_is_wrong_with_a_folder(
    written_folder: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = registry.ENGINES["diffusers"]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TESSERA_WORKER_SCRATCH", str(tmp_path))
    table = {"model": "sdxl", "engine": "diffusers", "folder": str(written_folder())}
    monkeypatch.setenv("TESSERA_MODELS", json.dumps([table]))

    away = registry.Entry(entry.where, of_tables=True, packages=("no_such_package",), extra="diffusers")
    monkeypatch.setitem(registry.ENGINES, "diffusers", away)
    assert check.check().not_installed["diffusers"] == "diffusers"
    [problem] = check.check().problems
    assert "packages that are not here: no_such_package; install the extra 'diffusers'" in problem

    here = registry.Entry(entry.where, of_tables=True)
    monkeypatch.setitem(registry.ENGINES, "diffusers", here)
    assert [offer.model for offer in check.check().engines if offer.model == "sdxl"] == ["sdxl"]
    (tmp_path / "hollow" / "model_index.json").unlink()
    assert "is no model folder" in str(check.check().problems)
