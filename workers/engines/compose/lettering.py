"""Words as pictures to lay over a film. ffmpeg never reads them, so nothing in them can mean anything to it."""

from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from workers.engines.compose.fonts import font_file
from workers.engines.compose.model import Text

MARGIN = 0.05  # of each side; televisions cut off as much
USUAL_SIZE = 1 / 12  # of the shorter side
SMALLEST = 6  # pixels
SHRINK = 0.5, 0.95  # at least and at most so much at a time
OUTLINE, OUTLINE_PARTS = (0, 0, 0, 150), 16  # so that words are read on any ground
SPACING = 0.25  # of the size, between lines


@dataclass(frozen=True, slots=True)
class Lettering:
    """A picture of words, and where its corner goes."""

    picture: Image.Image
    x: int
    y: int


def lettering(text: Text, size: tuple[int, int]) -> Lettering:
    """The words in lines that fit into the film, smaller than asked for where they would not."""
    room = int(size[0] * (1 - 2 * MARGIN)), int(size[1] * (1 - 2 * MARGIN))
    file = font_file(text.font)
    points = float(text.size or max(SMALLEST, round(min(size) * USUAL_SIZE)))
    picture = drawn(text, file, round(points), room[0])
    while (picture.width > room[0] or picture.height > room[1]) and points > SMALLEST:
        part = sqrt(min(room[0] / picture.width, room[1] / picture.height))
        points = max(SMALLEST, points * min(max(part, SHRINK[0]), SHRINK[1]))
        picture = drawn(text, file, round(points), room[0])
    picture = picture.crop((0, 0, min(picture.width, size[0]), min(picture.height, size[1])))
    return Lettering(picture, *corner(text.position, picture.size, size))


def drawn(text: Text, file: Path, points: int, width: int) -> Image.Image:
    font = ImageFont.truetype(str(file), points)
    words = "\n".join(line for paragraph in text.words.splitlines() for line in wrapped(paragraph, font, width))
    side = text.position.rpartition("-")[2]
    align = side if side in ("left", "right") else "center"
    outline, spacing = max(1, points // OUTLINE_PARTS), points * SPACING
    measure = ImageDraw.Draw(Image.new("RGBA", (1, 1)))
    left, top, right, bottom = measure.multiline_textbbox(
        (0, 0), words, font, align=align, spacing=spacing, stroke_width=outline
    )
    picture = Image.new("RGBA", (max(1, int(right - left) + 2), max(1, int(bottom - top) + 2)))
    ImageDraw.Draw(picture).multiline_text(
        (1 - left, 1 - top),
        words,
        text.colour,
        font,
        align=align,
        spacing=spacing,
        stroke_width=outline,
        stroke_fill=OUTLINE,
    )
    return picture


def wrapped(paragraph: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Lines no wider than that; a longer word stands alone in one that is."""
    lines = [""]
    for word in paragraph.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def corner(position: str, inner: tuple[int, int], outer: tuple[int, int]) -> tuple[int, int]:
    """Where the left upper corner of the inner goes."""
    margins = round(outer[0] * MARGIN), round(outer[1] * MARGIN)
    free = outer[0] - inner[0], outer[1] - inner[1]
    x = margins[0] if "left" in position else free[0] - margins[0] if "right" in position else free[0] // 2
    y = margins[1] if "top" in position else free[1] - margins[1] if "bottom" in position else free[1] // 2
    return max(0, x), max(0, y)
