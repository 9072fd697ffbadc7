"""The sky: its gradient, sun or moon, clouds and stars."""

import numpy as np
from PIL import Image

from workers.engines.painter import noise
from workers.engines.painter.arrays import Plane, colour, gradient, mix, ramp
from workers.engines.painter.canvas import blur
from workers.engines.painter.studio import Studio

GLOW = {"day": 0.34, "sunset": 0.62, "dawn": 0.38, "dusk": 0.34, "night": 0.26, "storm": 0.1, "overcast": 0.14}
SHADES = {"day": 1.08, "storm": 0.62, "night": 0.7}
COVER = {"day": 0.54, "sunset": 0.6, "dawn": 0.54, "dusk": 0.54, "night": 0.36, "storm": 0.78, "overcast": 0.62}


def air(studio: Studio) -> None:
    """The gradient from zenith to horizon, bent around the light."""
    canvas, palette = studio.canvas, studio.palette
    drift = noise.clouds((canvas.height, canvas.width), 2.0, studio.dice.fork("air"), 2)
    t = canvas.rows / np.float32(studio.horizon) + (drift - 0.5) * 0.08
    near = studio.toward_sun(2.4)
    t = np.clip(t, 0, 1) ** np.float32(1.15) + near * np.float32(GLOW[studio.scene.light] * 0.36)
    if studio.scene.light in ("sunset", "dawn", "dusk"):
        t -= np.clip(t - 0.55, 0, 1) * (1 - near) ** 2 * np.float32(0.5)  # far from the sun the horizon stays deep
    canvas.rgb[:] = gradient(palette.sky, t)
    glow = studio.toward_sun(4.2) * np.float32(GLOW[studio.scene.light])
    canvas.add(glow * glow * np.float32(1.3) + glow * np.float32(0.18), palette.sun * palette.light)


def sun(studio: Studio) -> None:
    """A disc brighter than white, so that the finish makes it shine."""
    if studio.scene.light in ("storm", "overcast", "dusk"):
        return
    if studio.scene.light == "night":
        moon(studio)
        return
    canvas = studio.canvas
    radius = canvas.unit * (0.045 if studio.scene.light != "day" else 0.026)
    away = canvas.distance(*studio.sun)
    low = ramp(studio.sun[1] - radius, studio.sun[1] + radius, canvas.rows)[..., None]
    disc = mix(studio.palette.sun * np.float32(1.9), studio.palette.sun * studio.palette.light * np.float32(1.9), low)
    canvas.over(ramp(radius + 1.2, radius - 1.2, away), disc + np.zeros_like(canvas.rgb))
    canvas.add(np.exp(-away / np.float32(radius * 1.5)) * np.float32(0.5), studio.palette.sun * studio.palette.light)


def moon(studio: Studio) -> None:
    """A lit sphere with maria and, on some nights, a phase."""
    canvas, dice = studio.canvas, studio.dice.fork("moon")
    x, y = studio.sun
    radius = canvas.unit * (0.062 if studio.scene.has("moon") else 0.034)
    canvas.add(np.exp(-canvas.distance(x, y) / np.float32(radius * 2.6)) * np.float32(0.34), studio.palette.sun)
    side = int(radius * 2) + 4
    v, u = np.mgrid[-1.04 : 1.04 : side * 1j, -1.04 : 1.04 : side * 1j].astype(np.float32)
    away = np.hypot(u, v)
    phase = dice.uniform(-0.2, 0.75) * dice.side()
    lit = ramp(-0.12, 0.12, u * np.sign(phase) + np.sqrt(np.clip(1 - v * v, 0, 1)) * (1 - 2 * abs(phase) * 0.6))
    seas = ramp(0.5, 0.64, noise.clouds((side, side), 4, dice, 4))
    shade = (0.98 - 0.3 * seas) * (1 - 0.25 * away**4)
    disc = ramp(1.0, 1.0 - 2.5 / radius, away) * mix(0.06, 1.0, lit)
    face = shade[..., None] * studio.palette.sun * np.float32(1.15)
    canvas.over(disc.astype(np.float32), face.astype(np.float32), int(x - side / 2), int(y - side / 2))


def stars(studio: Studio) -> None:
    """Points of few bright and many faint stars, and the Milky Way."""
    if studio.scene.light not in ("night", "dusk"):
        return
    canvas, dice = studio.canvas, studio.dice.fork("stars")
    night = studio.scene.light == "night"
    count = int(canvas.width * studio.horizon / (900 if night else 6000)) + 12
    sprinkle(
        studio, dice.random(count), dice.random(count) ** 1.25 * (studio.horizon / canvas.height), dice.random(count)
    )
    if night and (studio.scene.has("stars") or not studio.scene.has("moon", "aurora")):
        milky_way(studio)


def sprinkle(studio: Studio, x: Plane, y: Plane, luck: Plane) -> None:
    """Stars at shares (x, y) of the canvas; `luck` decides how bright each is."""
    canvas = studio.canvas
    field = np.zeros((canvas.height, canvas.width), np.float32)
    rows, columns = (y * (canvas.height - 1)).astype(int), (x * (canvas.width - 1)).astype(int)
    field[rows, columns] = 0.16 + 1.6 * luck**9 + 0.3 * luck**2
    bright = np.zeros_like(field)
    big = luck > 0.95
    bright[rows[big], columns[big]] = luck[big]
    halo = blur(bright, canvas.unit / 640) * np.float32(7) + blur(bright, canvas.unit / 190) * np.float32(9)
    soft = field + blur(np.clip(field, 0, 1), max(0.5, canvas.unit / 1400)) * np.float32(1.4)
    canvas.add(soft + halo, colour(0.88, 0.93, 1.0))


