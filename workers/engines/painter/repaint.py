"""A given picture painted anew: near the picture at strength 0, only its colours in the words' own scene at 1."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from workers.engines.painter import brush
from workers.engines.painter.arrays import Picture, mix, ramp
from workers.engines.painter.dice import Dice
from workers.engines.protocol import BadRequest

USUAL_STRENGTH = 0.45
LEAVES = 0.5  # the strength from which on the layout is left, towards the scene of the words
FINEST, COARSEST = 0.0028, 0.0085  # radius of the usual brush, in shares of the shorter side
Shown = Callable[[float, Picture], None]  # how far it is, and what there is
LARGEST_GAIN = 1.7  # of a contrast
CENTRE = (0.5, 0.42)  # faces are above the middle


def repainted(picture: Picture, scene: Callable[[], Picture], dice: Dice, strength: float, report: Shown) -> Picture:
    """By the brush. `scene` paints what the words say, in the same size; it is asked only where it will be seen."""
    unit = min(picture.shape[:2])
    target = picture
    if strength > LEAVES:
        target = between(picture, recoloured(scene(), picture), (strength - LEAVES) / (1 - LEAVES))
    report(0.4, target)
    flow = brush.flow_of(target, dice.fork("flow"))
    painted = brush.brushed(target, flow, unit * usual_radius(strength), dice.fork("strokes"), strength)
    report(0.85, painted)
    lit = brush.relief(flow, dice.fork("relief"), max(1.0, unit / 500))
    painted = painted * (1 + lit[..., None] * np.float32(0.5))
    result: Picture = np.clip(mix(target, painted, ramp(0.0, 0.22, strength)), 0, 1).astype(np.float32)
    return result


def usual_radius(strength: float) -> float:
    """In shares of the shorter side: coarsest where the picture is left, and fine again for the scene."""
    return float(FINEST + (COARSEST - FINEST) * ramp(0, 0.65, strength) * ramp(1.25, 0.65, strength))


def between(picture: Picture, scene: Picture, part: float) -> Picture:
    """From the picture (0) to the scene (1): its large forms stay longest, its details go first."""
    unit = min(picture.shape[:2])
    radius = unit * 0.02 * 14**part
    wide = brush.softened(picture, radius) + scene - brush.softened(scene, radius)
    layout = mix(picture, wide, ramp(0, 0.35, part))
    result: Picture = np.clip(mix(layout, scene, ramp(0.6, 1, part)), 0, 1).astype(np.float32)
    return result


def recoloured(scene: Picture, picture: Picture) -> Picture:
    """The scene in the colours of the picture: its mean and spread of all three together (Monge-Kantorovich, Pitie and
    Kokaram 2007)."""
    ours, theirs = (np.clip(one, 0, 1)[::4, ::4].reshape(-1, 3).astype(np.float64) for one in (scene, picture))
    spread, wanted = np.cov(ours.T) + np.eye(3) * 1e-5, np.cov(theirs.T) + np.eye(3) * 1e-5
    root = power(spread, 0.5)
    back = power(spread, -0.5)
    change = power(back @ power(root @ wanted @ root, 0.5) @ back, 1.0, LARGEST_GAIN)
    result = (np.clip(scene, 0, 1) - ours.mean(axis=0).astype(np.float32)) @ change.T.astype(np.float32)
    made: Picture = np.clip(result + theirs.mean(axis=0).astype(np.float32), 0, 1).astype(np.float32)
    return made


def power(matrix: Picture, exponent: float, most: float = np.inf) -> Picture:
    """Of a symmetric matrix, which nowhere stretches more than `most`."""
    values, vectors = np.linalg.eigh(matrix)
    result: Picture = (vectors * np.minimum(np.maximum(values, 1e-9) ** exponent, most)) @ vectors.T
    return result


def given(path: Path, size: tuple[int, int]) -> Picture:
    """The picture to start from, cut to the shape of what is painted; what is transparent is white."""
    try:
        with Image.open(path) as opened:
            opened.load()
            image = opened.convert("RGBA") if opened.has_transparency_data else opened.convert("RGB")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        raise BadRequest("picture_unreadable", "the picture you sent is not an image I can read") from None
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    scale = max(size[0] / image.width, size[1] / image.height)
    width, height = size[0] / scale, size[1] / scale
    left, top = (image.width - width) * CENTRE[0], (image.height - height) * CENTRE[1]
    fitted = image.resize(size, Image.Resampling.LANCZOS, (left, top, left + width, top + height))
    return np.asarray(fitted, np.float32) / np.float32(255)
