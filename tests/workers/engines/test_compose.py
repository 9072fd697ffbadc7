"""compose: films that players play, from clips, pictures, words and music; killed at once, and the same bytes again."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from scheduler.errors import SettingsError
from workers.bench import Bench
from workers.engines.compose import program, running, sources
from workers.engines.compose.engine import ComposeEngine
from workers.engines.compose.fonts import FONTS, font_file
from workers.engines.compose.hls import pieces
from workers.engines.compose.lettering import lettering
from workers.engines.compose.model import Text
from workers.engines.protocol import BadRequest, Broken, Cancelled, Made, Report, Stopped, Task
from workers.media import reading
from workers.media.loudness import TARGET_LUFS, loudness
from workers.media.sound_file import write_sound
from workers.media.video_file import write_video

pytestmark = pytest.mark.skipif(find_spec("imageio_ffmpeg") is None, reason="the extra compose is not installed")
SIZE = (160, 90)
RED, BLUE = (200, 40, 40), (40, 60, 200)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Files that films are made of, by id."""

    folder: Path
    files: dict[str, Path]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    folder = tmp_path_factory.mktemp("shelf")
    files = {name: folder / name for name in ("red", "blue", "picture", "music", "loud")}
    for name, colour in (("red", RED), ("blue", BLUE)):
        write_video(files[name], [Image.new("RGB", SIZE, colour)] * 24, SIZE, 24, {"title": "of the clip"})
    Image.new("RGBA", (50, 80), (40, 200, 40, 255)).save(files["picture"], "PNG")
    time = np.arange(48_000) / 48_000
    tone = (0.02 * np.sin(2 * np.pi * 440 * time) * (1 + np.sin(8 * time))).astype(np.float32)
    write_sound(files["music"], np.stack([tone, tone]), 48_000, "ogg", {})
    spoken(files["red"], files["music"], files["loud"])
    return Shelf(folder, files)


def spoken(video: Path, sound: Path, to: Path) -> None:
    """A clip that has a sound of its own."""
    inputs = ["-i", str(video), "-i", str(sound), "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-f", "mp4", str(to)]
    subprocess.run([str(program.find(None)), "-v", "error", *inputs], check=True)


def task_of(shelf: Shelf, folder: Path, *clips: Any, film: dict[str, Any] | None = None, **params: Any) -> Task:
    folder.mkdir(exist_ok=True)
    inputs = {}
    for number, (name, file) in enumerate(shelf.files.items()):
        inputs[name] = Path(shutil.copy(file, folder / f"input{number}"))
    listed = [{"id": clip, "seconds": 1.0} if isinstance(clip, str) else clip for clip in clips]
    whole = {"clips": listed, "fade_seconds": 0.5, "fps": 24, **(film or {})}
    params = {"prompt": "By the sea", "seed": 7, "width": 160, "height": 90, "film": whole, **params}
    return Task("job", 1, "video", "compose", params, folder, inputs=inputs)


def make(
    shelf: Shelf,
    folder: Path,
    *clips: Any,
    report: Report | None = None,
    film: dict[str, Any] | None = None,
    **more: Any,
) -> Made:
    engine = ComposeEngine()
    task = task_of(shelf, folder, *clips, film=film, **more)
    [made] = engine.run([task], report or (lambda task, fraction, preview=None: None))
    if isinstance(made, Stopped):
        raise made
    return made[0]


def frames(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as file:
        return [each.to_ndarray(format="rgb24").astype(np.float32) for each in file.decode(video=0)]


def near(frame: np.ndarray, colour: tuple[int, int, int]) -> bool:
    return bool(np.abs(frame.mean(axis=(0, 1)) - colour).max() < 12)


def test_clips_fade_into_each_other_in_a_file_that_players_play(shelf: Shelf, tmp_path: Path) -> None:
    made = make(shelf, tmp_path / "film", "red", "blue")
    with av.open(str(made.path)) as file:
        [stream] = file.streams.video
        assert len(file.streams) == 1
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.codec_context.width, stream.codec_context.height) == SIZE
        assert (file.duration or 0) / av.time_base == pytest.approx(1.5, abs=0.01)
        assert file.metadata["title"] == "By the sea"
        assert file.metadata["comment"] == "model compose; seed 7; clips 2; texts 0; fps 24; fade_seconds 0.5"
    content, shown = made.path.read_bytes(), frames(made.path)
    assert content.index(b"moov") < content.index(b"mdat")  # it plays before all of it has come
    assert len(shown) == 36
    assert near(shown[0], RED)
    assert near(shown[18], (120, 50, 120))  # half of each
    assert near(shown[-1], BLUE)
    assert (made.type, made.format, made.duration_seconds, made.look and made.look.size) == ("video", "mp4", 1.5, SIZE)
    assert made.metadata["prompt"] == "By the sea"


