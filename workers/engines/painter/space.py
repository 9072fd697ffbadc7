"""Space: stars, a nebula in two colours, planets with bands, air and rings."""

from collections.abc import Callable
from functools import partial

import numpy as np

from workers.engines.painter import noise, sky
from workers.engines.painter.arrays import Colour, Plane, colour, gradient, mix, ramp
from workers.engines.painter.dice import Dice
from workers.engines.painter.palette import named
from workers.engines.painter.studio import Step, Studio

NEBULAE = (("magenta", "blue"), ("teal", "orange"), ("purple", "coral"), ("crimson", "gold"), ("emerald", "indigo"))
WORLDS = (
    ("brown", "orange", "white"),
    ("navy", "blue", "white"),
    ("teal", "lavender", "white"),
    ("crimson", "coral", "gold"),
)
PLANETS = frozenset(("planet", "planets", "mars", "moon"))
MARS = ("brown", "orange", "coral")
Lay = Callable[[], None]


def deep_sky(studio: Studio) -> None:
    canvas, dice = studio.canvas, studio.dice.fork("deep sky")
    canvas.rgb[:] = colour(0.008, 0.01, 0.026)
    count = canvas.width * canvas.height // 620
    sky.sprinkle(studio, dice.random(count), dice.random(count), dice.random(count))


def nebula(studio: Studio) -> None:
    """Two clouds of gas with dust before them; brightest where both meet."""
    canvas, dice = studio.canvas, studio.dice.fork("nebula")
    x = (canvas.columns / canvas.unit + canvas.rows * 0).astype(np.float32)
    y = (canvas.rows / canvas.unit + canvas.columns * 0).astype(np.float32)
    table = dice.table()
    bend = noise.fractal(x * 1.6, y * 1.6, table, 4) - 0.5
    gas = [
        noise.contrast(noise.fractal(x * s + bend * 2 + o, y * s - bend * 2, table, 6, 0.55), 2.4)
        for s, o in ((1.3, 3), (1.9, 50))
    ]
    dust = noise.contrast(noise.fractal(x * 2.6 + bend * 3, y * 2.6 + 70, table, 6, 0.58, ridged=True), 1.8)
    lean, shift = dice.uniform(-0.9, 0.9), dice.uniform(-0.15, 0.15)
    across = (y - canvas.height / canvas.unit / 2) + lean * (x - canvas.width / canvas.unit / 2) + shift
    band = np.exp(-((across + bend * 0.5) ** 2) / 0.1)
    names = studio.scene.colours or dice.pick(NEBULAE)
    tints = [named(names[0]), named(names[-1])]
    clear = 1 - 0.7 * dust
    for cloud, tint in zip(gas, tints, strict=True):
        canvas.add(cloud**1.5 * band * clear, tint * np.float32(0.85))
    core = gas[0] * gas[1] * band**2 * clear
    canvas.add(core, mix(tints[0], colour(1, 0.95, 0.9), np.float32(0.6)) * np.float32(0.9))


def planet(studio: Studio, x: float, y: float, radius: float, tints: tuple[str, ...], rings: bool, dice: Dice) -> None:
    """A sphere lit from one side."""
    canvas = studio.canvas
    side = int(radius * 2.3) + 4
    v, u = np.mgrid[-1.15 : 1.15 : side * 1j, -1.15 : 1.15 : side * 1j].astype(np.float32)
    away = np.hypot(u, v)
    depth = np.sqrt(np.clip(1 - away * away, 0, 1))
    tilt = dice.uniform(-0.5, 0.5)
    along, across = u * np.cos(tilt) + v * np.sin(tilt), v * np.cos(tilt) - u * np.sin(tilt)
    rgb = gradient(np.stack([named(name) for name in tints]), surface(along, across, depth, dice))
    sun = np.array((studio.sunward * 0.75, -0.45, 0.5), np.float32)
    lit = np.clip((u * sun[0] + v * sun[1] + depth * sun[2]) / np.linalg.norm(sun), 0, 1)
    rim = np.clip(away, 0, 1) ** 5
    air = mix(named(tints[-1]), colour(0.6, 0.8, 1.0), np.float32(0.4))
    body = rgb * (lit * np.float32(1.25) + np.float32(0.012))[..., None] + (rim * lit * 0.55)[..., None] * air
    left, top = int(x - side / 2), int(y - side / 2)
    halo = ramp(1.14, 0.98, away) * (away > 0.98) * np.clip(u * sun[0] + v * sun[1] + 0.25, 0, 1) * np.float32(0.4)
    canvas.add(halo.astype(np.float32), air, left, top)
    behind, before = ring(studio, x, y, radius, tilt, named(tints[-1])) if rings else (None, None)
    if behind:
        behind()
    canvas.over(ramp(1.0, 1 - 2.2 / radius, away), body.astype(np.float32), left, top)
    if before:
        before()


def surface(along: Plane, across: Plane, depth: Plane, dice: Dice) -> Plane:
    """Bands of cloud or continents, 0..1."""
    table = dice.table()
    rocky = dice.chance(0.5)
    east = np.arctan2(along, depth + np.float32(1e-3)) * np.float32(1.4)
    swirl = noise.fractal(east * 2 + 9, across * 4, table, 5, 0.55)
    if rocky:
        t = noise.contrast(noise.fractal(east * 2.2 + 40, across * 3, table, 7, 0.55), 2.6)
    else:
        t = noise.contrast(noise.fractal(east * 0.35 + 3, across * 6 + (swirl - 0.5) * 1.1, table, 5, 0.55), 2.4)
    result: Plane = np.clip(t, 0, 1).astype(np.float32)
    return result