def milky_way(studio: Studio) -> None:
    canvas, dice = studio.canvas, studio.dice.fork("milky way")
    lean = dice.side() * dice.uniform(0.5, 1.4)
    x = (canvas.columns / canvas.width - dice.uniform(0.35, 0.65)) * canvas.width / canvas.unit
    y = (canvas.rows - studio.horizon * 0.45) / canvas.unit
    across = (x * 1.0 + y * lean) / np.float32(np.hypot(1, lean))
    shape = (canvas.height, canvas.width)
    cloud = noise.contrast(noise.clouds(shape, 5, dice, 6, 0.58), 2.2)
    dust = noise.contrast(noise.clouds(shape, 6, dice.fork("dust"), 5, 0.55), 2.6)
    band = np.exp(-((across + (cloud - 0.5) * 0.09) ** 2) / np.float32(0.021))
    lane = np.exp(-((across + (dust - 0.5) * 0.13) ** 2) / np.float32(0.0016)) * dust
    light = band * (0.1 + 0.42 * cloud) * (1 - 0.75 * lane) * ramp(studio.horizon, studio.horizon * 0.7, canvas.rows)
    canvas.add(light, colour(0.62, 0.64, 0.92))
    canvas.add(light * band * cloud * np.float32(0.5), colour(0.9, 0.6, 0.55))


def clouds(studio: Studio) -> None:
    """A high layer of small clouds in some lights, and the main one under it."""
    light = studio.scene.light
    if light in ("sunset", "dawn", "dusk", "day"):
        cloud_layer(
            studio, "high", size=0.42, cover=COVER[light] + studio.dice.fork("high?").uniform(-0.1, 0.03), veil=0.62
        )
    more = 0.1 if studio.scene.has("clouds") else 0.0
    cover = COVER[light] + more + studio.dice.fork("cover").uniform(-0.03, 0.05)
    cloud_layer(studio, "clouds", size=1.0, cover=cover, veil={"night": 0.55, "day": 0.94}.get(light, 0.9))


def cloud_layer(studio: Studio, label: str, size: float, cover: float, veil: float) -> None:
    """Clouds in perspective, lit from where the sun stands; painted at half size, clouds are soft."""
    canvas, palette, dice = studio.canvas, studio.palette, studio.dice.fork(label)
    light = studio.scene.light
    width, height = max(8, canvas.width // 2), max(8, int(studio.horizon / 2) + 1)
    columns = (np.arange(width, dtype=np.float32)[None, :] * 2 - canvas.width / 2) / canvas.unit
    rise = (studio.horizon - np.arange(height, dtype=np.float32)[:, None] * 2) / canvas.unit
    depth = 1 / ((np.clip(rise, 0, None) + np.float32(0.09)) * np.float32(size))
    stretch = dice.uniform(0.5, 0.9) if light in ("sunset", "dawn", "dusk") else dice.uniform(0.9, 1.3)
    x, z = columns * depth * np.float32(stretch), depth * np.float32(1.25) + columns * 0
    table, start = dice.table(), np.float32(dice.uniform(0, 200))
    mass = noise.fractal(x + start, z, table, 6, 0.52)
    sunx = (studio.sun[0] - canvas.width / 2) / canvas.unit
    toward = np.clip(sunx - columns, -1, 1)
    lifted = noise.fractal(x + start + toward * np.float32(0.22), z + np.float32(0.2), table, 5, 0.52)
    density = np.clip((mass - np.float32(0.86 - 0.6 * cover)) * np.float32(4.2), 0, 1) * ramp(-0.01, 0.1, rise)
    lit = np.clip((mass - lifted) * np.float32(5.5) + np.float32(0.42), 0, 1) ** np.float32(1.2)
    near = np.exp(-np.hypot(columns - sunx, rise - (studio.horizon - studio.sun[1]) / canvas.unit) * np.float32(2.2))
    glow = np.clip(lit * (0.55 + 0.6 * near) + (1 - density) * near * np.float32(0.9), 0, 1.5)[..., None]
    high = ramp(0.05, 0.75, rise)[..., None]
    bright = mix(
        mix(palette.sky[-1], palette.light, 0.6), mix(palette.sky[-2], palette.light, 0.35), high
    ) * np.float32(1.1)
    deep = mix(palette.sky[1], palette.shade, 0.45) * np.float32(
        {"day": 1.08, "storm": 0.62, "night": 0.7}.get(light, 0.8)
    )
    rgb = mix(deep, bright, np.clip(glow, 0, 1)) + np.clip(glow - 0.9, 0, None) * palette.sun
    layers = (*np.moveaxis(rgb, 2, 0), density * np.float32(veil))
    spread = [grown(layer, canvas.width, height * 2) for layer in layers]
    canvas.over(spread[3], np.stack(spread[:3], axis=2))


def grown(plane: Plane, width: int, height: int) -> Plane:
    image = Image.fromarray(np.ascontiguousarray(plane, np.float32))
    return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC))
