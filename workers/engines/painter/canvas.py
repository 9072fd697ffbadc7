"""The picture while it is painted, back to front."""

from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from workers.engines.painter.arrays import Colour, Picture, Plane, planes


class Canvas:
    """RGB float32 rows; layers are laid over it or their light is added to it, clipped at the edges."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.unit = min(width, height)
        self.rgb: Picture = np.zeros((height, width, 3), np.float32)
        self.columns: Plane = np.arange(width, dtype=np.float32)[None, :]
        self.rows: Plane = np.arange(height, dtype=np.float32)[:, None]

    def over(self, mask: Plane, paint: Colour | Picture, left: int = 0, top: int = 0) -> None:
        """Cover with `paint` (one colour or a picture of the mask's size) as far as the mask says."""
        place = self._clip(mask.shape, left, top)
        if place is None:
            return
        target, source = place
        cover, tones = mask[source], paint if paint.ndim == 1 else paint[source]
        for plane, one in zip(planes(self.rgb[target]), planes(tones), strict=True):
            plane += (one - plane) * cover

    def add(self, light: Plane, tint: Colour, left: int = 0, top: int = 0) -> None:
        """Add light of one tint."""
        place = self._clip(light.shape, left, top)
        if place is not None:
            target, source = place
            for plane, one in zip(planes(self.rgb[target]), tint, strict=True):
                plane += light[source] * one

    def _clip(self, shape: tuple[int, ...], left: int, top: int) -> tuple[Any, Any] | None:
        x0, y0 = max(left, 0), max(top, 0)
        x1, y1 = min(left + shape[1], self.width), min(top + shape[0], self.height)
        if x0 >= x1 or y0 >= y1:
            return None
        return np.s_[y0:y1, x0:x1], np.s_[y0 - top : y1 - top, x0 - left : x1 - left]

    def distance(self, x: float, y: float, squash: float = 1.0) -> Plane:
        """Pixels from (x, y), vertical ones counted `squash` times."""
        away: Plane = np.hypot(self.columns - np.float32(x), (self.rows - np.float32(y)) * np.float32(squash))
        return away


def blur(plane: Plane, radius: float) -> Plane:
    """Gaussian blur; wide ones are made on a smaller copy, nobody sees the difference."""
    height, width = plane.shape
    shrink = max(1, int(radius / 3))
    size = (max(1, width // shrink), max(1, height // shrink))
    low, high = float(plane.min()), float(plane.max())
    scaled = ((plane - low) * (255 / max(high - low, 1e-6))).astype(np.uint8)
    small = Image.fromarray(scaled).resize(size, Image.Resampling.BOX)
    soft = small.filter(ImageFilter.GaussianBlur(radius / shrink)).resize((width, height), Image.Resampling.BICUBIC)
    result: Plane = np.asarray(soft, np.float32) * np.float32((high - low) / 255) + np.float32(low)
    return result
