"""Which files are taken as pictures, and what is left of them."""

import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from time import process_time
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from scheduler.artifacts.checks import (
    LONGEST_SIDE,
    MOST_BYTES,
    MOST_PIXELS,
    CheckedPicture,
    Fault,
    Unfit,
    checked_picture,
    safe_name,
)

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
ORIENTATION, TURNED, CAMERA = 0x0112, 6, 0x0110


def a_file(kind: str = "PNG", mode: str = "RGB", size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    buffer = BytesIO()
    image = Image.linear_gradient("L").resize(size).convert(mode)
    if mode in ("RGBA", "LA"):
        image.putalpha(100)
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)


def a_png_that_claims(width: int, height: int) -> bytes:
    """A few bytes that say they are that large; a whole row of zeros compresses a thousand times."""
    header = chunk(b"IHDR", width.to_bytes(4) + height.to_bytes(4) + bytes([8, 2, 0, 0, 0]))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(100_000))) + chunk(b"IEND", b"")


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(data) + 2).to_bytes(2) + data


def a_jpeg_of_scans(scans: int) -> bytes:
    """40 million pixels that are nothing, gone through again and again: 64 bytes and some milliseconds a scan."""
    width, height = 8192, 4880
    tables = segment(0xDB, bytes([0] + [1] * 64)) + segment(0xC4, b"\x10" + bytes([1] + [0] * 15) + b"\xe0")
    frame = segment(0xC2, b"\x08" + height.to_bytes(2) + width.to_bytes(2) + b"\x01\x01\x11\x00")
    runs = ("0" + "1" * 14) * (width * height // 64 // 32767 + 1)  # each of 32,767 blocks without anything
    runs += "1" * (-len(runs) % 8)
    data = int(runs, 2).to_bytes(len(runs) // 8).replace(b"\xff", b"\xff\0")
    scan = segment(0xDA, b"\x01\x01\x00\x01\x3f\x00") + data
    return b"\xff\xd8" + tables + frame + scan * scans + b"\xff\xd9"


def fault_of(content: bytes) -> Fault:
    with pytest.raises(Unfit) as caught:
        checked_picture(content)
    return caught.value.fault


def opened(picture: CheckedPicture) -> Image.Image:
    image = Image.open(BytesIO(picture.content))
    image.load()
    assert image.size == (picture.width, picture.height)
    return image


@pytest.mark.parametrize(
    ("kind", "mode", "becomes"),
    [
        ("PNG", "RGB", ("png", "RGB")),
        ("PNG", "RGBA", ("png", "RGBA")),
        ("PNG", "L", ("png", "RGB")),
        ("PNG", "LA", ("png", "RGBA")),
        ("PNG", "P", ("png", "RGB")),
        ("PNG", "1", ("png", "RGB")),
        ("PNG", "I;16", ("png", "RGB")),
        ("JPEG", "RGB", ("jpeg", "RGB")),
        ("JPEG", "L", ("jpeg", "RGB")),
        ("JPEG", "CMYK", ("jpeg", "RGB")),
        ("WEBP", "RGB", ("jpeg", "RGB")),
        ("WEBP", "RGBA", ("png", "RGBA")),
    ],
)
def test_pictures_of_every_kind_are_taken(kind: str, mode: str, becomes: tuple[str, str]) -> None:
    picture = checked_picture(a_file(kind, mode))

    assert (picture.format, opened(picture).mode) == becomes
    assert (picture.width, picture.height) == (40, 30)


def test_sixteen_bits_of_grey_stay_as_bright_as_they_were() -> None:
    ramp = Image.new("I;16", (256, 16))
    ramp.putdata([x * 256 + 128 for _ in range(16) for x in range(256)])
    buffer = BytesIO()
    ramp.save(buffer, "PNG")
    made = opened(checked_picture(buffer.getvalue()))

    assert [made.getpixel((x, 0)) for x in (0, 100, 255)] == [(0, 0, 0), (100, 100, 100), (255, 255, 255)]


@pytest.mark.parametrize("options", [{"progressive": True}, {"quality": 10}, {"restart_marker_blocks": 2}])
def test_jpegs_of_every_make_are_taken(options: dict[str, Any]) -> None:
    assert checked_picture(a_file("JPEG", size=(200, 100), **options)).width == 200


def test_where_and_with_what_it_was_taken_is_forgotten() -> None:
    exif = Image.Exif()
    exif[CAMERA] = "a camera"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 0.0)  # latitude
    words = PngInfo()
    words.add_text("Author", "Ann")
    files = [
        a_file("JPEG", exif=exif, comment=b"Ann"),
        a_file("WEBP", exif=exif),
        a_file("PNG", exif=exif, pnginfo=words),
    ]

    for content in files:
        picture = checked_picture(content)
        assert len(opened(picture).getexif()) == 0
        assert b"camera" not in picture.content
        assert b"Ann" not in picture.content


def test_a_picture_that_was_turned_by_its_metadata_stays_turned() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = TURNED

    assert (checked_picture(a_file("JPEG", exif=exif)).width, checked_picture(a_file("JPEG", exif=exif)).height) == (
        30,
        40,
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x",
        SVG,
        b"<?xml version='1.0'?>" + SVG,
        b"%PDF-1.7",
        b"GIF89a" + bytes(50),
        b"BM" + bytes(60),
        b"II*\0" + bytes(60),
    ],
)
def test_what_is_no_picture_is_not_taken(content: bytes) -> None:
    assert fault_of(content) is Fault.NOT_A_PICTURE


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("more", [SVG, b"<html><body>", b"%PDF-1.7\n", b"<?php system($_GET[0]);"])
def test_what_is_something_else_too_is_not_taken(kind: str, more: bytes) -> None:
    assert fault_of(a_file(kind) + more) is Fault.MORE_THAN_A_PICTURE


