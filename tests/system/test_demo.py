"""`tessera demo`: the whole road on one command, from a bare data folder, with nothing left behind."""

import io
import json
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from PIL import Image

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
