"""A question through a whole worker, to a server that speaks OpenAI's chat completions."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rigs.openai import FakeOpenAI, serving
from tests.workers.conftest import StartWorker
from tests.workers.fake_scheduler import FakeScheduler
from workers import check

PROMPT = "why is the sky blue, in secret words"


@pytest.fixture
def server() -> Iterator[FakeOpenAI]:
    with serving(FakeOpenAI()) as running:
        yield running


async def test_a_question_is_answered_counted_and_can_be_called_off(
    scheduler: FakeScheduler,
    start_worker: StartWorker,
    server: FakeOpenAI,
    store: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await start_worker(models=[{"model": "chat", "engine": "openai", "url": server.url}])
    asked = {"capability": "text", "model": "chat"}
    server.says("The sky", " is blue.", usage=(12, 4))
    server.says("The", " sky", hold=threading.Event())
    await scheduler.worker()
    await scheduler.until(lambda: "chat" in [offer.model for offer in scheduler.beat.offers])
    first = await scheduler.assign(scheduler.job(prompt=PROMPT, max_tokens=10).model_copy(update=asked))
    outcome = await scheduler.outcome(first)
    second = await scheduler.assign(scheduler.job(prompt=PROMPT, max_tokens=10).model_copy(update=asked))
    await scheduler.until(lambda: any(line.fraction == 0.1 for line in scheduler.progress.get(second, ())))
    await scheduler.cancel(second)
    called_off = await scheduler.outcome(second)

    [made] = outcome.artifacts
    assert (made.type, made.took_tokens, made.thumbnail_path) == ("text", 16, None)
    assert (store / made.path).read_text() == "The sky is blue.\n"
    assert (called_off.status, called_off.unused_fraction) == ("cancelled", 0.9)
    assert server.left.wait(10)
    assert "secret" not in capsys.readouterr().out


def test_the_check_says_which_servers_answer(
    server: FakeOpenAI, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TESSERA_WORKER_SCRATCH", str(tmp_path))
    url = {"model": "chat", "engine": "openai", "url": server.url}
    monkeypatch.setenv("TESSERA_MODELS", json.dumps([url, {**url, "model": "other", "name": "large"}]))
    assert check.show(as_json=True) == 0
    found = json.loads(capsys.readouterr().out)

    assert [trouble for _, _, trouble in found["servers"]] == [None, "the server does not have large; it has tiny"]
    assert "openai" not in found["not_configured"]
    monkeypatch.delenv("TESSERA_MODELS")
    found = check.check()
    assert [name for name in found.not_configured if name != "diffusers"] == ["comfyui", "openai"]
    assert ("diffusers" in found.not_configured) == ("diffusers" not in found.not_installed)
