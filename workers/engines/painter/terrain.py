"""Land seen in true perspective: a field of heights, lit, shaded and hazed by distance."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from workers.engines.painter.arrays import Picture, Plane, mix, ramp
from workers.engines.painter.studio import Studio

STEPS = 420


@dataclass(frozen=True, slots=True)
class Field:
    """Points of the land on a fan of rays from the eye: rows are depths from near to far, columns the picture's."""

    x: Plane
    z: Plane
    height: Plane
    eye: float
    focal: float
    horizon: float

    @property
    def rows(self) -> Plane:
        """On which row of the picture each point lies."""
        projected: Plane = self.horizon - (self.height - np.float32(self.eye)) * np.float32(self.focal) / self.z
        return projected


@dataclass(frozen=True, slots=True)
class Relief:
    """What light needs to know of a field: slopes, light from the side, what lies in cast shadow."""

    steep: Plane
    lit: Plane
    shadow: Plane


Heights = Callable[[Plane, Plane], Plane]
Paint = Callable[[Field, Relief], Picture]


def survey(studio: Studio, heights: Heights, near: float = 1.0, far: float = 60.0) -> Field:
    """Sample heights along the rays; the eye stands so that `near` lies at the lower edge of the picture."""
    canvas = studio.canvas
    steps = max(96, min(STEPS, canvas.height // 2))
    z = np.geomspace(near * 0.6, far, steps, dtype=np.float32)[:, None]
    x = (canvas.columns - canvas.width / 2) / np.float32(studio.focal) * z
    eye = (canvas.height - studio.horizon) * near / studio.focal
    return Field(x, z, heights(x, z).astype(np.float32), eye, studio.focal, studio.horizon)


def raised(field: Field, share: float) -> Field:
    """The same land, stretched so that its highest point reaches `share` of the way from horizon to the top."""
    wanted = np.float32(share * field.horizon / field.focal) * field.z + np.float32(field.eye)
    factor = np.float32((wanted / np.maximum(field.height, 1e-3)).min())
    return Field(field.x, field.z, field.height * factor, field.eye, field.focal, field.horizon)


def light(studio: Studio, field: Field, altitude: float) -> Relief:
    """Light from the sun's side at `altitude` (a slope); shadows are cast along the rows."""
    step = np.float32(1 / studio.focal) * field.z
    across = np.gradient(field.height, axis=1) / step
    along = np.gradient(field.height, axis=0) / np.gradient(field.z, axis=0)
    size = np.sqrt(1 + across**2 + along**2)
    side = np.float32(np.sign(studio.sunward))
    # The light is taken to come a little from behind the painter: backlit land would only be dark.
    facing = (along * np.float32(0.35) - across * side + np.float32(altitude)) / (
        size * np.float32(np.hypot(1.06, altitude))
    )
    tilt = field.x * np.float32(altitude) * side
    swept = field.height - tilt
    ordered = swept[:, ::-1] if side > 0 else swept
    # Seen from the sun's side, a point lies in shadow where something nearer to the sun reached higher.
    reached = np.maximum.accumulate(ordered, axis=1)
    reached = reached[:, ::-1] if side > 0 else reached
    shadow = ramp(0.0, 0.25, (reached - swept) / np.maximum(field.z * 0.06, 0.05))
    return Relief((1 - 1 / size).astype(np.float32), np.clip(facing, 0, 1), shadow.astype(np.float32))


def render(studio: Studio, field: Field, surface: Picture, sea_level: float | None = None) -> Plane:
    """Lay the visible points' colours on the canvas; returns the mask of land."""
    canvas = studio.canvas
    rows = field.rows
    skyline = np.minimum.accumulate(rows, axis=0)
    steps, width = rows.shape
    first = np.ceil(np.clip(skyline, 0, canvas.height)).astype(np.int32)
    seen = np.full((canvas.height + 1, width), steps, np.int32)
    columns = np.broadcast_to(np.arange(width), rows.shape)
    for step in range(steps - 1, -1, -1):
        seen[first[step], columns[step]] = step
    seen = np.minimum.accumulate(seen, axis=0)[: canvas.height]
    hit = seen < steps
    there = np.minimum(seen, steps - 1)
    before = np.maximum(there - 1, 0)
    across = np.arange(width)[None, :]
    upper, lower = skyline[there, across], skyline[before, across]
    part = np.clip((canvas.rows - upper) / np.maximum(lower - upper, np.float32(1e-3)), 0, 1)
    rgb = mix(surface[there, across], surface[before, across], part[..., None])
    edge = np.clip(canvas.rows + 1 - skyline[-1][None, :], 0, 1)
    cover: Plane = hit.astype(np.float32) * edge
    if sea_level is not None:
        level = mix(field.height[there, across], field.height[before, across], part)
        cover *= ramp(sea_level - 0.002, sea_level + 0.02, level)
    canvas.over(cover, rgb)
    studio.floor = floor_of(field)
    return cover


def floor_of(field: Field) -> Callable[[float, float], float]:
    """Where something stands that is `depth` away in a given column of the picture."""
    rows, depths = field.rows, field.z[:, 0]

    def row(column: float, depth: float) -> float:
        at = min(int(np.searchsorted(depths, depth)), len(depths) - 1)
        return float(rows[at, int(np.clip(column, 0, rows.shape[1] - 1))])

    return row


def lit_surface(studio: Studio, field: Field, relief: Relief, base: Picture, haze: float = 1.0) -> Picture:
    """Base colours in this scene's light, fading into the haze with distance."""
    palette = studio.palette
    direct = (relief.lit * (1 - relief.shadow * np.float32(0.8)))[..., None]
    shade = np.float32(0.35) + np.float32(0.3) * (1 - relief.steep[..., None])
    rgb = base * (palette.shade * shade + palette.light * direct * np.float32(1.25 * palette.strength))
    air = 1 - np.exp(-np.maximum(field.z - 2, 0) * np.float32(0.021 * haze))
    low = np.exp(-np.maximum(field.height, 0) / np.float32(3.0))
    veil = np.clip(air * (0.72 + 0.4 * low), 0, 0.97)[..., None]
    sunny = np.exp(
        -np.abs(field.x / field.z * field.focal + field.x.shape[1] / 2 - np.float32(studio.sun[0]))
        / np.float32(studio.canvas.width * 0.25)
    )[..., None]
    glow = mix(palette.haze, palette.light, sunny * np.float32(0.25 * palette.strength))
    result: Picture = mix(rgb, glow, veil).astype(np.float32)
    return result
