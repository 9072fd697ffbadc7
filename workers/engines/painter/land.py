"""Kinds of land: mountains, hills, dunes, snowfields, islands, volcanoes and shores."""

from functools import partial

import numpy as np

from workers.engines.painter import noise, terrain
from workers.engines.painter.arrays import Colour, Picture, Plane, colour, mix, ramp
from workers.engines.painter.dice import Dice
from workers.engines.painter.palette import named
from workers.engines.painter.studio import Studio
from workers.engines.painter.terrain import Field, Relief

GRASS = {
    "spring": (colour(0.41, 0.54, 0.2), colour(0.2, 0.37, 0.13)),
    "autumn": (colour(0.78, 0.5, 0.16), colour(0.5, 0.26, 0.1)),
    "snow": (colour(0.78, 0.82, 0.88), colour(0.62, 0.7, 0.8)),
}
ALTITUDE = {"day": 0.85, "sunset": 0.3, "dawn": 0.34, "dusk": 0.4, "night": 0.7, "storm": 0.9, "overcast": 1.1}


def grass(studio: Studio) -> tuple[Colour, Colour]:
    season = next((name for name in ("snow", "autumn") if studio.scene.has(name)), "spring")
    light, deep = GRASS[season]
    if studio.scene.place_colours and studio.scene.place in ("hills", "mountains", "meadow") and season == "spring":
        light = mix(light, named(studio.scene.place_colours[0]), 0.7)
        deep = mix(deep, named(studio.scene.place_colours[0]) * np.float32(0.5), 0.7)
    return light, deep


def lay(studio: Studio, field: Field, base: Picture, haze: float = 1.0, sea_level: float | None = None) -> Plane:
    """Light a field and put it on the canvas."""
    relief = terrain.light(studio, field, ALTITUDE[studio.scene.light])
    return terrain.render(studio, field, terrain.lit_surface(studio, field, relief, base, haze), sea_level)


def mountains(studio: Studio, share: float | None = None, shore: float | None = None) -> None:
    """A range with one leading peak; rock on steep faces, snow where it can lie, meadows below."""
    dice = studio.dice.fork("mountains")
    lead = (dice.side() * dice.uniform(0.06, 0.3), dice.uniform(22, 30))
    field = terrain.survey(studio, partial(range_heights, dice=dice, lead=lead, shore=shore), far=64)
    field = terrain.raised(field, share or dice.uniform(0.56, 0.74))
    relief = terrain.light(studio, field, ALTITUDE[studio.scene.light])
    base = rock_and_snow(studio, field, relief, dice)
    haze = {"sunset": 1.15, "dawn": 1.0, "overcast": 2.0, "storm": 1.4}.get(studio.scene.light, 0.8)
    haze *= 2.2 if studio.scene.has("fog") else 1.0
    surface = terrain.lit_surface(studio, field, relief, base, haze)
    cover = terrain.render(studio, field, surface, 0.0 if shore else None)
    if shore:
        last = len(cover) - np.argmax(cover[::-1] > 0.5, axis=0)
        studio.shore = float(np.percentile(last[cover.max(axis=0) > 0.5], 8)) - 1


def range_heights(x: Plane, z: Plane, dice: Dice, lead: tuple[float, float], shore: float | None) -> Plane:
    table = dice.table()
    warp = noise.fractal(x * 0.06, z * 0.06 + x * 0, dice.table(64), 3) - 0.5
    u, v = x * np.float32(0.08) + warp * 1.1 + 40, z * np.float32(0.08) + warp * 1.1
    crests = noise.fractal(u, v, table, 6, 0.44, ridged=True)
    soft = noise.fractal(u * 0.5 + 7, v * 0.5, table, 3)
    start = shore or 7.0
    rise = ramp(start, 26, z) * (0.45 + 0.75 * soft)
    peak_x, peak_z = lead[0] * lead[1] * 1.1, lead[1]
    peak = np.clip(1 - np.hypot((x - peak_x) / 12.5, (z - peak_z) / 11.0), 0, 1)
    height: Plane = 9.0 * rise * (0.25 + crests) + 9.0 * peak**1.25 * (0.62 + 0.75 * crests)
    plain: Plane = (noise.fractal(x * 0.5, z * 0.5, table, 5, 0.45) - 0.5) * ramp(1.5, 8, z)
    drowned = ramp(start + 5, start, z) * 1.4 if shore else 0.0
    land: Plane = height - drowned + plain * (0.3 if shore else 0.9)
    return land


