"""Whatever is given as a picture is refused, or becomes a small enough picture with nothing else in it."""

from io import BytesIO

from PIL import Image

from scheduler.artifacts.checks import BROKEN, Unfit, checked_picture, safe_name

MOST_PIXELS = 1_000_000  # a fuzzer that decodes 160 MB a try tries little


def one_input(data: bytes) -> None:
    name = safe_name(data[:200].decode(errors="replace"))
    assert name.strip(". ")
    assert not set("/\\\0") & set(name)
    if is_large(data):
        return
    try:
        picture = checked_picture(data)
    except Unfit:
        return
    with Image.open(BytesIO(picture.content), formats=[picture.format.upper()]) as image:
        image.load()
        assert image.size == (picture.width, picture.height)
        assert not image.getexif()
    assert checked_picture(picture.content).format == picture.format


def is_large(data: bytes) -> bool:
    try:
        with Image.open(BytesIO(data)) as image:
            return image.width * image.height > MOST_PIXELS
    except (*BROKEN, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return False
