"""The small parts of the worker, each alone."""

import errno
import math
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image

from scheduler.errors import SettingsError
from scheduler.wire import Assignment
from workers import scratch, thumbnails
from workers.attempt import Attempt, CallOff
from workers.engines.protocol import BadRequest, Broken, Cancelled
from workers.narrator import Narrator, News
from workers.outcomes import outcome_of
from workers.recent import Recent
from workers.store import Store


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def attempt() -> Attempt:
    return Attempt(
        Assignment(
            job_id=uuid4(),
            attempt=1,
            lease_token=uuid4(),
            capability="image",
            model="instant",
            params={"prompt": "a secret wish"},
            folder="jobs/1",
            timeout_seconds=60,
            events_channel="events",
        )
    )


def test_progress_is_told_four_times_a_second_and_previews_once(attempt: Attempt, clock: Clock) -> None:
    told: list[News] = []
    report = Narrator(attempt, told.append, preview_seconds=1.0, clock=clock)
    for step in range(1, 101):
        clock.now += 0.02
        report(step / 100, Image.new("RGB", (8, 8)))
    report.finish()

    assert len(told) in (9, 10)
    assert [news.progress.preview for news in told if news.preview] == [1, 2]
    assert told[-1].progress.fraction == 1.0


def test_the_time_left_is_reckoned_from_what_is_done(attempt: Attempt, clock: Clock) -> None:
    told: list[News] = []
    report = Narrator(attempt, told.append, preview_seconds=1.0, clock=clock)
    clock.now += 30  # loading the model
    report.begin()
    clock.now += 3
    report(0.25)

    assert told[-1].progress.seconds_left == 9.0


def test_progress_never_goes_back_nor_beyond_the_end(attempt: Attempt, clock: Clock) -> None:
    told: list[News] = []
    report = Narrator(attempt, told.append, preview_seconds=1.0, clock=clock)
    for fraction in (0.5, 0.3, math.nan, 7.0):
        clock.now += 1
        report(fraction)

    assert [news.progress.fraction for news in told] == [0.5, 0.5, 0.5, 1.0]


def test_a_film_larger_than_a_screen_is_not_done_when_its_engine_is(attempt: Attempt, clock: Clock) -> None:
    told: list[News] = []
    large = {"capability": "video", "params": {"width": 2560, "height": 1440}}
    attempt.assignment = attempt.assignment.model_copy(update=large)
    report = Narrator(attempt, told.append, preview_seconds=1.0, clock=clock)
    for step in (partial(report, 0.5), partial(report, 1.0), partial(report.render, 0.0), partial(report.render, 0.5)):
        clock.now += 1
        step()
    report.finish()

    assert [news.progress.fraction for news in told] == [0.375, 0.75, 0.75, 0.875, 1.0]


def test_a_rendition_that_nobody_foresaw_is_part_of_the_work_all_the_same(attempt: Attempt, clock: Clock) -> None:
    told: list[News] = []
    report = Narrator(attempt, told.append, preview_seconds=1.0, clock=clock)
    for step in (partial(report, 1.0), partial(report.render, 0.5)):
        clock.now += 1
        step()

    assert attempt.fraction == 0.875
    assert [news.progress.fraction for news in told] == [1.0, 1.0]


def test_a_report_ends_a_task_that_was_called_off(attempt: Attempt) -> None:
    attempt.call_off(CallOff.TIMED_OUT)
    attempt.call_off(CallOff.CANCELLED)

    with pytest.raises(Cancelled):
        Narrator(attempt, lambda news: None, preview_seconds=1.0)(0.5)
    assert attempt.calloff is CallOff.TIMED_OUT


@pytest.mark.parametrize(
    ("error", "code", "retryable"),
    [
        (BadRequest("too_dark", "It is too dark."), "bad_request", False),
        (MemoryError(), "out_of_memory", True),
        (OSError(errno.ENOSPC, "No space left on device"), "store_failed", True),
        (OSError(errno.EFBIG, "File too large"), "store_failed", True),
        (Broken("a secret wish"), "engine_failed", True),
        (Cancelled(), "engine_failed", True),  # nobody asked the engine to stop
        (KeyError("a secret wish"), "engine_failed", True),
    ],
)
def test_each_failure_has_a_code_and_a_safe_message(
    attempt: Attempt, error: Exception, code: str, retryable: bool
) -> None:
    outcome = outcome_of("tests-1", attempt, error, 1.0)

    assert outcome is not None
    assert (outcome.error_code, outcome.retryable) == (code, retryable)
    assert "secret" not in (outcome.error_message or "secret")
    assert outcome.error_fault == (error.code if isinstance(error, BadRequest) else None)


