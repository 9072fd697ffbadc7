"""What the painting functions share: the canvas, what to paint, in which light and seen from where."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from workers.engines.painter.arrays import Plane
from workers.engines.painter.canvas import Canvas
from workers.engines.painter.dice import Dice
from workers.engines.painter.palette import Palette
from workers.engines.painter.words import Scene

Step = Callable[["Studio"], None]
HEIGHTS = {"sunset": (0.84, 0.97), "dawn": (0.74, 0.88), "dusk": (0.94, 1.0), "night": (0.2, 0.42), "day": (-0.5, -0.3)}


@dataclass(slots=True)
class Studio:
    """`horizon` is a row; `sun` a point in pixels (the moon's at night); `focal` turns slopes into pixels."""

    canvas: Canvas
    scene: Scene
    palette: Palette
    dice: Dice
    horizon: float
    sun: tuple[float, float]
    focal: float
    floor: Callable[[float, float], float] | None = None  # (column, depth) -> row, once there is a terrain
    shore: float | None = None  # the row of the far bank, where land ends and water begins

    @property
    def below(self) -> int:
        """The first row under the horizon."""
        return int(np.ceil(self.horizon))

    @property
    def sunward(self) -> float:
        """From which side the light comes: -1 left .. 1 right."""
        return float(np.clip((self.sun[0] / self.canvas.width - 0.5) * 4, -1, 1)) or 1.0

    def toward_sun(self, width: float = 3.0) -> Plane:
        """1 at the sun, falling with the distance in picture widths."""
        near: Plane = np.exp(-self.canvas.distance(*self.sun) * np.float32(width / self.canvas.unit))
        return near


def open_studio(canvas: Canvas, scene: Scene, palette: Palette, dice: Dice, horizon: tuple[float, float]) -> Studio:
    """Choose the view: the horizon between the given shares of the height, the sun off the middle."""
    view = dice.fork("view")
    row = canvas.height * view.uniform(*horizon)
    across = 0.5 + view.side() * view.uniform(0.08, 0.26)
    low, high = HEIGHTS.get(scene.light, (-0.3, -0.1))
    if scene.light == "day" and scene.has("sun"):
        low, high = 0.16, 0.4
    sun = (canvas.width * across, row * view.uniform(low, high))
    return Studio(canvas, scene, palette, dice, row, sun, 0.48 * (canvas.width + canvas.height))
