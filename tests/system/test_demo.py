"""`tessera demo`: the whole road on one command, from a bare data folder, with nothing left behind."""

import io
import json
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import av
import pytest
import typer
from PIL import Image

from scheduler.catalogue.model import Capability
from scheduler.cli.demo import sides
from scheduler.jobs.model import JobRequest
from scheduler.standalone.demo_film import film_of, parts
from tests.system.books import until
from tests.system.machine import Machine

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("machine")]

PROMPT = "a red sunset over the sea"


def clone(folder: Path) -> Path | None:
    """What git knows of this checkout, as a clone has it; None where this is none."""
    here, git = Path(__file__).parents[2], shutil.which("git")
    listed = [git or "true", "ls-files", "-z"]
    known = subprocess.run(listed, cwd=here, capture_output=True, text=True, check=False).stdout
    for name in filter(None, known.split("\0")):
        if (here / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(here / name, folder / name)
    return folder if known else None


async def test_the_same_seed_gives_the_same_bytes_and_nothing_stays(machine: Machine, tmp_path: Path) -> None:
    """Once as it is installed, once from a clean clone."""
    pictures = []
    for number in range(2):
        machine.clone = clone(tmp_path / "clone") if number else None
        done = await machine.run("demo", PROMPT, "--seed", "7", "--json", "--out", str(tmp_path / f"{number}"))
        assert done.code == 0, done.err
        told = json.loads(done.out)
        assert told["status"] == "COMPLETED"
        assert {"servers", "submit_to_start", "run", "total"} <= told["seconds"].keys()
        (file,) = told["files"]
        pictures.append(Path(file).read_bytes())
        assert machine.processes() == []

    assert pictures[0] == pictures[1]
    with Image.open(io.BytesIO(pictures[0])) as picture:
        assert (picture.format, picture.size) == ("PNG", (1024, 1024))


@pytest.mark.skipif(find_spec("imageio_ffmpeg") is None, reason="the extra compose is not installed")
async def test_a_film_is_cut_of_clips_that_it_has_made_first(machine: Machine, tmp_path: Path) -> None:
    asked = ("--capability", "video", "--model", "compose", "--size", "320x184", "--seconds", "2", "--json")
    done = await machine.run("demo", PROMPT, *asked, "--out", str(tmp_path))
    assert done.code == 0, (done.out, done.err)
    (file,) = json.loads(done.out)["files"]
    with av.open(file) as film:
        picture, sound = film.streams.video[0], film.streams.audio[0]
        assert (picture.width, picture.height) == (320, 184)
        assert film.duration is not None
        assert film.duration / av.time_base == pytest.approx(2.0, abs=0.2)
        assert sound.codec_context.sample_rate


def test_a_size_is_two_sides() -> None:
    assert sides("1280x720") == sides("1280×720") == (1280, 720)
    for wrong in ("1280", "x720", "1280x720x3", "wide"):
        with pytest.raises(typer.BadParameter):
            sides(wrong)


def test_what_a_film_is_made_of_is_as_long_as_it() -> None:
    request = JobRequest(capability=Capability.VIDEO, model="compose", prompt="a\n fox\u200b", seconds=10.0, width=640)
    video, picture, sound = parts(request)
    assert (video.seconds, sound.seconds, picture.width) == (6.0, 10.0, 640)
    film = film_of(request, uuid4(), uuid4(), uuid4()).film
    assert film is not None
    assert film.texts[0].words == "a fox"
    assert film.clips[1].seconds is not None
    assert 6.0 + film.clips[1].seconds - film.fade_seconds == 10.0


async def test_what_is_refused_is_said_in_a_sentence(machine: Machine) -> None:
    done = await machine.run("demo", "x" * 2_001, "--json")
    told = json.loads(done.out)
    assert (done.code, told["status"], told["files"]) == (1, "REFUSED", [])
    assert told["error"] == "The prompt has 2001 characters; 2000 is the limit."


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_whoever_ends_it_finds_nothing_left(machine: Machine, tmp_path: Path, number: signal.Signals) -> None:
    process = await machine.begin("demo", PROMPT, "--out", str(tmp_path / "out"))

    async def a_worker_runs() -> bool:
        return bool(machine.processes("-m workers"))

    await until(a_worker_runs, 60)
    process.send_signal(number)
    _, said = await process.communicate()

    assert process.returncode == 130
    assert b"Traceback" not in said
    assert machine.processes() == []
    assert list((tmp_path / "out").iterdir()) == []
