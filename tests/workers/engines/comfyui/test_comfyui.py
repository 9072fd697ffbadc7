"""What the engine makes on a ComfyUI server, and what it does when that fails."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import av
import numpy as np
import pytest
from PIL import Image

from tests.rigs.comfyui.execution import Failing
from tests.rigs.comfyui.fake import FakeComfy, fake_comfy
from tests.workers.engines.comfyui.conftest import INPUTS, WORKFLOWS, Stage, Told, table
from workers.engines import wanted
from workers.engines.comfyui import files, following, making
from workers.engines.comfyui.client import Comfy, connected
from workers.engines.comfyui.following import Following
from workers.engines.protocol import BadRequest, Broken, Cancelled, OutOfMemory, Task
from workers.media import gif, reading
from workers.media.sound_file import write_sound
from workers.outcomes import failed
from workers.variants import variants

LIGHT = 1000  # bytes


async def test_a_picture_comes_as_it_was_asked_for(comfy: FakeComfy, stage: Stage) -> None:
    [made] = await stage.make(table(comfy.url), width=96, negative="blur", seed=42)

    [body] = comfy.bodies
    assert body["prompt"]["6"]["inputs"]["text"] == "a red fox"
    assert body["prompt"]["7"]["inputs"]["text"] == "blur"
    assert body["prompt"]["3"]["inputs"]["steps"] == 3
    assert str(UUID(body["prompt_id"])) == body["prompt_id"]
    assert body["prompt_id"] in comfy.history
    assert (made.type, made.format, made.width, made.height) == ("image", "png", 96, 64)
    assert made.look
    with Image.open(made.path) as picture:
        assert picture.getpixel((0, 0)) == (42, 0, 128)
        assert "class_type" not in str(picture.info)  # the operator's workflow stays there
        assert picture.info["prompt"] == "a red fox"
        assert picture.info["seed"] == "42"


async def test_progress_and_previews_come_while_it_runs(comfy: FakeComfy, stage: Stage) -> None:
    await stage.make(table(comfy.url), steps=6)

    fractions = stage.told.fractions
    assert fractions == sorted(fractions)
    assert fractions[0] == 0.0
    assert fractions[-1] == pytest.approx(1.0)
    assert len(stage.told.previews) == 6
    assert stage.told.previews[0].size == (32, 32)


async def test_what_was_not_asked_for_stays_as_the_workflow_has_it(comfy: FakeComfy, stage: Stage) -> None:
    await stage.make(table(comfy.url), seed=1, steps=None)

    assert comfy.bodies[0]["prompt"]["7"]["inputs"]["text"] == "text, watermark, deformed"
    assert comfy.bodies[0]["prompt"]["3"]["inputs"]["steps"] == 30


async def test_several_pictures_are_one_prompt_where_the_workflow_takes_a_count(comfy: FakeComfy, stage: Stage) -> None:
    made = await stage.make(table(comfy.url), count=3)

    assert len(comfy.bodies) == 1
    assert [one.path.name for one in made] == ["0.png", "1.png", "2.png"]


async def test_without_a_place_for_the_count_each_picture_is_a_prompt(comfy: FakeComfy, stage: Stage) -> None:
    inputs = {name: place for name, place in INPUTS.items() if name != "count"}
    made = await stage.make(table(comfy.url, inputs=inputs), count=2, seed=2**31 - 1)

    assert [body["prompt"]["3"]["inputs"]["seed"] for body in comfy.bodies] == [2**31 - 1, 0]
    assert [one.path.name for one in made] == ["0.png", "1.png"]
    assert stage.told.fractions == sorted(stage.told.fractions)


async def test_the_same_again_comes_from_the_server_s_cache(comfy: FakeComfy, stage: Stage) -> None:
    [first] = await stage.make(table(comfy.url))
    [second] = await stage.make(table(comfy.url))

    assert len(comfy.files) == 1
    assert first.path.read_bytes() == second.path.read_bytes()
    assert comfy.bodies[0]["prompt_id"] != comfy.bodies[1]["prompt_id"]


async def test_a_picture_that_is_sent_goes_under_the_name_the_server_chose(
    comfy: FakeComfy, stage: Stage, tmp_path: Path
) -> None:
    Image.new("RGB", (8, 8), "red").save(tmp_path / "given.png")
    inputs = {"prompt": "6.text", "seed": "3.seed", "picture": "10.image", "strength": "3.denoise"}
    model = table(comfy.url, "repaint", inputs)

    await stage.make(model, picture=tmp_path / "given.png", strength=0.4)
    [name] = comfy.uploads
    assert comfy.uploads[name] == (tmp_path / "given.png").read_bytes()
    assert comfy.bodies[0]["prompt"]["10"]["inputs"]["image"] == name
    assert comfy.bodies[0]["prompt"]["3"]["inputs"]["denoise"] == 0.4

    with pytest.raises(BadRequest, match="picture_missing"):
        await stage.make(model)
    with pytest.raises(BadRequest, match="picture_not_taken"):
        await stage.make(table(comfy.url), picture=tmp_path / "given.png")


async def test_a_model_may_have_a_workflow_of_its_own_for_pictures(
    comfy: FakeComfy, stage: Stage, tmp_path: Path
) -> None:
    Image.new("RGB", (8, 8), "red").save(tmp_path / "given", "JPEG")
    repaint = {"workflow": str(WORKFLOWS / "repaint.json"), "inputs": {"prompt": "6.text", "picture": "10.image"}}
    model = table(comfy.url) | {"from_picture": repaint}
    await stage.make(model, strength=0.3)  # of a variation: nothing of the workflow's
    await stage.make(model, picture=tmp_path / "given")

    words, picture = (body["prompt"] for body in comfy.bodies)
    assert (words["3"]["inputs"]["denoise"], "10" in words) == (1.0, False)
    assert picture["10"]["inputs"]["image"].endswith(".jpeg")


async def test_a_song_comes_with_its_length_and_its_wave(comfy: FakeComfy, stage: Stage) -> None:
    model = table(comfy.url, "song", {"prompt": "6.text", "seconds": "5.seconds"}, capability="audio")
    [made] = await stage.make(model, seconds=2)

    assert (made.type, made.format, made.width) == ("audio", "mp3", None)
    assert made.duration_seconds == pytest.approx(2, abs=0.1)
    assert made.look
    with av.open(str(made.path)) as file:
        assert "class_type" not in str(file.metadata)

    [made] = await stage.make(model, seconds=2, format="ogg")
    assert made.format == "ogg"
    with av.open(str(made.path)) as file:
        assert file.streams.audio[0].codec_context.name in ("opus", "libopus")


async def test_a_clip_has_as_many_frames_as_its_seconds_want(comfy: FakeComfy, stage: Stage) -> None:
    model = table(comfy.url, "clip", {"prompt": "6.text", "frames": "5.batch_size"}, capability="video")
    [made] = await stage.make(model, seconds=1)

    assert comfy.bodies[0]["prompt"]["5"]["inputs"]["batch_size"] == 25
    assert (made.type, made.format, made.width, made.height) == ("video", "mp4", 64, 64)
    assert made.duration_seconds == pytest.approx(25 / 24, abs=0.1)
    assert made.look
    with av.open(str(made.path)) as file:
        assert "class_type" not in str(file.metadata)
        assert sum(1 for _ in file.decode(video=0)) == 25


async def test_pictures_may_come_over_the_socket(comfy: FakeComfy, stage: Stage) -> None:
    made = await stage.make(table(comfy.url, "socket"), count=2)

    assert comfy.files == {}
    assert [one.path.name for one in made] == ["0.png", "1.png"]


async def test_an_old_server_gives_ids_of_its_own(old_comfy: FakeComfy, stage: Stage) -> None:
    [made] = await stage.make(table(old_comfy.url))

    assert made.format == "png"
    assert old_comfy.bodies[0]["prompt_id"] not in old_comfy.history
    assert stage.told.previews


async def test_of_several_servers_the_one_with_the_least_to_do_gets_it(comfy: FakeComfy, stage: Stage) -> None:
    async with fake_comfy() as busy:
        gate = busy.stop_at("3", 1)
        first = stage.begin(table(busy.url))
        await gate.reached.wait()
        await stage.make(table([busy.url, comfy.url]))
        gate.go.set()
        await first

    assert len(comfy.bodies) == 1


@pytest.mark.parametrize(
    ("failing", "error"),
    [
        (Failing("RuntimeError", "CUDA out of memory (pretend)\n"), OutOfMemory),
        (Failing("torch.OutOfMemoryError", "Allocation on device 0"), OutOfMemory),
        (Failing("ValueError", "cannot paint a red fox"), Broken),
    ],
)
async def test_a_node_that_fails(comfy: FakeComfy, stage: Stage, failing: Failing, error: type[Exception]) -> None:
    comfy.failing["8"] = failing

    with pytest.raises(error) as caught:
        await stage.make(table(comfy.url))
    assert "fox" not in str(caught.value)  # its words may quote the prompt


async def test_a_wish_that_a_node_refuses_is_the_person_s(comfy: FakeComfy, stage: Stage) -> None:
    with pytest.raises(BadRequest, match="width is too large for this model"):
        await stage.make(table(comfy.url), width=20_000)


async def test_a_workflow_that_a_server_refuses_goes_to_another_one(comfy: FakeComfy, stage: Stage) -> None:
    async with fake_comfy(checkpoints=("another.safetensors",)) as other:
        with pytest.raises(Broken, match="no server takes the workflow"):
            await stage.make(table(other.url))
        await asyncio.gather(*(stage.make(table([other.url, comfy.url]), seed=seed) for seed in range(4)))

    assert len(comfy.bodies) == 4


async def test_a_cancel_ends_our_prompt_and_no_other(comfy: FakeComfy, stage: Stage) -> None:
    gate = comfy.stop_at("3", 2)
    making = stage.begin(table(comfy.url))
    await gate.reached.wait()
    stage.told.cancelled = True
    with pytest.raises(Cancelled):
        await making

    assert comfy.running is None or comfy.running.interrupted.is_set()


async def test_a_cancel_on_an_old_server_interrupts_only_what_is_ours(old_comfy: FakeComfy, stage: Stage) -> None:
    """The prompt that runs is another's: ours is taken out of the queue, and nothing is interrupted."""
    gate = old_comfy.stop_at("3", 1)
    other = Stage(stage.folder / "other")
    other.folder.mkdir()
    running = other.begin(table(old_comfy.url))
    await gate.reached.wait()

    waiting = stage.begin(table(old_comfy.url), seed=8)
    await old_comfy.until(lambda: len(old_comfy.pending) == 1)
    stage.told.cancelled = True
    with pytest.raises(Cancelled):
        await waiting
    assert old_comfy.pending == []

    gate.go.set()
    await running


