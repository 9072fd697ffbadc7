"""A language model behind a server: what it is asked, what becomes of its answer, and what of each failure."""

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from structlog.testing import capture_logs

from tests.rigs.openai import FakeOpenAI, serving
from workers.engines.openai import client
from workers.engines.openai.engine import OpenAIEngine
from workers.engines.openai.failures import failure
from workers.engines.openai.stream import Answer, Told
from workers.engines.openai.writing import said
from workers.engines.protocol import BadRequest, Broken, Cancelled, Made, OutOfMemory, Result, Stopped, Task
from workers.engines.registry import BadTable, engines

PROMPT = "why is the sky blue, in secret words"


@pytest.fixture
def server() -> Iterator[FakeOpenAI]:
    with serving(FakeOpenAI()) as running:
        yield running


def engine_of(server: FakeOpenAI, **table: str) -> OpenAIEngine:
    return OpenAIEngine([{"model": "chat", "engine": "openai", "url": server.url, **table}])


def ask(
    engine: OpenAIEngine, folder: Path, on_report: Callable[[float], None] = lambda _: None, **params: Any
) -> Result:
    task = Task("job", 1, "text", "chat", {"prompt": PROMPT, "seed": 7, "max_tokens": 10, **params}, folder)

    def report(task: Task, fraction: float, preview: Image.Image | None = None) -> None:
        on_report(fraction)

    with capture_logs() as logged:
        [result] = engine.run([task], report)
    assert "secret" not in str(logged)
    return result


def made(result: Result) -> list[Made]:
    assert not isinstance(result, Stopped), result
    return list(result)


def test_a_question_is_asked_as_every_such_server_understands_it(server: FakeOpenAI, tmp_path: Path) -> None:
    server.says("The sky", " is", " blue.", usage=(12, 4))
    [answer] = made(ask(engine_of(server, system="Be brief."), tmp_path))

    assert server.asked[0].body == {
        "model": "tiny",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": PROMPT}],
        "max_tokens": 10,
        "seed": 7,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert "Authorization" not in server.asked[0].headers
    assert answer.path.read_text() == "The sky is blue.\n"
    assert (answer.type, answer.format, answer.took_tokens) == ("text", "txt", 10 + 4)  # nobody pays for "Be brief."
    assert answer.metadata == {
        "model": "chat", "seed": 7, "finish": "stop", "prompt_tokens": 10, "completion_tokens": 4,
    }  # fmt: skip


def test_several_answers_have_seeds_of_their_own_and_what_is_not_counted_is_estimated(
    server: FakeOpenAI, tmp_path: Path
) -> None:
    server.says("One.")
    server.says("Two", " words", finish="length")
    seen: list[float] = []
    first, second = made(ask(engine_of(server, name="tiny"), tmp_path, seen.append, count=2))

    assert [asked.body["seed"] for asked in server.asked] == [7, 8]
    assert [first.took_tokens, second.took_tokens] == [9 + 1, 9 + 2]  # a token of the prompt is four characters
    assert second.path.read_text() == "Two words …\n"
    assert seen == sorted(seen)
    assert {0.05, 0.6} <= {round(fraction, 4) for fraction in seen}


def test_thoughts_are_counted_and_not_told(server: FakeOpenAI, tmp_path: Path) -> None:
    server.says("<think>hm, ", "the sky</think>\n\n", "Blue.")
    [answer] = made(ask(engine_of(server), tmp_path))

    assert answer.path.read_text() == "Blue.\n"
    assert answer.took_tokens == 9 + 3


def test_a_key_comes_from_its_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINY_KEY", "sk-tiny")
    with serving(FakeOpenAI(key="sk-tiny")) as server:
        server.says("Blue.")
        assert made(ask(engine_of(server, key_variable="TINY_KEY"), tmp_path))
        assert isinstance(ask(engine_of(server), tmp_path), Broken)
        assert next(iter(engine_of(server).servers())).trouble == "the server does not accept the key"


def test_a_cancel_ends_a_silent_answer(server: FakeOpenAI, tmp_path: Path) -> None:
    server.says("The", " sky", hold=threading.Event())

    def cancel(fraction: float) -> None:
        if fraction > 0:
            raise Cancelled

    assert isinstance(ask(engine_of(server), tmp_path, cancel), Cancelled)
    assert server.left.wait(10)
    assert list(tmp_path.iterdir()) == []


def test_each_piece_is_told_as_it_comes(server: FakeOpenAI, tmp_path: Path) -> None:
    hold = threading.Event()
    server.says("The", " sky", hold=hold)

    def go_on(fraction: float) -> None:
        if fraction >= 0.1:
            hold.set()

    assert made(ask(engine_of(server), tmp_path, go_on))
    assert not server.left.is_set()


CONTEXT = {"error": {"message": "This model's maximum context length is 64 tokens.", "code": "context_length_exceeded"}}
POLICY = {"error": {"message": "Your secret words are refused.", "code": "content_policy_violation"}}


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (401, None, Broken, None),
        (404, None, Broken, None),
        (500, "<html>secret words</html>", Broken, None),
        (500, {"error": {"message": "CUDA out of memory. Tried to allocate 2 GiB"}}, OutOfMemory, None),
        (400, CONTEXT, BadRequest, "context_length"),
        (400, {"object": "error", "message": "prompt is too long"}, BadRequest, "context_length"),
        (400, {"error": {"code": 400, "type": "exceed_context_size_error"}}, BadRequest, "context_length"),
        (400, POLICY, BadRequest, "content_refused"),
        (400, {"error": {"message": "seed: extra inputs are not permitted"}}, Broken, None),
        (413, None, BadRequest, "context_length"),
        (302, None, Broken, None),
    ],
)
def test_a_refusal_is_one_of_the_kinds_there_are(
    server: FakeOpenAI, tmp_path: Path, status: int, body: object, kind: type[Stopped], code: str | None
) -> None:
    server.refuses(status, body)
    result = ask(engine_of(server), tmp_path)

    assert type(result) is kind
    assert getattr(result, "code", None) == code
    assert "secret" not in str(result)


