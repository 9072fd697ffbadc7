"""The array types of the painter and the few formulas that every layer uses."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.floating[Any]]  # (rows, columns)
Picture = NDArray[np.floating[Any]]  # (rows, columns, 3), sRGB-like, 0..1 and brighter for highlights
Colour = NDArray[np.floating[Any]]  # (3,)


def colour(red: float, green: float, blue: float) -> Colour:
    return np.array((red, green, blue), np.float32)


def planes(picture: Any) -> Any:
    """Red, green and blue of a picture or a colour, as views: numpy is thrice as quick along rows as along colours."""
    return picture.transpose(-1, *range(picture.ndim - 1))


def mix(a: Any, b: Any, t: Any) -> Plane:
    """`a` where t is 0, `b` where it is 1; scalars, colours and arrays alike."""
    if np.ndim(t) == 3 and np.shape(t)[2] == 1 and np.ndim(a) == np.ndim(b) == 1:
        return shades(a, b, t[..., 0])
    mixed: Plane = a + (b - a) * t
    return mixed


def shades(a: Colour, b: Colour, t: Plane) -> Picture:
    """A picture of the colours between two."""
    shaded: Picture = np.empty((*t.shape, 3), np.result_type(a, b, t))
    for plane, low, high in zip(planes(shaded), a, b, strict=True):
        np.multiply(t, high - low, out=plane)
        plane += low
    return shaded


def ramp(low: Any, high: Any, x: Any) -> Plane:
    """0 below `low`, 1 above `high`, smooth between; falls when high < low."""
    t = np.clip((x - low) / (high - low), 0, 1).astype(np.float32)
    smooth: Plane = t * t * (3 - 2 * t)
    return smooth


def gradient(stops: Picture, t: Plane) -> Picture:
    """Colours along `stops` (n, 3) at t in 0..1, eased between neighbours."""
    table_at = np.linspace(0, 1, 512, dtype=np.float32)
    at = table_at * (len(stops) - 1)
    left = np.minimum(at.astype(int), len(stops) - 2)
    part = (at - left)[:, None]
    part = mix(part, part * part * (3 - 2 * part), 0.5)
    table = mix(stops[left], stops[left + 1], part).astype(np.float32)
    result: Picture = table[(np.clip(t, 0, 1) * 511).astype(np.int32)]
    return result


def luma(rgb: Any) -> Any:
    """Perceived brightness (Rec. 709 weights)."""
    return rgb[..., 0] * 0.2126 + rgb[..., 1] * 0.7152 + rgb[..., 2] * 0.0722
