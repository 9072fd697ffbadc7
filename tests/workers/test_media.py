"""Loudness as ffmpeg measures it, limiting without clipping, waves that can be seen, files without what is not ours."""

from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import av
import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from workers.engines.comfyui.files import finished
from workers.engines.protocol import Task
from workers.media import reading
from workers.media.loudness import CEILING, Sound, limited, loudness, normalised
from workers.media.png_text import described
from workers.media.sound_file import write_sound
from workers.media.tags import tags
from workers.media.video_file import write_video
from workers.media.waveform import HEIGHT, WIDTH, waveform
from workers.media.xmp import in_jpeg, in_webp

RATE = 48_000


def noise_and_tone(seconds: float = 4.0) -> Sound:
    t = np.arange(int(RATE * seconds)) / RATE
    noise = np.random.default_rng(1).normal(size=t.size)
    return np.stack([0.3 * np.sin(2 * np.pi * 997 * t) * (t % 2 < 1.3), 0.1 * noise]).astype(np.float32)


def measured_by_ffmpeg(sound: Sound) -> float:
    graph = av.filter.Graph()
    source = graph.add("abuffer", f"sample_rate={RATE}:sample_fmt=fltp:channel_layout=stereo:time_base=1/{RATE}")
    meter, sink = graph.add("ebur128", "metadata=1"), graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    heard = float("nan")
    for start in range(0, sound.shape[1], 4096):
        piece = np.ascontiguousarray(sound[:, start : start + 4096])
        frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = RATE, start
        source.push(frame)
        try:
            heard = float(sink.pull().metadata["lavfi.r128.I"])
        except (av.error.BlockingIOError, KeyError):
            continue
    return heard


def test_loudness_is_what_ffmpeg_measures() -> None:
    sound = noise_and_tone()

    assert loudness(sound, RATE) == pytest.approx(measured_by_ffmpeg(sound), abs=0.1)


def test_the_reference_tone_has_the_loudness_of_the_standard() -> None:
    """A sine of 997 Hz at full scale in one channel is -3.01 LUFS (BS.1770-4, annex 1)."""
    t = np.arange(RATE * 3) / RATE
    assert loudness(np.sin(2 * np.pi * 997 * t)[None].astype(np.float32), RATE) == pytest.approx(-3.01, abs=0.05)


@pytest.mark.parametrize("gain", [0.01, 1.0, 20.0])
def test_everything_comes_to_the_same_level_without_clipping(gain: float) -> None:
    sound = normalised(noise_and_tone() * np.float32(gain), RATE)

    assert loudness(sound, RATE) == pytest.approx(-16.0, abs=0.2)
    assert np.abs(sound).max() <= CEILING + 1e-6