def test_a_busy_server_is_asked_again(server: FakeOpenAI, tmp_path: Path) -> None:
    server.refuses(429, Retry_After="0")
    server.refuses(503, {"error": {"message": "Loading model", "code": 503}}, Retry_After="0")
    server.says("Blue.")

    assert made(ask(engine_of(server), tmp_path))
    assert len(server.asked) == 3


def test_a_server_that_stays_busy_is_broken(server: FakeOpenAI, tmp_path: Path) -> None:
    for _ in range(len(client.PAUSES_SECONDS) + 1):
        server.refuses(429, Retry_After="-1")

    assert isinstance(ask(engine_of(server), tmp_path), Broken)


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"lost": True}, Broken),
        ({"error": {"message": "CUDA out of memory"}}, OutOfMemory),
        ({"error": {"message": "the secret engine died"}}, Broken),
        ({"finish": "content_filter"}, BadRequest),
    ],
)
def test_an_answer_that_breaks_off(
    server: FakeOpenAI, tmp_path: Path, told: dict[str, Any], kind: type[Stopped]
) -> None:
    server.says("The", " sky", **told)

    assert type(ask(engine_of(server), tmp_path)) is kind
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("pieces", "told"),
    [
        (("<think>", "the sky", " is"), "(The answer had to end while the model was still thinking. Its thoughts:)"),
        (("\n",), "(The answer had to end before its first word: it may have too few tokens.)"),
        (("<think>", "the sky</think>", "\n"), "(The answer had to end while the model was still thinking."),
    ],
)
def test_an_answer_that_is_cut_before_its_first_word_says_so_and_is_paid_for(
    server: FakeOpenAI, tmp_path: Path, pieces: tuple[str, ...], told: str
) -> None:
    server.says(*pieces, finish="length", usage=(9, 1000))
    [answer] = made(ask(engine_of(server), tmp_path))

    text = answer.path.read_text()
    assert text.startswith(told)
    assert "<think>" not in text
    assert ("the sky" in text) == (len(pieces) > 1)
    assert answer.took_tokens == 1009


def test_who_has_only_thought_is_told_what(server: FakeOpenAI, tmp_path: Path) -> None:
    server.says("<think>", "the sky</think>")
    [answer] = made(ask(engine_of(server), tmp_path))
    assert answer.path.read_text() == "the sky\n"


