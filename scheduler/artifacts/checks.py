"""What people give as pictures: told by content, measured before it is decoded, and made anew from its pixels alone.

Pure: bytes in, bytes out. What comes out has no metadata, no second format hidden in it, and the way up it is shown.
"""

import struct
import unicodedata
import zlib
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import TYPE_CHECKING

from scheduler.artifacts.containers import end_of

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_BYTES = 20 * 2**20  # what Telegram's cloud lets a bot fetch
LONGEST_SIDE = 8192  # pixels
MOST_PIXELS = 40_000_000  # 160 MB once decoded
SHORTEST_SIDE = 16
JPEG_QUALITY = 95
PNG_LEVEL, QUICK_PNG_LEVEL = 6, 1  # the first takes three times as long for a tenth less
QUICKLY_FROM = 2_000_000  # pixels
NAME_LIMIT = 100

FORMATS = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG", b"RIFF": "WEBP"}
HEAD_BYTES = 4096  # as far as browsers, PDF viewers and shells look for what a file might be
MARKUP = (b"<script", b"<svg", b"<html", b"<iframe", b"<body", b"<!doctype", b"<?php", b"%pdf-")
ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06")
BROKEN = (
    OSError,
    MemoryError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    OverflowError,
    struct.error,
    zlib.error,
)


class Fault(StrEnum):
    """Why a file is not taken; the facts beside each."""

    TOO_MANY_BYTES = "too_many_bytes"  # limit
    NOT_A_PICTURE = "not_a_picture"  # neither PNG, JPEG nor WebP, whatever its name says
    MORE_THAN_A_PICTURE = "more_than_a_picture"  # something else begins in it or after it
    TOO_LARGE = "too_large"  # width, height, longest_side, pixels
    TOO_SMALL = "too_small"  # shortest_side
    BROKEN = "broken"


class Unfit(Exception):
    """The file is not taken."""

    def __init__(self, fault: Fault, **facts: int) -> None:
        super().__init__(fault)
        self.fault = fault
        self.facts = facts


@dataclass(frozen=True, slots=True)
class CheckedPicture:
    """A picture that is nothing but a picture. `format` is "png" or "jpeg"."""

    content: bytes
    format: str
    width: int
    height: int


def checked_picture(content: bytes) -> CheckedPicture:
    """The picture in a file, made anew; raises Unfit."""
    from PIL import Image  # here, so that a process that takes no pictures does not load it

    if len(content) > MOST_BYTES:
        raise Unfit(Fault.TOO_MANY_BYTES, limit=MOST_BYTES)
    kind = next((name for magic, name in FORMATS.items() if content.startswith(magic)), None)
    if kind is None:
        raise Unfit(Fault.NOT_A_PICTURE)
    refuse_polyglots(content, kind)
    try:
        with Image.open(BytesIO(content), formats=[kind]) as image:
            refuse_sizes(*image.size)
            return remade(image, kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unfit(Fault.TOO_LARGE, longest_side=LONGEST_SIDE, pixels=MOST_PIXELS) from None
    except BROKEN:
        raise Unfit(Fault.BROKEN) from None


def refuse_polyglots(content: bytes, kind: str) -> None:
    """Nothing may follow the picture, nor anything that runs stand where it would be looked for. Cameras append to
    JPEGs; that is cut off, unless it is such a thing."""
    end = end_of(content, kind)
    if end is None:
        raise Unfit(Fault.BROKEN)
    rest = content[end:]
    if (rest and kind != "JPEG") or is_active(rest) or is_active(content[:HEAD_BYTES]):
        raise Unfit(Fault.MORE_THAN_A_PICTURE)


def is_active(content: bytes) -> bool:
    """Whether something that runs, or an archive, may begin in it; linear, whatever stands there."""
    lowered = content.lower()
    return any(start in lowered for start in MARKUP) or any(start in content for start in ARCHIVES)


def refuse_sizes(width: int, height: int) -> None:
    """By the header alone: nothing has been decoded yet."""
    if max(width, height) > LONGEST_SIDE or width * height > MOST_PIXELS:
        raise Unfit(Fault.TOO_LARGE, width=width, height=height, longest_side=LONGEST_SIDE, pixels=MOST_PIXELS)
    if min(width, height) < SHORTEST_SIDE:
        raise Unfit(Fault.TOO_SMALL, shortest_side=SHORTEST_SIDE)


def remade(image: "Image", kind: str) -> CheckedPicture:
    """The pixels of the first frame, upright, in a new file."""
    from PIL import ImageOps

    ImageOps.exif_transpose(image, in_place=True)
    if image.mode.startswith("I"):  # 16 bits of grey, of which a plain conversion cuts the upper ones
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.has_transparency_data:
        mode, target = "RGBA", "PNG"
    else:
        mode, target = "RGB", "PNG" if kind == "PNG" else "JPEG"
    bare = image if image.mode == mode else image.convert(mode)
    bare.info = {}
    buffer = BytesIO()
    if target == "JPEG":
        bare.save(buffer, target, quality=JPEG_QUALITY)
    else:
        is_large = bare.width * bare.height > QUICKLY_FROM
        bare.save(buffer, target, compress_level=QUICK_PNG_LEVEL if is_large else PNG_LEVEL)
    return CheckedPicture(buffer.getvalue(), target.lower(), *bare.size)


def safe_name(name: str) -> str:
    """What a file may be called when it is shown or saved: never a path, never hidden, never empty. Nothing is stored
    under it."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    shown = "".join(char for char in last if char.isprintable() and char not in '<>:"|?*')
    return shown.strip(". ")[:NAME_LIMIT].strip(". ") or "picture"