def test_a_single_peak_is_held_and_the_rest_left_alone() -> None:
    sound = np.full((1, RATE), 0.1, np.float32)
    sound[0, RATE // 2] = 3.0
    held = limited(sound, RATE)

    assert np.abs(held).max() <= CEILING + 1e-6
    assert np.allclose(held[0, : RATE // 4], 0.1)
    assert held[0, -1] == pytest.approx(0.1, abs=0.01)


def test_silence_stays_silent() -> None:
    silence = np.zeros((2, RATE), np.float32)

    assert loudness(silence, RATE) == float("-inf")
    assert np.array_equal(normalised(silence, RATE), silence)


def test_a_wave_is_tall_where_the_sound_is_loud() -> None:
    sound = noise_and_tone()
    sound[:, : sound.shape[1] // 2] *= np.float32(0.02)
    picture = np.asarray(waveform(sound, RATE).convert("L"), np.float32)

    assert picture.shape == (HEIGHT, WIDTH)
    assert picture[:, WIDTH // 2 :].mean() > 1.5 * picture[:, : WIDTH // 2].mean()


def test_a_png_says_only_how_it_was_made(tmp_path: Path) -> None:
    said = PngInfo()
    said.add_text("workflow", "somebody's")
    Image.effect_noise((20, 10), 80).save(tmp_path / "a.png", pnginfo=said)
    (tmp_path / "b.png").write_bytes(described((tmp_path / "a.png").read_bytes(), {"prompt": "лиса 🦊", "seed": 7}))

    with Image.open(tmp_path / "a.png") as before, Image.open(tmp_path / "b.png") as after:
        assert after.tobytes() == before.tobytes()
        assert after.info == {"prompt": "лиса 🦊", "seed": "7"}
    for broken in (b"GIF89a", (tmp_path / "a.png").read_bytes()[:-20]):
        with pytest.raises(ValueError, match="PNG"):
            described(broken, {})


WORKFLOW = Image.Exif()
WORKFLOW[0x010E] = "a secret workflow"
MADE = {"model": "sdxl", "seed": 7, "prompt": 'лиса 🦊 & <b>"x"\0\ud83e', "no name!": 1}


def said_in(content: bytes) -> str:
    with Image.open(BytesIO(content)) as image:
        image.load()
        assert not image.getexif()
        assert image.info.get("comment") is None
        ElementTree.fromstring(image.info["xmp"].decode())
        return str(image.info["xmp"].decode())


@pytest.mark.parametrize(
    ("kind", "mode", "how"),
    [
        ("JPEG", "RGB", {"comment": b"secret"}),
        ("JPEG", "CMYK", {"progressive": True}),
        ("WEBP", "RGB", {}),
        ("WEBP", "RGBA", {}),
        ("WEBP", "RGBA", {"lossless": True}),
        ("WEBP", "RGB", {"lossless": True}),
    ],
)
@pytest.mark.parametrize("exif", [WORKFLOW, None])
def test_a_jpeg_and_a_webp_say_only_how_they_were_made(
    kind: str, mode: str, how: dict[str, Any], exif: Image.Exif | None
) -> None:
    buffer = BytesIO()
    picture = Image.effect_noise((41, 23), 80).convert(mode)
    if mode == "RGBA":
        picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    picture.save(buffer, kind, **how, **({"exif": exif} if exif else {}), icc_profile=b"a profile of colours")
    before = buffer.getvalue()
    after = in_jpeg(before, MADE) if kind == "JPEG" else in_webp(before, picture.size, MADE)
    said = said_in(after)

    assert 'made:model="sdxl" made:seed="7"' in said
    assert 'лиса 🦊 &amp; &lt;b&gt;"x"</rdf:li>' in said
    assert b"secret" not in after
    with Image.open(BytesIO(before)) as old, Image.open(BytesIO(after)) as new:
        assert (new.mode, new.size, new.tobytes()) == (old.mode, old.size, old.tobytes())
        assert new.info["icc_profile"] == b"a profile of colours"
    again = in_jpeg(after, MADE) if kind == "JPEG" else in_webp(after, picture.size, MADE)
    assert again == after


def test_a_simple_webp_learns_to_say_more() -> None:
    for mode, how in (("RGB", {}), ("RGB", {"lossless": True}), ("RGBA", {"lossless": True})):
        buffer = BytesIO()
        Image.new(mode, (300, 7), (9, 9, 9, 40)[: len(mode)]).save(buffer, "WEBP", **how)
        assert b"VP8X" not in buffer.getvalue() or mode == "RGBA"
        content = in_webp(buffer.getvalue(), (300, 7), {"seed": 1})
        with Image.open(BytesIO(content)) as image:
            assert (image.mode, image.size) == (mode, (300, 7))
        assert 'made:seed="1"' in said_in(content)


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff", b"RIFF", b"\xff\xd8\xff\xe0\0\x04", b"GIF89a" * 9])
def test_what_is_no_picture_is_not_written_into(content: bytes) -> None:
    with pytest.raises(ValueError, match="no JPEG"):
        in_jpeg(content, {})
    with pytest.raises(ValueError, match="no WebP"):
        in_webp(content, (1, 1), {})


def test_the_longest_prompt_fits_a_segment() -> None:
    buffer = BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "JPEG")
    content = in_jpeg(buffer.getvalue(), {"prompt": "<🦊" * 100_000, **{f"n{n}": "x" * 9_999 for n in range(99)}})

    assert "🦊" in said_in(content)


@pytest.mark.parametrize(("kind", "ending"), [("JPEG", ".jpeg"), ("WEBP", ".webp"), ("PNG", ".png")])
def test_a_picture_of_a_server_leaves_without_what_the_server_wrote(tmp_path: Path, kind: str, ending: str) -> None:
    raw = tmp_path / f"0.fetched{ending}"
    Image.effect_noise((40, 30), 80).convert("RGB").save(raw, kind, exif=WORKFLOW)
    made = finished(raw, ending, Task("job", 1, "image", "sdxl", {}, tmp_path), 0, {"model": "sdxl", "seed": 7})

    content = made.path.read_bytes()
    assert b"secret" in raw.read_bytes()
    assert b"secret" not in content
    assert b"sdxl" in content
    assert (made.width, made.height) == (40, 30)


def test_players_are_told_how_it_was_made_and_all_of_a_long_prompt() -> None:
    assert tags({"model": "composer", "seed": 7, "prompt": "calm", "tempo": 70.0}, "Tessera composer") == {
        "title": "calm",
        "artist": "Tessera composer",
        "comment": "model composer; seed 7; tempo 70.0",
    }
    assert tags({"prompt": "x" * 300}, "a")["synopsis"] == "x" * 300


@pytest.mark.parametrize("kind", ["ogg", "mp3", "mp4"])
def test_the_tags_of_a_file_can_be_read_back(tmp_path: Path, kind: str) -> None:
    path, told = tmp_path / f"a.{kind}", tags({"model": "m", "seed": 7, "prompt": "лиса " * 60}, "Tessera")
    if kind == "mp4":
        write_video(path, [Image.new("RGB", (64, 64))] * 2, (64, 64), 2, told)
    else:
        write_sound(path, noise_and_tone(0.2), RATE, kind, told)
    with av.open(str(path)) as file:
        found = {**file.metadata, **file.streams[0].metadata}

    assert {name: found.get(name) for name in told} == told


def test_what_is_no_film_and_no_sound_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"no film")
    for read in (reading.film, reading.sound):
        with pytest.raises(reading.Unreadable):
            read(tmp_path / "a.mp4")