def ring(studio: Studio, x: float, y: float, radius: float, tilt: float, tint: Colour) -> tuple[Lay, Lay]:
    """The far half, to be laid before the planet is, and the near one."""
    canvas, dice = studio.canvas, studio.dice.fork("ring")
    side = int(radius * 5)
    v, u = np.mgrid[-2.5 : 2.5 : side * 1j, -2.5 : 2.5 : side * 1j].astype(np.float32)
    along, across = u * np.cos(tilt) + v * np.sin(tilt), v * np.cos(tilt) - u * np.sin(tilt)
    away = np.hypot(along, across / np.float32(0.28))
    gaps = np.interp(away, np.linspace(1.2, 2.4, 200), noise.line(200, 18, dice, 4)).astype(np.float32)
    cover = np.clip(ramp(1.3, 1.34, away) * ramp(2.3, 2.22, away) * (0.15 + 0.95 * gaps), 0, 0.95)
    rgb = mix(tint, colour(1, 0.95, 0.88), gaps[..., None]) * np.float32(0.85)

    def lay(half: Plane) -> None:
        canvas.over((cover * half).astype(np.float32), rgb.astype(np.float32), int(x - side / 2), int(y - side / 2))

    return partial(lay, across < 0), partial(lay, across >= 0)


def worlds(studio: Studio, near: bool) -> None:
    """One great planet, and a small one farther away."""
    canvas, dice = studio.canvas, studio.dice.fork(f"world {near}")
    planets = near or studio.dice.fork("moons").chance(0.7)
    if not planets:
        return
    radius = canvas.unit * (dice.uniform(0.2, 0.3) if near else dice.uniform(0.04, 0.08))
    side = -studio.sunward / abs(studio.sunward)
    x = canvas.width * (0.5 + side * dice.uniform(0.08, 0.2) * (1 if near else -1.8))
    y = canvas.height * (dice.uniform(0.5, 0.64) if near else dice.uniform(0.16, 0.3))
    tints = MARS if "mars" in studio.scene.key.split() else dice.pick(WORLDS)
    rings = near and (studio.scene.has("ring") or dice.chance(0.35))
    planet(studio, x, y, radius * (0.75 if rings else 1), tints, rings, dice)


def galaxy(studio: Studio) -> None:
    """A disk of stars seen from aside: two arms that wind outwards, dust along them, an old warm heart."""
    canvas, dice = studio.canvas, studio.dice.fork("galaxy")
    side = round(canvas.unit * 1.15)
    v, u = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j].astype(np.float32)
    tilt, lean = dice.uniform(0.34, 0.5), dice.uniform(-0.6, 0.6)
    along, across = u * np.cos(lean) + v * np.sin(lean), (v * np.cos(lean) - u * np.sin(lean)) / np.float32(tilt)
    away, angle = np.hypot(along, across), np.arctan2(across, along) * np.float32(studio.sunward / abs(studio.sunward))
    table = dice.table()
    cloud = noise.fractal(along * 5 + 20, across * 5 + 20, table, 6, 0.6)
    wound = angle * 2 - np.log(away + np.float32(0.06)) * np.float32(5.2) + (cloud - 0.5) * np.float32(1.6)
    arm = (0.5 + 0.5 * np.cos(wound)) ** 2
    dust = (0.5 + 0.5 * np.cos(wound + np.float32(0.9))) ** 5 * noise.contrast(cloud, 1.6)
    disk = np.exp(-((away / np.float32(0.46)) ** 1.6)) * ramp(1.0, 0.75, away)
    names = studio.scene.colours or dice.pick((("blue", "pink"), ("teal", "lavender"), ("indigo", "coral")))
    haze = mix(named(names[0]), colour(0.75, 0.85, 1.0), np.float32(0.35))
    stars = (dice.random(side * side).reshape(side, side) ** 40).astype(np.float32)
    left, top = round(canvas.width / 2 - side / 2), round(canvas.height * 0.48 - side / 2)
    shine = disk * (0.1 + 1.1 * arm * (0.4 + cloud)) * (1 - np.float32(0.75) * dust)
    canvas.add(shine.astype(np.float32), haze * np.float32(1.2), left, top)
    canvas.add(
        (shine * stars * 3).astype(np.float32), mix(named(names[-1]), colour(1, 1, 1), np.float32(0.6)), left, top
    )
    heart = np.exp(-(((along**2 + (across * tilt * np.float32(1.35)) ** 2) / np.float32(0.012)) ** 0.6))
    canvas.add(heart.astype(np.float32), colour(1.3, 1.08, 0.8), left, top)


def far_sun(studio: Studio) -> None:
    canvas = studio.canvas
    x = canvas.width * (0.5 + 0.36 * studio.sunward)
    away = canvas.distance(x, canvas.height * 0.14)
    canvas.add(np.exp(-away / np.float32(canvas.unit * 0.012)) * np.float32(2.5), colour(1, 0.97, 0.92))
    canvas.add(np.exp(-away / np.float32(canvas.unit * 0.09)) * np.float32(0.3), colour(0.8, 0.85, 1.0))


def steps(studio: Studio) -> list[Step]:
    if studio.scene.has("spiral") and not (studio.scene.has("ring") or PLANETS & set(studio.scene.key.split())):
        return [deep_sky, galaxy]
    return [deep_sky, nebula, far_sun, partial(worlds, near=False), partial(worlds, near=True)]