async def test_a_cancel_on_an_old_server_interrupts_ours_when_it_runs(old_comfy: FakeComfy, stage: Stage) -> None:
    gate = old_comfy.stop_at("3", 2)
    making = stage.begin(table(old_comfy.url))
    await gate.reached.wait()
    stage.told.cancelled = True
    with pytest.raises(Cancelled):
        await making

    assert old_comfy.running is None or old_comfy.running.interrupted.is_set()


@pytest.mark.parametrize(("version", "expected"), [("0.3.10", False), ("0.3.75", True)])
async def test_ours_is_interrupted_on_an_old_server_where_nobody_s_can_be_hit(
    stage: Stage, version: str, expected: bool
) -> None:
    """Ours runs and another's waits: it could begin between the look and the interrupt."""
    async with fake_comfy(old=True, version=version) as comfy:
        gate = comfy.stop_at("3", 1)
        making = stage.begin(table(comfy.url))
        await gate.reached.wait()
        ours = comfy.running
        other = Stage(stage.folder / "other")
        other.folder.mkdir()
        waiting = other.begin(table(comfy.url), seed=8)
        await comfy.until(lambda: len(comfy.pending) == 1)
        stage.told.cancelled = True
        with pytest.raises(Cancelled):
            await making

        assert ours
        assert ours.interrupted.is_set() is expected
        gate.go.set()
        await waiting
        assert comfy.violations == []