def test_a_film_larger_than_a_screen_comes_with_a_smaller_one_of_the_same_frames_and_sound(
    shelf: Shelf, tmp_path: Path
) -> None:
    made = make(shelf, tmp_path / "film", "loud", "blue", width=2040, height=144)
    assert made.web is not None
    small, large = frames(made.web), frames(made.path)

    assert small[0].shape == (136, 1920, 3)
    assert len(small) == len(large) == 36
    assert near(small[0], RED)
    assert near(small[-1], BLUE)
    (web, rate), (whole, _) = reading.sound(made.web), reading.sound(made.path)
    assert np.abs(web - whole).max() == 0
    assert rate == 48_000
    content = made.web.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")  # it plays before all of it has come


def test_clips_may_be_cut_follow_at_once_and_be_pictures(shelf: Shelf, tmp_path: Path) -> None:
    clips = [{"id": "red", "seconds": 0.25, "from_seconds": 0.5}, {"id": "picture", "seconds": 0.5}, "blue"]
    shown = frames(make(shelf, tmp_path / "film", *clips, film={"fade_seconds": 0}).path)

    assert len(shown) == 6 + 12 + 24
    assert [near(shown[at], colour) for at, colour in ((5, RED), (6, (40, 200, 40)), (18, BLUE))] == [True] * 3
    barred = frames(make(shelf, tmp_path / "bars", clips[1], film={"fit": "contain"}).path)
    assert barred[0][:, :40].mean() < 8
    assert near(barred[0][:, 70:90], (40, 200, 40))


def test_a_video_that_is_shorter_than_was_said_stands_still_at_its_end(shelf: Shelf, tmp_path: Path) -> None:
    shown = frames(make(shelf, tmp_path / "film", {"id": "red", "seconds": 1.25}).path)

    assert len(shown) == 30
    assert near(shown[-1], RED)


def test_words_are_seen_where_and_as_long_as_they_are_asked_for(shelf: Shelf, tmp_path: Path) -> None:
    words = "It's 100% [a],b;c 'x' \\: %{pts} $(id)\nÜber Ключ"
    text = {"words": words, "position": "top-left", "colour": "#ffff00", "from_seconds": 0.5, "size": 12}
    shown = frames(make(shelf, tmp_path / "film", "red", film={"texts": [text]}).path)

    changed = np.abs(shown[20] - shown[0]).max(axis=2) > 60
    assert changed[:45].sum() > 150
    assert not changed[60:].any()
    yellow = (shown[20][..., 0] > 180) & (shown[20][..., 1] > 180) & (shown[20][..., 2] < 120)
    assert yellow.sum() > 30


@pytest.mark.parametrize("font", FONTS)
def test_every_font_has_the_letters_of_our_languages_and_long_words_shrink(font: str) -> None:
    assert font_file(font).is_file()
    small = lettering(Text(words="Straße Ключ", font=font, size=20), (400, 200))
    large = lettering(Text(words="W" * 60, font=font, size=200, position="centre"), (400, 200))

    assert small.picture.getbbox() is not None
    assert small.y + small.picture.height <= 200
    assert large.picture.width <= 400
    assert abs(large.x + large.picture.width / 2 - 200) <= 1


