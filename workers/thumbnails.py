"""Small JPEGs of pictures: the thumbnail beside an artifact, and previews of what is being made."""

from io import BytesIO
from pathlib import Path

from PIL import Image, UnidentifiedImageError

LONGEST_SIDE = 512  # pixels
THUMBNAIL_QUALITY = 82
PREVIEW_QUALITY = 75


def thumbnail(path: Path) -> bytes | None:
    """The picture in a file, small; None when it is in a format that Pillow does not read."""
    try:
        with Image.open(path) as image:
            return encode(image, THUMBNAIL_QUALITY)
    except UnidentifiedImageError:
        return None


def thumbnail_of(image: Image.Image) -> bytes:
    """A picture at hand, small; it is left as it is."""
    return encode(image, THUMBNAIL_QUALITY)


def preview(image: Image.Image) -> bytes:
    """A picture that an engine is still working on, small; the engine's own is left as it is."""
    return encode(image, PREVIEW_QUALITY)


def encode(image: Image.Image, quality: int) -> bytes:
    buffer = BytesIO()
    opaque(fitted(image)).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def fitted(image: Image.Image) -> Image.Image:
    """At most LONGEST_SIDE on each side, in proportion, never enlarged."""
    factor = LONGEST_SIDE / max(image.size)
    if factor >= 1:
        return image
    if image.mode in ("P", "1"):  # indexed colours cannot be mixed
        image = image.convert("RGBA")
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)


def opaque(image: Image.Image) -> Image.Image:
    """JPEG knows no transparency: what is transparent becomes white."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    picture = image.convert("RGBA")
    ground = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(ground, picture).convert("RGB")