def test_an_archive_behind_a_picture_is_seen() -> None:
    buffer = BytesIO(a_file("JPEG"))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("run.class", "x")

    assert fault_of(buffer.getvalue()) is Fault.MORE_THAN_A_PICTURE


def test_a_page_in_the_comment_of_a_picture_is_seen() -> None:
    assert fault_of(a_file("JPEG", comment=b"*/=1;</script><script src=x>")) is Fault.MORE_THAN_A_PICTURE


def test_what_a_camera_appends_to_a_jpeg_is_cut_off() -> None:
    picture = checked_picture(a_file("JPEG") + b"camera maker's notes")

    assert b"notes" not in picture.content


@pytest.mark.parametrize("size", [(LONGEST_SIDE + 1, 20), (20, LONGEST_SIDE + 1), (7000, 7000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_by_its_header(size: tuple[int, int]) -> None:
    content = a_png_that_claims(*size)

    assert len(content) < 2000
    assert fault_of(content) is Fault.TOO_LARGE


def test_the_limits_let_a_large_photo_in_and_a_dot_not() -> None:
    assert MOST_PIXELS > 7000 * 5000
    assert fault_of(a_file(size=(8, 400))) is Fault.TOO_SMALL


def test_a_bomb_of_words_is_no_picture() -> None:
    words = PngInfo()
    words.add_text("bomb", " " * (80 * 2**20), zip=True)

    assert fault_of(a_file("PNG", pnginfo=words)) is Fault.BROKEN


def test_too_many_bytes_are_not_looked_at() -> None:
    assert fault_of(a_file() + bytes(MOST_BYTES)) is Fault.TOO_MANY_BYTES


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_half_a_picture_is_none(kind: str) -> None:
    content = a_file(kind, size=(300, 300))

    for cut in (12, 20, len(content) // 2, len(content) - 1):
        assert fault_of(content[:cut]) in (Fault.BROKEN, Fault.NOT_A_PICTURE)


@pytest.mark.parametrize("damage", [lambda b: b[:50] + bytes(100) + b[150:], lambda b: b.replace(b"IDAT", b"IDAX")])
def test_a_damaged_picture_is_none(damage: Callable[[bytes], bytes]) -> None:
    assert fault_of(damage(a_file(size=(300, 300)))) is Fault.BROKEN


def test_the_name_does_not_count() -> None:
    assert checked_picture(a_file("JPEG")).format == "jpeg"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a fox.png", "a fox.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\system.ini", "system.ini"),
        ("/", "picture"),
        ("", "picture"),
        ("..", "picture"),
        (".htaccess", "htaccess"),
        ("a\0b\r\n.png", "ab.png"),
        ('<img src="x">', "img src=x"),
        ("fox\u202egnp.exe", "foxgnp.exe"),
        ("ж" * 300, "ж" * 100),
        ("name.png. ", "name.png"),
    ],
)
def test_a_name_is_never_a_path(name: str, shown: str) -> None:
    assert safe_name(name) == shown


def test_a_jpeg_that_is_gone_through_too_often_is_not_decoded() -> None:
    assert fault_of(a_jpeg_of_scans(1000)) is Fault.BROKEN
    assert checked_picture(a_jpeg_of_scans(1)).width == 8192


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8" + b"\xff" * (MOST_BYTES - 2),
        b"\xff\xd8" + segment(0xE0, b"") * (MOST_BYTES // 4 - 1),
        b"\x89PNG\r\n\x1a\n" + chunk(b"teXt", b"") * (MOST_BYTES // 12 - 1),
    ],
    ids=["fill bytes", "segments", "chunks"],
)
def test_what_stands_in_a_file_is_read_quickly_whatever_it_is(content: bytes) -> None:
    started = process_time()
    with suppress(Unfit):
        checked_picture(content)

    assert process_time() - started < 2.0