async def test_a_cancel_that_two_hear_is_told_to_the_server_all_the_same(comfy: FakeComfy, stage: Stage) -> None:
    """A preview hears it first; while the server is told, the look that goes on all the time hears it as well."""

    class First(Told):
        def __call__(self, task: Task, fraction: float, preview: Image.Image | None = None) -> None:
            self.cancelled = self.cancelled or preview is not None
            super().__call__(task, fraction, preview)

    stage.told = First()
    comfy.cancelling.clear()
    gate = comfy.stop_at("3", 3)
    making = stage.begin(table(comfy.url))
    await gate.reached.wait()
    ours = comfy.running
    await asyncio.sleep(4 * wanted.LOOK_SECONDS)
    comfy.cancelling.set()
    with pytest.raises(Cancelled):
        await making
    assert ours
    assert ours.interrupted.is_set()


@pytest.mark.parametrize("old", [False, True])
async def test_a_cancel_finds_a_prompt_that_comes_into_the_queue_after_it(stage: Stage, old: bool) -> None:
    async with fake_comfy(old=old) as comfy:
        gate = comfy.stop_at("3", 1)
        comfy.taking.clear()
        making = stage.begin(table(comfy.url))
        while not comfy.bodies:
            await asyncio.sleep(0.01)
        stage.told.cancelled = True
        await asyncio.sleep(4 * wanted.LOOK_SECONDS)
        comfy.taking.set()
        await gate.reached.wait()
        ours = comfy.running
        with pytest.raises(Cancelled):
            await making
        assert ours
        assert ours.interrupted.is_set()
        assert comfy.violations == []