def rock_and_snow(studio: Studio, field: Field, relief: Relief, dice: Dice) -> Picture:
    table = dice.fork("rock").table()
    stain = noise.fractal(field.x * 0.9, field.z * 0.9, table, 5, 0.6)[..., None]
    rock = mix(colour(0.36, 0.33, 0.33), colour(0.6, 0.55, 0.5), stain)
    light, deep = grass(studio)
    blades = noise.fractal(field.x * 14, field.z * 8, table, 5, 0.7)[..., None] - 0.5
    meadow = mix(deep, light, np.clip(stain * 0.8 + blades * 0.9 + 0.1, 0, 1)) * np.float32(0.95)
    top = float(field.height.max())
    wooded = mix(colour(0.07, 0.16, 0.12), colour(0.16, 0.27, 0.14), stain)
    low = ramp(0.34, 0.12, field.height / top + (stain[..., 0] - 0.5) * 0.25)
    base = mix(rock, mix(wooded, meadow, ramp(0.14, 0.04, field.height / top)[..., None]), low[..., None])
    snowline = 0.14 if studio.scene.has("snow") else dice.uniform(0.4, 0.56)
    white = ramp(snowline, snowline + 0.16, field.height / top + (stain[..., 0] - 0.5) * 0.3)
    white = white * ramp(0.62, 0.4, relief.steep)
    if studio.scene.has("snow"):
        white = np.maximum(white, ramp(0.5, 0.3, relief.steep) * np.float32(0.92))
    snow: Picture = mix(base, colour(0.8, 0.84, 0.92), white[..., None])
    return snow.astype(np.float32)


def hills(studio: Studio, share: float = 0.2) -> None:
    """Rolling hills with fields of different greens."""
    dice = studio.dice.fork("hills")
    table = dice.table()

    def heights(x: Plane, z: Plane) -> Plane:
        broad = noise.fractal(x * 0.11 + 3, z * 0.11, table, 3, 0.4)
        fine = noise.fractal(x * 1.4, z * 1.4, table, 4, 0.5) - 0.5
        return (broad - 0.3) * 5.5 * ramp(1.5, 20, z) + fine * 0.14

    field = terrain.raised(terrain.survey(studio, heights, far=70), share)
    light, deep = grass(studio)
    patch = noise.contrast(noise.fractal(field.x * 0.32, field.z * 0.2, table, 2), 3)[..., None]
    blades = noise.fractal(field.x * 16, field.z * 9, table, 5, 0.72)[..., None]
    base = mix(deep, light, np.clip(patch * 0.7 + (blades - 0.5) * 0.9 + 0.15, 0, 1))
    if not studio.scene.has("snow", "autumn"):
        ripe = noise.contrast(noise.fractal(field.x * 0.22 + 50, field.z * 0.15, table, 1), 4)[..., None]
        base = mix(base, colour(0.82, 0.72, 0.3), ripe * np.float32(0.4))
    lay(studio, field, base.astype(np.float32), 1.1 if not studio.scene.has("fog") else 2.6)


