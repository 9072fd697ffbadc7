"""A picture as a few letters (BlurHash): what a page shows before the picture has come."""

import blurhash
from PIL import Image

from workers.thumbnails import opaque

SIDE = 20  # pixels, of what is looked at: 12 cosines need no more, and each pixel costs 5 microseconds
MANY, FEW = 4, 3  # cosines along the longer and the shorter side


def blur(image: Image.Image) -> str:
    """Of a small picture, such as a thumbnail."""
    factor = SIDE / max(image.size)
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    seen = opaque(image).resize(size, Image.Resampling.BOX)
    width, height = seen.size
    pixels = seen.tobytes()
    rows = [[pixels[at : at + 3] for at in range(3 * width * y, 3 * width * (y + 1), 3)] for y in range(height)]
    across, down = (MANY, FEW) if width >= height else (FEW, MANY)
    return str(blurhash.encode(rows, min(across, width), min(down, height)))
