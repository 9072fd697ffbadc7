"""Several pictures become one, and too large ones fit."""

import io

import pytest
from PIL import Image

from bots.grid import GAP, fitting, grid
from bots.messenger import Picture, PictureLimits


def png(width: int, height: int, noise: bool = False) -> bytes:
    image = Image.effect_noise((width, height), 90) if noise else Image.new("RGB", (width, height), (200, 30, 30))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("count", "size"), [(1, (64, 48)), (2, (128 + GAP, 48)), (3, (128 + GAP, 96 + GAP)), (4, (128 + GAP, 96 + GAP))]
)
def test_a_grid_has_two_columns(count: int, size: tuple[int, int]) -> None:
    picture = grid([png(64, 48)] * count)
    assert (picture.width, picture.height) == size
    assert Image.open(io.BytesIO(picture.content)).size == size
    assert picture.final


def test_a_single_picture_stays_byte_for_byte() -> None:
    assert grid([png(64, 48)]).content == png(64, 48)


def test_what_fits_is_left_alone() -> None:
    picture = Picture(png(64, 48), "tessera.png", 64, 48, final=True)
    assert fitting(picture, PictureLimits(10 * 2**20, 10_000)) is picture


def test_a_file_that_is_too_heavy_becomes_a_lighter_one() -> None:
    content = png(600, 600, noise=True)
    picture = Picture(content, "tessera.png", 600, 600, final=True)
    fitted = fitting(picture, PictureLimits(60_000))
    assert len(fitted.content) <= 60_000 < len(content)
    assert fitted.filename == "tessera.jpg"
    assert fitted.final


def test_sides_that_are_too_long_are_scaled() -> None:
    picture = Picture(png(900, 300), "tessera.png", 900, 300, final=False)
    fitted = fitting(picture, PictureLimits(10 * 2**20, 600))
    assert (fitted.width or 0) + (fitted.height or 0) <= 600
    assert not fitted.final