def test_music_lies_under_the_film_as_loud_as_music_is(shelf: Shelf, tmp_path: Path) -> None:
    music = {"id": "music", "fade_out_seconds": 0.25}
    made = make(shelf, tmp_path / "film", "red", "blue", "red", film={"music": music})
    sound, rate = reading.sound(made.path)

    assert loudness(sound, rate) == pytest.approx(TARGET_LUFS, abs=1.0)
    assert sound.shape[1] / rate == pytest.approx(2.0, abs=0.05)  # the music is one second long: it went on
    assert np.abs(sound[:, -rate // 50 :]).max() < 0.1 * np.abs(sound).max()


def test_the_clips_own_sound_is_kept_unless_they_are_muted(shelf: Shelf, tmp_path: Path) -> None:
    made = make(shelf, tmp_path / "film", "loud", "blue")
    sound, rate = reading.sound(made.path)
    begin, end = sound[:, : rate // 2], sound[:, -rate // 4 :]
    assert np.abs(end).max() < 0.02 * np.abs(begin).max()

    muted = make(shelf, tmp_path / "muted", {"id": "loud", "seconds": 1, "muted": True})
    with av.open(str(muted.path)) as file:
        assert [stream.type for stream in file.streams] == ["video"]


def test_one_file_plays_a_piece_at_a_time(shelf: Shelf, tmp_path: Path) -> None:
    clips = ["red", "blue", "red"]
    made = make(shelf, tmp_path / "film", *clips, film={"fade_seconds": 0, "music": {"id": "music"}}, format="hls")
    told = made.metadata["hls"]
    content = made.path.read_bytes()

    assert made.format == "mp4"
    assert [seconds for seconds, _ in told["pieces"]] == [2.0, 1.0]
    assert told["head_bytes"] + sum(size for _, size in told["pieces"]) == len(content)
    for at in (0, told["head_bytes"] + told["pieces"][0][1]):
        part = tmp_path / f"part{at}.mp4"  # the head and one piece are a film of their own
        begin = told["head_bytes"] if at == 0 else at
        size = told["pieces"][0 if at == 0 else 1][1]
        part.write_bytes(content[: told["head_bytes"]] + content[begin : begin + size])
        assert len(frames(part)) == (48 if at == 0 else 24)
    assert len(frames(made.path)) == 72


def test_a_playlist_with_holes_is_not_believed() -> None:
    head = '#EXTM3U\n#EXT-X-MAP:URI="film.mp4",BYTERANGE="10@0"\n'
    piece = "#EXTINF:2.0,\n#EXT-X-BYTERANGE:5@{}\nfilm.mp4\n"
    assert pieces(head + piece.format(10) + piece.format(15)) == {"head_bytes": 10, "pieces": [[2.0, 5], [2.0, 5]]}
    for broken in (head, head + piece.format(11), piece.format(10)):
        with pytest.raises(Broken):
            pieces(broken)


def test_the_same_film_again_is_the_same_bytes(shelf: Shelf, tmp_path: Path) -> None:
    film = {"texts": [{"words": "Ключ"}], "music": {"id": "music"}}
    for kind in ("mp4", "hls"):
        once, again = (
            make(shelf, tmp_path / f"{kind}{time}", "loud", "blue", film=film, format=kind).path.read_bytes()
            for time in (1, 2)
        )
        assert once == again


@pytest.mark.parametrize(
    ("clips", "film", "code"),
    [
        (["nothing"], {}, "clip_missing"),
        (["music"], {}, "clip_unfit"),
        (["broken"], {}, "clip_unreadable"),
        (["red"], {"music": {"id": "blue"}}, "music_unfit"),
        (["red"], {"texts": [{"words": "x", "colour": "red:x=1"}]}, "film_unfit"),
        ([], {}, "film_unfit"),
    ],
)
def test_what_cannot_be_made_is_a_bad_request(
    shelf: Shelf, tmp_path: Path, clips: list[str], film: Any, code: str
) -> None:
    (tmp_path / "junk").write_bytes(b"no film at all")
    more = Shelf(shelf.folder, {**shelf.files, "broken": tmp_path / "junk"})
    with pytest.raises(BadRequest) as caught:
        make(more, tmp_path / "film", *clips, film=film)
    assert caught.value.code == code


def children(parent: int | None = None) -> set[int]:
    """Of its first thread, or of ours."""
    parent = parent or os.getpid()
    return {int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()}


LONG = [{"id": "picture", "seconds": 60.0}]


def test_a_picture_is_opened_once_and_a_cancel_is_heard_between_clips(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[float] = []
    opened: list[Path] = []

    def counted(file: Path, *more: Any) -> bool:
        opened.append(file)
        return fitted(file, *more)

    def cancel(task: Task, fraction: float, preview: object = None) -> None:
        seen.append(fraction)
        if len(seen) == 4:
            raise Cancelled

    fitted = sources.fitted
    monkeypatch.setattr(sources, "fitted", counted)
    clips = [{"id": "picture", "seconds": 1.0}] * 3 + [{"id": "red", "seconds": 0.5}] * 2
    with pytest.raises(Cancelled):
        make(shelf, tmp_path / "film", *clips, report=cancel)
    assert seen == [0.0, pytest.approx(0.01), pytest.approx(0.02), pytest.approx(0.03)]
    assert len(opened) == 1
    assert make(shelf, tmp_path / "whole", *clips).duration_seconds == pytest.approx(3.0, abs=0.05)


def test_it_is_killed_within_a_step_of_being_called_off(shelf: Shelf, tmp_path: Path) -> None:
    before, seen = children(), []

    def cancel(task: Task, fraction: float, preview: object = None) -> None:
        seen.append(fraction)
        if fraction > 0.15:
            raise Cancelled

    with pytest.raises(Cancelled):
        make(shelf, tmp_path / "film", *LONG, report=cancel, width=640, height=360)
    assert seen[-1] < 0.9
    assert children() == before


def test_a_killed_ffmpeg_and_one_that_hangs_are_tried_elsewhere(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = children()

    def kill(task: Task, fraction: float, preview: object = None) -> None:
        for pid in children() - before:
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(Broken, match="ffmpeg ended with -9"):
        make(shelf, tmp_path / "film", *LONG, report=kill)
    monkeypatch.setattr(running, "LONGEST_SECONDS", 0.0)
    with pytest.raises(Broken, match="too long"):
        make(shelf, tmp_path / "again", *LONG)
    assert children() == before


ENDLESS = """
from pathlib import Path
from workers.engines.compose.running import run
run(Path({program!r}), ["-re", "-f", "lavfi", "-i", "color", "-f", "null", "-"], Path({folder!r}), lambda frames: None)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_ffmpeg_ends_with_a_worker_that_is_killed(tmp_path: Path) -> None:
    code = ENDLESS.format(program=str(program.find(None)), folder=str(tmp_path))
    worker = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    try:
        [child] = until(lambda: children(worker.pid))
        until(lambda: "leash.py" not in Path(f"/proc/{child}/cmdline").read_text())
        assert alive(child)
    finally:
        worker.kill()
        worker.wait()
    until(lambda: not alive(child))


def until(found: Callable[[], Any]) -> Any:
    for _ in range(400):
        if value := found():
            return value
        time.sleep(0.025)
    raise AssertionError("it did not come")


def alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture
def full_disk(tmp_path: Path) -> Path:
    """An ffmpeg that finds no room."""
    script = tmp_path / "ffmpeg"
    script.write_text("#!/bin/sh\necho 'av_interleaved_write_frame(): No space left on device' >&2\nexit 228\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return script


def test_a_full_disk_is_said_to_be_one(full_disk: Path, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        running.run(full_disk, [], tmp_path, lambda frames: None)


def test_ffmpeg_sees_no_secret_and_reads_nothing_but_files(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TESSERA_SERVICE_KEY", "a secret")
    script = tmp_path / "ffmpeg"
    script.write_text('#!/bin/sh\nenv >&2\necho "$@" >&2\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    said = running.run(script, [], tmp_path, lambda frames: None)
    assert "a secret" not in said
    assert "-nostdin" in said

    outside = tmp_path / "list.m3u8"
    outside.write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises(BadRequest):
        make(Shelf(shelf.folder, {"red": outside}), tmp_path / "film", "red")


def test_a_configured_ffmpeg_is_run_or_refused(full_disk: Path, tmp_path: Path) -> None:
    found = program.find(None)
    assert program.find(found) == found
    for wrong, why in ((full_disk, "it lacks acrossfade"), (tmp_path / "none", "cannot be run")):
        with pytest.raises(SettingsError, match=f"TESSERA_WORKER_FFMPEG: .*{why}"):
            Bench.of(["compose"], ffmpeg=wrong)


def test_one_that_cannot_make_films_is_passed_over(full_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: str(full_disk))
    assert program.find(None) != full_disk
    monkeypatch.setattr(program, "candidates", lambda: iter([full_disk]))
    with pytest.raises(Broken, match="no ffmpeg"):
        program.find(None)
