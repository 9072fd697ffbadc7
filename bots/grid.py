"""Several pictures as one, and pictures made to fit what a platform shows."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bots.messenger import Picture, PictureLimits

if TYPE_CHECKING:
    from PIL.Image import Image

GAP = 8  # pixels between the pictures of a grid
BACKDROP = (16, 16, 20)
QUALITIES = (92, 85, 75)  # of a JPEG, tried in turn


def grid(contents: Sequence[bytes]) -> Picture:
    """Two pictures side by side, three or four in two rows; a single one stays as it is."""
    from PIL import Image  # here, so that a process that shows no grid does not load it

    pictures = [Image.open(io.BytesIO(content)) for content in contents]
    if len(pictures) == 1:
        width, height = pictures[0].size
        return Picture(contents[0], filename(contents[0]), width, height, final=True)
    wide, high = max(picture.width for picture in pictures), max(picture.height for picture in pictures)
    rows = (len(pictures) + 1) // 2
    sheet = Image.new("RGB", (2 * wide + GAP, rows * high + (rows - 1) * GAP), BACKDROP)
    for number, picture in enumerate(pictures):
        sheet.paste(picture.convert("RGB"), ((number % 2) * (wide + GAP), (number // 2) * (high + GAP)))
    return Picture(encoded(sheet, "PNG"), "tessera.png", sheet.width, sheet.height, final=True)


def fitting(picture: Picture, limits: PictureLimits) -> Picture:
    """The picture as it is when the platform shows it, else scaled down or as a JPEG."""
    if limits.take_picture(len(picture.content), picture.width, picture.height):
        return picture
    from PIL import Image

    image: Image.Image = Image.open(io.BytesIO(picture.content)).convert("RGB")
    sides = sum(image.size)
    if limits.sum_of_sides is not None and sides > limits.sum_of_sides:
        image = scaled(image, limits.sum_of_sides / sides)
    while True:
        for quality in QUALITIES:
            content = encoded(image, "JPEG", quality)
            if len(content) <= limits.size_bytes or max(image.size) <= 64:
                return Picture(content, "tessera.jpg", image.width, image.height, picture.final)
        image = scaled(image, 0.7)


def scaled(image: "Image", factor: float) -> "Image":
    return image.resize((max(1, int(image.width * factor)), max(1, int(image.height * factor))))


def encoded(image: "Image", kind: str, quality: int = 92) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **({"quality": quality} if kind == "JPEG" else {"compress_level": 3}))
    return buffer.getvalue()


def filename(content: bytes) -> str:
    return "tessera.png" if content.startswith(b"\x89PNG") else "tessera.jpg"