async def test_a_cancel_of_what_has_just_ended_ends_nobody_s(stage: Stage) -> None:
    async with fake_comfy(old=True) as comfy:
        other = Stage(stage.folder / "other")
        other.folder.mkdir()
        gate = comfy.stop_at("3", 2)
        running = other.begin(table(comfy.url))
        await gate.reached.wait()
        async with connected(comfy.url) as client:
            for prompt_id in ("00000000-0000-4000-8000-000000000000", "ended"):
                await client.cancel(prompt_id)
        gate.go.set()
        assert len(await running) == 1
        assert comfy.violations == []


async def test_somebody_else_s_interrupt_is_a_failure(comfy: FakeComfy, stage: Stage) -> None:
    gate = comfy.stop_at("3", 2)
    making = stage.begin(table(comfy.url))
    await gate.reached.wait()
    assert comfy.running
    comfy.running.interrupted.set()

    with pytest.raises(Broken, match="interrupted"):
        await making


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for a server in a test."""
    monkeypatch.setattr(following, "PAUSE_SECONDS", 0.01)


async def test_a_lost_socket_is_found_again(quick: None, comfy: FakeComfy, stage: Stage) -> None:
    gate = comfy.stop_at("3", 2)
    making = stage.begin(table(comfy.url))
    await gate.reached.wait()
    await comfy.drop()
    await comfy.until(lambda: bool(comfy.clients))
    gate.go.set()

    assert len(await making) == 1
    assert len(comfy.bodies) == 1


async def test_a_socket_that_lived_longer_than_one_waits_for_a_server_is_found_again(
    quick: None, comfy: FakeComfy, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "AWAY_SECONDS", 0.2)
    gate = comfy.stop_at("3", 2)
    made = stage.begin(table(comfy.url))
    await gate.reached.wait()
    await asyncio.sleep(0.3)  # so long it was heard
    await comfy.drop()
    await comfy.until(lambda: bool(comfy.clients))
    gate.go.set()

    assert len(await made) == 1
    assert len(comfy.bodies) == 1


async def test_what_ended_while_the_socket_was_lost_is_fetched(quick: None, comfy: FakeComfy, stage: Stage) -> None:
    gate = comfy.stop_at("3", 2)
    making = stage.begin(table(comfy.url))
    await gate.reached.wait()
    gate.go.set()
    await comfy.drop()

    assert len(await making) == 1
    assert len(comfy.bodies) == 1


async def test_a_server_that_starts_anew_is_asked_once_more(quick: None, comfy: FakeComfy, stage: Stage) -> None:
    """It knows nothing of the prompt any more: its queue was in memory."""
    gate = comfy.stop_at("3", 2)
    making = stage.begin(table(comfy.url))
    await gate.reached.wait()
    await comfy.stop()
    gate.go.set()
    await comfy.start()

    assert len(await making) == 1
    assert len(comfy.bodies) == 2
    assert comfy.bodies[0]["prompt_id"] != comfy.bodies[1]["prompt_id"]


async def test_a_server_that_stays_away_is_a_failure(
    quick: None, comfy: FakeComfy, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.engines.comfyui.making.AWAY_SECONDS", 0.05)
    gate = comfy.stop_at("3", 2)
    making = stage.begin(table(comfy.url))
    await gate.reached.wait()
    await comfy.stop()

    with pytest.raises(Broken):
        await making
    await comfy.start()


async def test_silence_is_asked_about(comfy: FakeComfy, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last event was lost: the history says that it has ended."""
    monkeypatch.setattr(following, "SILENT_SECONDS", 0.2)
    tell = comfy.tell

    async def all_but_the_last(client_id: str, kind: str, data: dict[str, object]) -> None:
        if kind == "executing" and data["node"] is None:
            return
        await tell(client_id, kind, data)

    monkeypatch.setattr(comfy, "tell", all_but_the_last)

    assert len(await stage.make(table(comfy.url))) == 1


