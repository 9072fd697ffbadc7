"""What stands beside an artifact: a file for screens where the original is larger, a thumbnail, a blur."""

from io import BytesIO
from pathlib import Path

import av
import blurhash
import numpy as np
import pytest
from PIL import Image

from workers.engines.protocol import Cancelled, Made
from workers.media import screen
from workers.media.sound_file import CODECS
from workers.media.video_file import write_video
from workers.variants import HEAVY_BYTES, Rendition, Variants, begun, variants

NOWHERE = Path("there/is/no/file.png")
LIGHT = 1000  # bytes
RATE = 12  # frames a second


def wanted(part: float) -> None:
    """Nobody calls it off."""


def of_picture(picture: Image.Image, size_bytes: int = LIGHT) -> Variants:
    """What an engine has at hand is not read again."""
    made = Made(NOWHERE, "image", "png", *picture.size, metadata={"seed": 7}, look=picture)
    return variants(made, size_bytes, wanted)


def read(content: bytes | Path) -> Image.Image:
    assert isinstance(content, bytes)
    return Image.open(BytesIO(content))


def a_film(path: Path, size: tuple[int, int], count: int = 6) -> Made:
    colours = [(250, 40 * number, 0) for number in range(count)]
    write_video(path, (Image.new("RGB", size, colour) for colour in colours), size, RATE, {"title": "a fox"})
    look = Image.new("RGB", size, "red")
    return Made(path, "video", "mp4", *size, duration_seconds=count / RATE, look=look)


def test_a_picture_that_fits_a_screen_is_its_own_rendition() -> None:
    found = of_picture(Image.new("RGB", (1280, 720), "teal"))

    assert found.web is None
    assert found.thumbnail is not None
    assert read(found.thumbnail).size == (512, 288)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "LA", "1", "CMYK", "I;16", "I", "F"])
def test_a_larger_one_gets_a_jpeg_for_screens(mode: str) -> None:
    picture = Image.new(mode, (3000, 1500))
    found = of_picture(picture)

    assert picture.size == (3000, 1500)
    assert found.web is not None
    assert (found.web.format, found.web.width, found.web.height) == ("jpg", 1280, 640)
    with read(found.web.content) as image:
        assert (image.format, image.size) == ("JPEG", (1280, 640))
        assert b'made:seed="7"' in image.info["xmp"]
    assert read(found.thumbnail or b"").size == (512, 256)


def test_what_was_begun_before_the_file_was_written_is_the_same() -> None:
    """And it is not made again: the picture is another one meanwhile."""
    picture = Image.linear_gradient("L").resize((2000, 1000)).convert("RGB")
    beside = begun(picture, {"seed": 7})
    made = Made(NOWHERE, "image", "png", 2000, 1000, metadata={}, look=Image.new("RGB", (8, 8)), beside=beside)

    assert variants(made, LIGHT, wanted) == of_picture(picture)


def test_one_that_proves_heavy_when_it_is_written_gets_its_lighter_file_then() -> None:
    picture = Image.new("RGB", (1000, 1000), "teal")
    made = Made(NOWHERE, "image", "png", 1000, 1000, metadata={}, look=picture, beside=begun(picture, {}))

    assert variants(made, LIGHT, wanted).web is None
    assert variants(made, HEAVY_BYTES + 1, wanted).web is not None


def test_a_heavy_one_of_few_pixels_gets_a_lighter_file() -> None:
    found = of_picture(Image.new("RGB", (1000, 1000), "teal"), HEAVY_BYTES + 1)

    assert found.web is not None
    assert (found.web.width, found.web.height) == (1000, 1000)