def dunes(studio: Studio) -> None:
    """Dunes with sharp crests, wind ripples in front."""
    dice = studio.dice.fork("dunes")
    table = dice.table()
    lean = dice.side() * dice.uniform(0.35, 0.7)

    def heights(x: Plane, z: Plane) -> Plane:
        bend = noise.fractal(x * 0.07, z * 0.07, table, 3) * 9
        total = np.zeros_like(bend)
        for length, height, turn in ((11.0, 2.6, lean), (5.2, 0.9, lean * 1.7), (2.3, 0.25, -lean)):
            phase = (x * turn + z * 0.8 + bend) / length
            t = phase - np.floor(phase)
            crest = np.where(t < 0.68, t / 0.68, (1 - t) / 0.32)
            total = total + height * (crest * crest * (3 - 2 * crest) * 0.55 + crest * 0.45)
        tall = noise.fractal(x * 0.05 + 9, z * 0.05, table, 2)
        return total * (0.25 + 1.2 * tall) * ramp(1.0, 7, z) + 0.007 * np.sin((z * 5 + x * turn * 3 + bend * 2) * 9)

    field = terrain.raised(terrain.survey(studio, heights, far=70), dice.uniform(0.26, 0.38))
    sand = colour(0.93, 0.66, 0.38)
    if studio.scene.place_colours:
        sand = mix(sand, named(studio.scene.place_colours[0]), 0.7)
    grain = noise.fractal(field.x * 6, field.z * 3, table, 4, 0.7)[..., None]
    lay(studio, field, (sand * (0.86 + 0.28 * grain)).astype(np.float32), 0.7)


def snowfield(studio: Studio, share: float = 0.13) -> None:
    """Wide snow with soft drifts and blue shadows."""
    dice = studio.dice.fork("snowfield")
    table = dice.table()

    def heights(x: Plane, z: Plane) -> Plane:
        drift = noise.fractal(x * 0.16, z * 0.24, table, 4, 0.42)
        return (drift - 0.35) * 3.2 * ramp(1.0, 16, z) + noise.fractal(x * 2, z * 3, table, 3) * 0.05

    field = terrain.raised(terrain.survey(studio, heights, far=64), share)
    glint = noise.fractal(field.x * 14, field.z * 8, table, 3, 0.7)[..., None]
    base = colour(0.7, 0.75, 0.83) * (0.93 + 0.14 * glint)
    lay(studio, field, base.astype(np.float32), 0.9)


def volcano(studio: Studio) -> None:
    """One cone with a crater; lava runs down its gullies."""
    dice = studio.dice.fork("volcano")
    table = dice.table()
    away = 24.0
    centre = dice.side() * dice.uniform(0.02, 0.16) * away

    def heights(x: Plane, z: Plane) -> Plane:
        around = np.arctan2(x - centre, z - away + 0.001)
        reach = np.hypot(x - centre, z - away)
        gully = noise.fractal(np.cos(around) * 3 + 9, np.sin(around) * 3 + reach * 0.16, table, 6, 0.5, ridged=True)
        cone: Plane = np.exp(-reach / 5.2) * 11 + np.clip(1 - reach / 17, 0, 1) * 2.2
        cone = np.minimum(cone, 9.0 - (2.0 - reach).clip(0, 2) * 0.5)
        ground = noise.fractal(x * 0.3, z * 0.3, table, 6, 0.5) * 1.1 * ramp(1, 7, z)
        return cone * (0.8 + 0.42 * gully) + ground

    field = terrain.raised(terrain.survey(studio, heights, far=60), 0.66)
    stain = noise.fractal(field.x * 1.1, field.z * 1.1, table, 5, 0.6)[..., None]
    base = mix(colour(0.14, 0.12, 0.13), colour(0.52, 0.43, 0.4), stain)
    relief = terrain.light(studio, field, 0.5)
    surface = terrain.lit_surface(studio, field, relief, base.astype(np.float32), 0.8)
    reach = np.hypot(field.x - centre, field.z - away)
    vein = noise.fractal(field.x * 0.55 + 31, reach * 0.16 + field.z * 0, table, 4, 0.5)
    flow = np.exp(-((vein - 0.5) ** 2) / 0.0006) * ramp(19, 1.5, reach) + ramp(1.9, 1.2, reach)
    glow = np.exp(-((vein - 0.5) ** 2) / 0.008) * ramp(13, 1, reach)
    surface += np.clip(flow, 0, 1)[..., None] * colour(2.2, 0.8, 0.14) + glow[..., None] * colour(0.4, 0.07, 0.0)
    seam = noise.fractal(field.x * 0.7 + 3, field.z * 0.7, table, 4, 0.5)
    crack = np.exp(-(((seam - 0.5) / 0.012) ** 2)) * ramp(
        0.35, 0.6, noise.fractal(field.x * 0.2, field.z * 0.2, table, 2)
    )
    surface += (crack * ramp(30, 12, reach))[..., None] * colour(1.3, 0.38, 0.06)
    fire = np.exp(-reach / 14)[..., None] * (0.2 + stain) * relief.steep[..., None].clip(0.25, 1)
    surface += fire * colour(0.5, 0.15, 0.05)
    terrain.render(studio, field, surface.astype(np.float32))
    column = studio.canvas.width / 2 + centre * studio.focal / away
    plume(studio, column, float(field.rows[:, int(np.clip(column, 0, studio.canvas.width - 1))].min()))


