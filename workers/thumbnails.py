"""Pictures made small: the JPEG for lists beside an artifact, the larger one for screens, previews of what is made."""

from io import BytesIO
from math import ceil
from pathlib import Path

from PIL import Image, UnidentifiedImageError

LONGEST_SIDE = 512  # pixels, of a thumbnail
ROUGHLY = 400  # so many are enough in a preview
THUMBNAIL_QUALITY = 82
PREVIEW_QUALITY = 75


def opened(path: Path) -> Image.Image | None:
    """The picture in a file; None when it is in a format that Pillow does not read."""
    try:
        with Image.open(path) as image:
            image.load()
            return image.copy()
    except UnidentifiedImageError:
        return None


def thumbnail(image: Image.Image) -> bytes:
    """A picture, small; it is left as it is."""
    return encoded(fitted(image), THUMBNAIL_QUALITY)


def preview(image: Image.Image) -> bytes:
    """A picture that an engine is still working on, small; the engine's own is left as it is. It is shown for a second:
    where averages alone make it small enough, they do."""
    factor = ceil(max(image.size) / LONGEST_SIDE)
    rough = image.mode in ("L", "RGB") and max(image.size) // factor >= ROUGHLY and min(image.size) >= factor
    return encoded(image.reduce(factor) if rough else fitted(image), PREVIEW_QUALITY)


def encoded(image: Image.Image, quality: int, xmp: bytes = b"") -> bytes:
    """As a JPEG; `xmp` says in it how it was made."""
    buffer = BytesIO()
    opaque(image).save(buffer, "JPEG", quality=quality, **({"xmp": xmp} if xmp else {}))
    return buffer.getvalue()


def fitted(
    image: Image.Image,
    side: int = LONGEST_SIDE,
    how: Image.Resampling = Image.Resampling.BICUBIC,
) -> Image.Image:
    """At most `side` pixels on each side, in proportion, never enlarged. Whole pixels are averaged first: up to eight
    times as quick, and no different to the eye (43 dB from the slowest filter where it was 48)."""
    factor = side / max(image.size)
    if factor >= 1:
        return image
    if image.mode in ("P", "1"):  # indexed colours cannot be mixed
        image = image.convert("RGBA")
    elif image.mode.startswith("I"):  # 16 bits, which cannot be averaged
        image = image.convert("RGB")
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(size, how, reducing_gap=1.0)


def opaque(image: Image.Image) -> Image.Image:
    """JPEG knows no transparency: what is transparent becomes white."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    picture = image.convert("RGBA")
    ground = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(ground, picture).convert("RGB")
