"""A given picture before a moving camera: near things move more than far ones, and night can fall over it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from workers.engines.animator.filming import window
from workers.engines.animator.moves import View
from workers.engines.painter.arrays import Plane, luma, mix, ramp
from workers.engines.painter.canvas import blur
from workers.engines.painter.finish import eight_bit
from workers.engines.painter.repaint import given

CELLS = (24, 14)  # of the net, across and down
LOOKED_AT = (192, 112)  # pixels, to tell near from far
SHARP = 0.3  # of the depth is by sharpness, the rest by height
DARKEST = 0.1  # of white, on the average: what is dark by day is not lost by night
MOONLIGHT = np.array((0.2, 0.26, 0.4), np.float32)


@dataclass(frozen=True, slots=True)
class Given:
    """`depths`: 0 far .. 1 near, at the corners of the cells; `night` None: the light stays."""

    day: Image.Image
    night: Image.Image | None
    depths: Plane

    def seen(self, view: View, dark: float, size: tuple[int, int]) -> Image.Image:
        """One frame; `dark`: how much of the night there is."""
        light = Image.blend(self.day, self.night, dark) if self.night and dark > 0 else self.day
        return light.transform(size, Image.Transform.MESH, self.mesh(view, size), Image.Resampling.BILINEAR)

    def mesh(self, view: View, size: tuple[int, int]) -> Sequence[Any]:
        """For each cell its box in the frame, and the four corners of the picture that come there."""
        columns, rows = CELLS
        xs, ys = (
            [round(size[0] * n / columns) for n in range(columns + 1)],
            [round(size[1] * n / rows) for n in range(rows + 1)],
        )
        at = [
            [self.under(view, x / size[0], y / size[1], depth) for x, depth in zip(xs, line, strict=True)]
            for y, line in zip(ys, self.depths.tolist(), strict=True)
        ]
        return [
            ((xs[i], ys[j], xs[i + 1], ys[j + 1]), (*at[j][i], *at[j + 1][i], *at[j + 1][i + 1], *at[j][i + 1]))
            for j in range(rows)
            for i in range(columns)
        ]

    def under(self, view: View, x: float, y: float, depth: float) -> tuple[float, float]:
        """The point of the picture that is seen at a place of the frame (0 .. 1)."""
        left, top, right, bottom = window(self.day.size, depth, view)
        return left + (right - left) * x, top + (bottom - top) * y


def look_at(path: Path, size: tuple[int, int], *, nightfall: bool) -> Given:
    """A picture's file, cut to a shape. Raises BadRequest."""
    day = eight_bit(given(path, size))
    return Given(day, by_night(day) if nightfall else None, depths_of(day))


def depths_of(picture: Image.Image) -> Plane:
    """Nothing says how far away things are: what stands lower and is drawn more sharply is taken to be nearer. It
    changes so gently that the picture is bent, never torn."""
    columns, rows = CELLS
    grey = np.asarray(picture.convert("L").resize(LOOKED_AT, Image.Resampling.BOX), np.float32) / np.float32(255)
    fine = blur(np.abs(grey - blur(grey, 4)), LOOKED_AT[0] / 9)
    sharp = (fine - fine.min()) / np.float32(max(float(np.ptp(fine)), 0.004))
    low = ramp(0.25, 1.0, np.linspace(0, 1, LOOKED_AT[1], dtype=np.float32))[:, None]
    depth = mix(low, sharp, np.float32(SHARP))
    down = np.linspace(0, LOOKED_AT[1] - 1, rows + 1).round().astype(int)
    across = np.linspace(0, LOOKED_AT[0] - 1, columns + 1).round().astype(int)
    near: Plane = np.clip(depth[np.ix_(down, across)], 0, 1)
    return near


def by_night(picture: Image.Image) -> Image.Image:
    """The same under the moon: less colour, and most of the light gone; what shone goes on shining a little."""
    rgb = np.asarray(picture, np.float32) / np.float32(255)
    grey = luma(rgb)[..., None]
    dim = mix(grey, rgb, np.float32(0.55)) ** np.float32(1.15) * MOONLIGHT
    dim *= np.float32(min(max(DARKEST / max(float(dim.mean()), 1e-3), 1.0), 2.0))
    lamps = ramp(0.9, 1.0, rgb.max(axis=2))[..., None] * ramp(0.25, 0.6, np.ptp(rgb, axis=2))[..., None]
    return eight_bit(dim + rgb * lamps * np.float32(0.45))
