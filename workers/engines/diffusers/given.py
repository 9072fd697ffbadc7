"""The picture that a task starts from, and the part of it that is to be made anew."""

from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageChops, ImageOps, UnidentifiedImageError

from workers.engines.protocol import BadRequest

CENTRE = (0.5, 0.42)  # faces are above the middle
OPAQUE = 255


class Given(NamedTuple):
    """`gap`: white where the picture is transparent; None where it nowhere is."""

    picture: Image.Image
    gap: Image.Image | None = None


def given(path: Path, size: tuple[int, int], *, gaps: bool) -> Given:
    """Cut to the shape of what is made. Without `gaps`, what is transparent is white."""
    try:
        with Image.open(path) as opened:
            opened.load()
            image = opened.convert("RGBA" if opened.has_transparency_data else "RGB")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        raise BadRequest("picture_unreadable", "the picture you sent is not an image I can read") from None
    image = ImageOps.fit(image, size, Image.Resampling.LANCZOS, centering=CENTRE)
    if image.mode == "RGB":
        return Given(image)
    alpha = image.getchannel("A")
    if gaps and alpha.getextrema()[0] != OPAQUE:
        return Given(image.convert("RGB"), ImageChops.invert(alpha))
    return Given(Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB"))