def plume(studio: Studio, column: float, row: float) -> None:
    """Ash over a crater, lit from the fire below."""
    canvas, dice = studio.canvas, studio.dice.fork("plume")
    shape = (canvas.height, canvas.width)
    billow = noise.contrast(noise.clouds(shape, 7, dice, 6, 0.55), 2.2)
    up = (row - canvas.rows) / canvas.unit
    drift = (canvas.columns - column) / canvas.unit - dice.uniform(-0.5, 0.5) * np.clip(up, 0, None) ** 1.4
    width = 0.035 + np.clip(up, 0, None) * 0.42
    body = ramp(1.15, 0.5, np.abs(drift) / width + (billow - 0.5) * 1.3) * ramp(-0.02, 0.03, up)
    fire = np.exp(-np.clip(up, 0, None) * 6)[..., None] * billow[..., None]
    ash = mix(studio.palette.dark, studio.palette.haze, (billow * 0.5)[..., None]) + fire * colour(1.3, 0.42, 0.1)
    canvas.over((body * 0.93).astype(np.float32), ash.astype(np.float32))
    canvas.add(np.exp(-canvas.distance(column, row) / np.float32(canvas.unit * 0.09)), colour(0.9, 0.34, 0.08))


def island(studio: Studio, tropical: bool = False) -> None:
    """A wooded island on the horizon with a rim of sand or rock."""
    dice = studio.dice.fork("island")
    table = dice.table()
    away, centre = 18.0, dice.side() * dice.uniform(1.0, 4.0)

    def heights(x: Plane, z: Plane) -> Plane:
        reach = np.hypot((x - centre) / 6.5, (z - away) / 3.2)
        crag = noise.fractal(x * 0.33, z * 0.33, table, 6, 0.52, ridged=True)
        mound: Plane = np.clip(1.05 - reach, -0.3, 1) * (0.35 + 1.5 * crag) * 3
        return mound

    field = terrain.raised(terrain.survey(studio, heights, near=1.0, far=40), 0.3)
    stain = noise.fractal(field.x * 2.4, field.z * 2.4, table, 5, 0.65)[..., None]
    top = float(field.height.max())
    green = mix(colour(0.07, 0.17, 0.08), colour(0.3, 0.42, 0.14), stain)
    sand = colour(0.9, 0.8, 0.6) if tropical else mix(colour(0.3, 0.28, 0.27), colour(0.5, 0.46, 0.42), stain)
    base = mix(green, sand, ramp(0.1, 0.03, field.height / top)[..., None])
    lay(studio, field, base.astype(np.float32), 0.7, 0.0)
