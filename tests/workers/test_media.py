"""Loudness as ffmpeg measures it, limiting without clipping, waves that can be seen, files without what is not ours."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from workers.media import reading
from workers.media.loudness import CEILING, Sound, limited, loudness, normalised
from workers.media.png_text import described
from workers.media.waveform import HEIGHT, WIDTH, waveform

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


def test_what_is_no_film_and_no_sound_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"no film")
    for read in (reading.film, reading.sound):
        with pytest.raises(reading.Unreadable):
            read(tmp_path / "a.mp4")