@pytest.mark.parametrize(("size", "cosines"), [((300, 200), (4, 3)), ((200, 300), (3, 4)), ((900, 2), (4, 1))])
def test_the_blur_has_the_colours_of_the_picture_where_they_are(
    size: tuple[int, int], cosines: tuple[int, int]
) -> None:
    picture = Image.new("RGB", size, (20, 60, 200))
    picture.paste((240, 120, 20), (0, 0, size[0] // 2, size[1]))
    letters = of_picture(picture).blurhash or ""

    assert blurhash.components(letters) == cosines
    row = blurhash.decode(letters, 8, 1)[0]
    assert row[0][0] > 200 > row[0][2]
    assert row[-1][2] > 150 > row[-1][0]


def test_a_transparent_picture_blurs_to_what_is_seen_of_it() -> None:
    letters = of_picture(Image.new("RGBA", (64, 64), (0, 0, 0, 0))).blurhash or ""

    assert blurhash.decode(letters, 1, 1)[0][0] == [255, 255, 255]


def test_words_have_no_variants() -> None:
    assert variants(Made(NOWHERE, "text", "txt"), LIGHT, wanted) == Variants()


def test_a_sound_has_its_wave_and_no_rendition() -> None:
    found = variants(Made(NOWHERE, "audio", "ogg", look=Image.new("RGB", (960, 320))), LIGHT, wanted)

    assert found.web is None
    assert found.thumbnail is not None
    assert found.blurhash is not None


def test_a_film_that_fits_a_screen_is_not_read_again() -> None:
    made = Made(NOWHERE, "video", "mp4", 1280, 720, duration_seconds=6.0, look=Image.new("RGB", (1280, 720)))
    found = variants(made, LIGHT, wanted)

    assert found.web is None
    assert found.blurhash is not None


@pytest.mark.parametrize(
    ("size", "size_bytes", "expected"),
    [
        ((1280, 720), LIGHT, None),
        ((720, 1280), LIGHT, None),
        ((1920, 1080), LIGHT, None),
        ((1080, 1920), LIGHT, None),
        ((2560, 1440), LIGHT, (1920, 1080)),
        ((2160, 3840), LIGHT, (1080, 1920)),
        ((2048, 2048), LIGHT, (1080, 1080)),
        ((2048, 858), LIGHT, (1920, 804)),
        ((1024, 576), screen.HEAVY_BYTES + 1, (1024, 576)),
        ((0, 0), LIGHT, None),
    ],
)
def test_a_film_for_screens_has_at_most_1080_lines(
    size: tuple[int, int], size_bytes: int, expected: tuple[int, int] | None
) -> None:
    assert screen.size_of(size, size_bytes) == expected


def for_screens(path: Path) -> Rendition | None:
    """Of a film that seems heavier than it is, for a few frames in one colour weigh nothing."""
    return variants(a_film(path, (2400, 144)), path.stat().st_size * 10, wanted).web


def test_a_larger_film_is_there_once_more_for_screens(tmp_path: Path) -> None:
    web = for_screens(tmp_path / "0.mp4")

    assert web is not None
    assert isinstance(web.content, Path)
    assert web.size_bytes == web.content.stat().st_size
    with av.open(str(web.content)) as file:
        frames = list(file.decode(video=0))
        assert (file.streams.video[0].codec_context.name, file.metadata["title"]) == ("h264", "a fox")
    assert [(frame.width, frame.height) for frame in frames] == [(1920, 116)] * 6
    first = frames[0].to_ndarray(format="rgb24")[58, 960]
    assert np.abs(first.astype(int) - (250, 0, 0)).max() < 12
    assert frames[-1].time == pytest.approx(5 / RATE, abs=0.01)
    assert (web.width, web.height) == (1920, 116)


def test_the_same_film_gives_the_same_bytes(tmp_path: Path) -> None:
    contents = []
    for name in ("one.mp4", "other.mp4"):
        web = for_screens(tmp_path / name)
        assert web is not None
        assert isinstance(web.content, Path)
        contents.append(web.content.read_bytes())

    assert contents[0] == contents[1]


def test_the_sound_of_a_film_stays(tmp_path: Path) -> None:
    made = a_film(tmp_path / "mute.mp4", (2400, 144), count=12)
    path = with_sound(made.path, tmp_path / "0.mp4")
    web = variants(Made(path, "video", "mp4", 2400, 144, duration_seconds=1.0), 10**6, wanted).web

    assert web is not None
    with av.open(str(web.content)) as file:
        sound = np.concatenate([frame.to_ndarray() for frame in file.decode(audio=0)], axis=1)
    assert sound.shape[1] == pytest.approx(48_000, abs=4096)
    assert np.abs(sound).max() > 0.1


def with_sound(mute: Path, path: Path) -> Path:
    tone = np.sin(np.arange(48_000) / 10, dtype=np.float32)[None] * np.float32(0.3)
    with av.open(str(mute)) as source, av.open(str(path), "w", format="mp4") as target:
        film = target.add_stream_from_template(source.streams.video[0])
        sound = target.add_stream("aac", rate=CODECS["ogg"][1], layout="mono")
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = film
                target.mux(packet)
        for start in range(0, 48_000, 1024):
            piece = np.ascontiguousarray(tone[:, start : start + 1024])
            frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 48_000, start
            target.mux(sound.encode(frame))
        target.mux(sound.encode(None))
    return path


def test_a_film_that_cannot_be_read_has_no_rendition_and_its_artifact_stays(tmp_path: Path) -> None:
    path = tmp_path / "0.mp4"
    path.write_bytes(b"no film")
    made = Made(path, "video", "mp4", 1920, 1080, duration_seconds=2.0, look=Image.new("RGB", (64, 36)))
    found = variants(made, LIGHT, wanted)

    assert found.web is None
    assert found.thumbnail is not None


@pytest.mark.parametrize("ending", ["gif", "webp"])
def test_the_film_beside_one_that_not_everything_plays_weighs_no_more_than_chats_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    """Noise, of which there is nothing to save; of as many seconds as the bound tells on."""
    monkeypatch.setattr("workers.media.screen.HEAVY_BYTES", 128 * 1024)
    path = tmp_path / f"0.{ending}"
    noise = np.random.default_rng(1)
    drawn = [Image.fromarray(noise.integers(0, 256, (96, 128, 3), dtype=np.uint8)) for _ in range(48)]
    drawn[0].save(path, save_all=True, append_images=drawn[1:], duration=500)
    made = Made(path, "video", ending, 128, 96, duration_seconds=24.0, metadata={"plays": False})
    web = variants(made, path.stat().st_size, wanted).web

    assert web is not None
    assert 64 * 1024 < web.size_bytes <= 128 * 1024


def test_a_rendition_that_is_no_lighter_is_none(tmp_path: Path) -> None:
    made = a_film(tmp_path / "0.mp4", (2400, 144))

    assert variants(made, 10, wanted).web is None


def test_who_called_the_attempt_off_does_not_wait_for_the_rendition(tmp_path: Path) -> None:
    made = a_film(tmp_path / "0.mp4", (2400, 144))

    parts: list[float] = []

    def off(part: float) -> None:
        parts.append(part)
        if part >= 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        variants(made, made.path.stat().st_size, off)
    assert parts == pytest.approx([0, 1 / 6, 2 / 6, 3 / 6])