def test_whatever_an_engine_raises_when_called_off_counts_as_obedience(attempt: Attempt) -> None:
    attempt.fraction = 0.25
    attempt.call_off(CallOff.CANCELLED)
    outcome = outcome_of("tests-1", attempt, RuntimeError("interrupted"), 1.0)

    assert outcome is not None
    assert (outcome.status, outcome.unused_fraction) == ("cancelled", 0.75)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "LA", "1", "CMYK", "I;16"])
def test_pictures_of_any_mode_become_small_jpegs(tmp_path: Path, mode: str) -> None:
    picture = Image.new(mode, (2000, 1000))
    picture.save(tmp_path / ("picture.tif" if mode in ("CMYK", "I;16") else "picture.png"))
    opened = thumbnails.opened(next(tmp_path.iterdir()))
    assert opened is not None
    small = thumbnails.thumbnail(opened)

    with Image.open(BytesIO(small)) as image:
        assert (image.format, image.size) == ("JPEG", (512, 256))


def test_the_thinnest_picture_keeps_a_pixel_and_a_small_one_its_size() -> None:
    for size, expected in (((4000, 2), (512, 1)), ((100, 50), (100, 50))):
        with Image.open(BytesIO(thumbnails.preview(Image.new("RGB", size)))) as image:
            assert image.size == expected


def test_what_is_no_picture_has_no_thumbnail(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("words")

    assert thumbnails.opened(tmp_path / "words.txt") is None


def test_recent_things_are_forgotten_by_age_and_number(clock: Clock) -> None:
    recent = Recent(10.0, 2, clock)
    for key in ("a", "b", "c"):
        recent.add(key)

    assert [key in recent for key in ("a", "b", "c")] == [False, True, True]
    clock.now += 11
    assert "c" not in recent


def test_a_store_keeps_files_and_bytes(tmp_path: Path) -> None:
    store = Store.open((tmp_path / "new" / "store").as_uri())
    (tmp_path / "file").write_bytes(b"from a file")
    store.put("jobs/1/0.txt", tmp_path / "file")
    store.put("jobs/1/1.txt", b"from memory")

    kept = tmp_path / "new" / "store" / "jobs" / "1"
    assert [(kept / name).read_bytes() for name in ("0.txt", "1.txt")] == [b"from a file", b"from memory"]


def test_a_bucket_gets_the_same_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with bucket() as (address, received):
        for name, value in {"ENDPOINT_URL": address, "ALLOW_HTTP": "true", "REGION": "eu-west-1"}.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
            monkeypatch.setenv(f"AWS_{name}", "tests")
        store = Store.open("s3://bucket/prefix")
        (tmp_path / "file").write_bytes(b"from a file")
        store.put("jobs/1/0.txt", tmp_path / "file")
        store.put("jobs/1/1.txt", b"from memory")

    assert received == {"/bucket/prefix/jobs/1/0.txt": b"from a file", "/bucket/prefix/jobs/1/1.txt": b"from memory"}


@contextmanager
def bucket() -> Iterator[tuple[str, dict[str, bytes]]]:
    """As much of S3 as a put needs, on loopback: its address, and what was put by path."""
    received: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            received[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("ETag", '"tests"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", received
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("url", ["nonsense", "ftp://host/folder", "file:///dev/null"])
def test_a_url_that_leads_nowhere_is_a_wrong_setting(url: str) -> None:
    with pytest.raises(SettingsError, match="TESSERA_STORE_URL"):
        Store.open(url)


def test_a_scratch_folder_goes_with_its_process(tmp_path: Path) -> None:
    left_behind = tmp_path / f"{scratch.PREFIX}killed"
    (left_behind / "attempt").mkdir(parents=True)
    os.utime(left_behind, (0, 0))
    with scratch.own_folder(tmp_path) as mine:
        os.utime(mine, (0, 0))
        assert not left_behind.exists()
        with scratch.own_folder(tmp_path):
            assert mine.exists()

    assert not list(tmp_path.iterdir())