def test_thoughts_that_a_server_tells_apart_are_kept_for_an_answer_without_words() -> None:
    answer = Answer()
    for delta in ({"reasoning_content": "the"}, {"reasoning": " sky"}, {"content": None, "reasoning": 7}):
        answer.feed(b"data: " + json.dumps({"choices": [{"delta": delta, "finish_reason": None}]}).encode() + b"\n")
    assert (answer.thoughts, answer.text, answer.pieces) == ("the sky", "", 2)
    answer.finish = "length"
    assert said(answer).endswith("\n\nthe sky …")


def test_an_empty_answer_is_broken(server: FakeOpenAI, tmp_path: Path) -> None:
    server.says("", finish="stop")

    assert isinstance(ask(engine_of(server), tmp_path), Broken)


def test_a_server_that_is_away_is_broken_and_said_to_be(tmp_path: Path) -> None:
    with serving(FakeOpenAI()) as gone:
        away = engine_of(gone)

    assert isinstance(ask(away, tmp_path), Broken)
    [served] = away.servers()
    assert served.trouble == "the server cannot be reached (ClientConnectorError)"


def test_a_silent_server_is_left(server: FakeOpenAI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "SILENT_SECONDS", 0.1)
    server.says("The", " sky", hold=threading.Event())

    assert isinstance(ask(engine_of(server), tmp_path), Broken)
    assert server.left.wait(10)


def test_a_model_that_the_server_does_not_have_is_said(server: FakeOpenAI) -> None:
    server.models = ["llama3.2:latest"]

    assert [served.trouble for served in engine_of(server, name="llama3.2").servers()] == [None]
    assert [served.trouble for served in engine_of(server, name="qwen").servers()] == [
        "the server does not have qwen; it has llama3.2:latest"
    ]
    server.models = []
    assert [served.trouble for served in engine_of(server, name="qwen").servers()] == [None]
    assert [served.trouble for served in engine_of(server).servers()] == ["the server lists no model: say its name"]


def asked_for_real(url: str, name: str | None, folder: Path) -> None:
    """A server that nobody told what to answer answers, counts and is left."""
    engine = OpenAIEngine([{"model": "chat", "engine": "openai", "url": url, **({"name": name} if name else {})}])
    assert [served.trouble for served in engine.servers()] == [None]
    [answer] = made(ask(engine, folder, max_tokens=20))

    def cancel(fraction: float) -> None:
        if fraction > 0:
            raise Cancelled

    assert answer.path.read_text().strip()
    assert 1 <= answer.metadata["completion_tokens"] <= 20 < 20 + answer.metadata["prompt_tokens"]
    assert isinstance(ask(engine, folder, cancel, max_tokens=1000), Cancelled)


@pytest.mark.skipif(not os.environ.get("OPENAI_URL"), reason="asks a real server: OPENAI_URL, and OPENAI_MODEL")
def test_a_server_of_yours_answers_counts_and_is_left(tmp_path: Path) -> None:
    asked_for_real(os.environ["OPENAI_URL"], os.environ.get("OPENAI_MODEL"), tmp_path)


@pytest.mark.torch
def test_a_real_server_answers_counts_and_is_left(tmp_path: Path) -> None:
    for package in ("torch", "transformers", "fastapi"):
        pytest.importorskip(package)
    from tests.rigs.tiny_models.talker import save_talker, talking

    folder = save_talker(tmp_path / "talker")
    with talking(folder) as url:
        asked_for_real(url, str(folder), tmp_path)


@given(st.binary(max_size=300))
def test_no_answer_is_beyond_reading(content: bytes) -> None:
    with suppress(Broken, Told):
        Answer().feed(b"data: " + content + b"\n" + content)
    assert isinstance(failure(400, content), Stopped)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"url": "ftp://host"}, "url"),
        ({"url": "http://host/v1", "key": "sk"}, "key: Extra inputs are not permitted"),
        ({"url": "http://host/v1", "key_variable": "NO_SUCH_KEY"}, "NO_SUCH_KEY is not set"),
    ],
)
def test_a_wrong_table_is_named(table: dict[str, str], said: str) -> None:
    with pytest.raises(BadTable, match=said):
        engines([], [{"model": "chat", "engine": "openai", **table}])


def test_an_engine_of_tables_needs_one_and_another_takes_none() -> None:
    with pytest.raises(BadTable, match="needs a model"):
        engines(["openai"])
    with pytest.raises(BadTable, match="has its own models"):
        engines([], [{"model": "chat", "engine": "painter"}])