async def test_what_somebody_takes_out_of_the_queue_is_asked_for_once_more(
    comfy: FakeComfy, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """News of others' prompts, as on a busy server, is no news of ours."""
    monkeypatch.setattr(following, "SILENT_SECONDS", 0.2)
    gate = comfy.stop_at("3", 1)
    other = Stage(stage.folder / "other", attempts=10)
    other.folder.mkdir()
    running = other.begin(table(comfy.url))
    await gate.reached.wait()
    waiting = stage.begin(table(comfy.url), seed=8)
    await comfy.until(lambda: len(comfy.pending) == 1)
    comfy.pending.clear()
    while not comfy.pending:
        await comfy.status()
        await asyncio.sleep(0.05)
    gate.go.set()

    assert len(await waiting) == len(await running) == 1


@pytest.fixture
async def frozen() -> AsyncIterator[str]:
    """The address of a server that takes every connection and never says a word."""

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1")
    yield "http://{}:{}".format(*server.sockets[0].getsockname())
    server.close()


async def test_beside_a_server_that_is_frozen_nobody_waits_for_it(comfy: FakeComfy, stage: Stage, frozen: str) -> None:
    began = time.monotonic()
    assert len(await stage.make(table([frozen, comfy.url]))) == 1
    assert time.monotonic() - began < 5


async def test_a_cancel_is_seen_while_a_server_is_frozen(stage: Stage, frozen: str) -> None:
    making = stage.begin(table(frozen))
    while not stage.told.fractions:
        await asyncio.sleep(0.01)
    stage.told.cancelled = True
    async with asyncio.timeout(3):
        with pytest.raises(Cancelled):
            await making


async def test_what_one_server_has_no_memory_for_another_may_make(comfy: FakeComfy, stage: Stage) -> None:
    async with fake_comfy() as small:
        small.failing["8"] = Failing("torch.OutOfMemoryError", "Allocation on device 0")
        inputs = {name: place for name, place in INPUTS.items() if name != "count"}
        model = table([small.url, comfy.url], inputs=inputs)
        made = [await stage.make(model, seed=10 * seed, count=2) for seed in range(5)]
        assert [len(one) for one in made] == [2] * 5
        assert len(comfy.bodies) == 10
        with pytest.raises(OutOfMemory):
            await stage.make(table(small.url))


async def test_what_ended_between_two_questions_ended_as_the_history_says(
    comfy: FakeComfy, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    comfy.failing["8"] = Failing("torch.OutOfMemoryError", "Allocation on device 0")
    looks = iter(range(100))
    history = Comfy.history

    async def late(self: Comfy, prompt_id: str) -> Mapping[str, Any] | None:
        return await history(self, prompt_id) if next(looks) else None

    async def unknown(self: Comfy, prompt_id: str) -> None:
        return None

    async def deaf(self: Following, event: object) -> None:
        return None

    monkeypatch.setattr(Comfy, "history", late)
    monkeypatch.setattr(Comfy, "job", unknown)
    monkeypatch.setattr(Comfy, "queued", unknown)
    monkeypatch.setattr(Following, "_take", deaf)
    monkeypatch.setattr(following, "SILENT_SECONDS", 0.5)
    with pytest.raises(OutOfMemory):
        await stage.make(table(comfy.url))


async def test_a_variation_is_made_where_the_workflow_has_a_place_for_its_parent_and_else_refused(
    comfy: FakeComfy, stage: Stage
) -> None:
    with pytest.raises(BadRequest, match="no_variations"):
        await stage.make(table(comfy.url), parent_seed=3, strength=0.2)
    assert comfy.bodies == []
    inputs = INPUTS | {"seed": [], "parent_seed": "3.seed", "variation": "3.denoise"}
    [made] = await stage.make(table(comfy.url, inputs=inputs), parent_seed=3, strength=0.2)
    assert comfy.bodies[0]["prompt"]["3"]["inputs"]["seed"] == 3
    assert comfy.bodies[0]["prompt"]["3"]["inputs"]["denoise"] == 0.2
    assert made.metadata["parent_seed"] == 3


def a_video(folder: Path) -> Task:
    return Task("job", 1, "video", "wan", {"prompt": "a fox"}, folder)


def drawn(path: Path) -> None:
    frames = [Image.new("RGB", (65, 48), (number * 20, 0, 99)) for number in range(10)]
    said: dict[str, Any] = {"comment": b"the workflow"} if path.suffix == ".gif" else {"exif": b"Exif\0\0the workflow"}
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=80, **said)


def filmed(path: Path, codec: str, pixels: str, sound: str | None) -> None:
    """A second with a tone under it where there is a codec for it, and the operator's workflow beside it."""
    with av.open(str(path), "w") as file:
        file.metadata["comment"] = "the workflow"
        stream: Any = file.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, pixels
        heard: Any = file.add_stream(sound, rate=48_000, layout="stereo") if sound else None
        for number in range(10):
            image = np.full((48, 64, 3), (number * 20, 0, 99), np.uint8)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        file.mux(stream.encode(None))
        if heard:
            tone = np.tile(np.sin(np.arange(48_000) / 10, dtype=np.float32) * np.float32(0.3), (2, 1))
            frame = av.AudioFrame.from_ndarray(tone, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = 48_000, 0
            for packets in (heard.encode(frame), heard.encode(None)):
                file.mux(packets)


def coded(path: Path) -> dict[str, bytes]:
    """What decoders of its streams are given."""
    found: dict[str, bytes] = {}
    with av.open(str(path)) as file:
        for packet in file.demux():
            found[packet.stream.type] = found.get(packet.stream.type, b"") + bytes(packet)
    return found


FILMS = {
    ".webm": ("libvpx-vp9", "yuv420p", "libopus"),
    ".mov": ("qtrle", "rgb24", "pcm_s16le"),
    ".mkv": ("libx264", "yuv420p", "libmp3lame"),  # its first packets do not say when they are decoded
    ".avi": ("mpeg4", "yuv420p", "pcm_s16le"),
    ".mp4": ("libx264", "yuv420p10le", "aac"),
}


@pytest.mark.parametrize("ending", [".gif", ".webp", *FILMS])
def test_a_film_of_any_kind_stays_as_the_server_made_it_and_one_that_plays_stands_beside_it(
    tmp_path: Path, ending: str
) -> None:
    raw = tmp_path / f"0.fetched{ending}"
    if ending in FILMS:
        filmed(raw, *FILMS[ending])
    else:
        drawn(raw)
    entry = {"outputs": {"9": {"images": [{"filename": f"clip{ending}", "type": "output"}]}}}
    [output] = files.outputs(entry, "video")
    made = files.finished(raw, output.ending, a_video(tmp_path), 0, {"model": "wan", "prompt": "a fox"})

    content = made.path.read_bytes()
    assert b"the workflow" not in content
    assert b"wan" in content
    assert (made.type, made.format, made.metadata["plays"]) == ("video", ending[1:], False)
    if ending in FILMS:
        assert coded(made.path) == coded(raw)
        assert (made.width, made.height) == (64, 48)
        assert made.duration_seconds == pytest.approx(1.0, abs=0.1)
    else:
        with Image.open(raw) as before, Image.open(made.path) as after:
            assert getattr(after, "n_frames", 0) == 10
            for number in range(10):
                before.seek(number)
                after.seek(number)
                assert after.convert("RGB").tobytes() == before.convert("RGB").tobytes()
        assert (made.width, made.height) == (65, 48)
        assert made.duration_seconds == pytest.approx(0.8, abs=0.1)

    web = variants(made, made.path.stat().st_size, lambda part: None).web
    assert web is not None
    with av.open(str(web.content)) as film:
        shown = list(film.decode(video=0))
        assert film.streams.video[0].codec_context.name == "h264"
        assert film.streams.video[0].codec_context.pix_fmt == "yuv420p"
        assert film.metadata["title"] == "a fox"
    assert (len(shown), shown[0].width, shown[0].height) == (10, 64, 48)
    assert np.abs(shown[9].to_ndarray(format="rgb24")[24, 32].astype(int) - (180, 0, 99)).max() < 12
    with av.open(str(web.content)) as film:
        sounds = [stream.codec_context.codec.canonical_name for stream in film.streams.audio]
        heard = np.concatenate([frame.to_ndarray() for frame in film.decode(audio=0)], axis=1) if sounds else None
    assert sounds == ([] if ending not in FILMS else ["mp3" if ending == ".mkv" else "aac"])
    assert heard is None or (0.1 < np.abs(heard).max() < 0.5 and heard.shape[1] == pytest.approx(48_000, abs=5000))


@pytest.mark.parametrize("ending", [".gif", ".webm"])
def test_a_cancel_is_heard_between_two_frames_of_the_one_that_plays(tmp_path: Path, ending: str) -> None:
    raw = tmp_path / f"0.fetched{ending}"
    if ending in FILMS:
        filmed(raw, *FILMS[ending])
    else:
        drawn(raw)
    made = files.finished(raw, ending, a_video(tmp_path), 0, {})
    told: list[float] = []

    def step(part: float) -> None:
        told.append(part)
        if len(told) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        variants(made, LIGHT, step)
    assert len(told) == 3
    assert told == sorted(told)


def test_a_film_that_everything_plays_has_no_other_beside_it(tmp_path: Path) -> None:
    filmed(tmp_path / "0.fetched.mp4", "libx264", "yuv420p", "aac")
    made = files.finished(tmp_path / "0.fetched.mp4", ".mp4", a_video(tmp_path), 0, {})

    assert "plays" not in made.metadata
    assert variants(made, LIGHT, lambda part: None).web is None


@pytest.mark.parametrize("content", [b"GIF89a", b"GIF89a" + bytes(7) + b"\x21\xfe\x05abc", b"no GIF at all, whatever"])
def test_what_is_no_gif_is_told(content: bytes) -> None:
    with pytest.raises(ValueError, match="GIF"):
        gif.described(content, {})


def test_a_full_disk_is_no_fault_of_the_server(tmp_path: Path) -> None:
    sound = tmp_path / "a.ogg"
    write_sound(sound, np.zeros((2, 48_000), np.float32), 48_000, "ogg", {})
    with pytest.raises(OSError, match="No space left") as caught:
        reading.remux(sound, Path("/dev/full"), "ogg", {})
    assert failed(caught.value)["error_code"] == "store_failed"


async def test_a_file_that_is_gone_is_a_failure(comfy: FakeComfy, stage: Stage) -> None:
    await stage.make(table(comfy.url))
    comfy.files.clear()

    with pytest.raises(Broken, match="has not got the file any more"):
        await stage.make(table(comfy.url))
