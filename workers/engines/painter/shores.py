"""Where land and water meet: a stormy sea, a beach, a river, a waterfall."""

import numpy as np

from workers.engines.painter import land, noise, terrain, trees
from workers.engines.painter.arrays import Picture, Plane, colour, mix, ramp
from workers.engines.painter.canvas import blur
from workers.engines.painter.forest import leaf_colours, sprites
from workers.engines.painter.studio import Studio
from workers.engines.painter.water import water


def swell(studio: Studio) -> None:
    """A heavy sea as a land of waves: dark troughs, glassy crests, foam."""
    dice, palette = studio.dice.fork("swell"), studio.palette
    table, lean = dice.table(), dice.side() * dice.uniform(0.25, 0.5)

    def heights(x: Plane, z: Plane) -> Plane:
        bend = noise.fractal(x * 0.1, z * 0.1, table, 3) * 7
        total = np.zeros_like(bend)
        for length, height, turn in ((5.6, 1.15, lean), (3.1, 0.6, -lean * 0.6), (1.5, 0.2, lean * 2)):
            t = np.sin((x * turn + z + bend) * np.float32(2 * np.pi / length))
            total = total + height * ((1 - np.abs(t)) ** 1.15)
        chop = noise.fractal(x * 1.1, z * 1.6, table, 6, 0.55, ridged=True)
        rough = 0.4 + 0.9 * noise.fractal(x * 0.09 + 5, z * 0.12, table, 2)
        sea: Plane = (total * rough + chop * 0.2) * (0.16 + 0.84 * ramp(1.0, 5.0, z)) * (0.3 + 0.7 * ramp(30, 9, z))
        return sea

    field = terrain.raised(terrain.survey(studio, heights, far=55), 0.13)
    relief = terrain.light(studio, field, 0.8)
    tall = np.clip(field.height / float(np.percentile(field.height, 99)), 0, 1.2)
    lather = noise.fractal(field.x * 2.2, field.z * 3.4, table, 6, 0.62)
    foam = ramp(0.5, 0.95, tall + (lather - 0.5) * 1.5) * ramp(0.4, 0.62, lather)
    streak = noise.fractal(field.x * 1.3 + 40, field.z * 5.5, table, 5, 0.6, ridged=True)
    foam = np.clip(foam + ramp(0.45, 0.75, streak) * 0.6, 0, 1)
    glass = mix(
        mix(palette.water, colour(0.05, 0.13, 0.15), np.float32(0.6)),
        mix(palette.water, colour(0.3, 0.56, 0.52), np.float32(0.75)),
        (tall**2)[..., None],
    )
    sky = mix(palette.sky[1], palette.sky[-1], relief.lit[..., None]) * np.float32(0.5)
    rgb = mix(glass, sky, (0.16 + 0.4 * (1 - relief.steep))[..., None])
    rgb = mix(
        rgb, mix(palette.shade, palette.light, relief.lit[..., None]) * np.float32(1.35), (foam * 0.85)[..., None]
    )
    air = (1 - np.exp(-np.maximum(field.z - 3, 0) * np.float32(0.03)))[..., None]
    terrain.render(studio, field, mix(rgb, palette.haze, air * np.float32(0.85)).astype(np.float32))


def bank(studio: Studio) -> None:
    """The near bank: reeds and dark grass along one side of the lower edge."""
    canvas, dice = studio.canvas, studio.dice.fork("bank")
    deep, bright = leaf_colours(studio, dice)
    sketch = trees.Sketch(canvas.width, canvas.height)
    side = dice.side()
    for a, b, c, d in dice.random((int(canvas.width * 0.45) + 30, 4)).tolist():
        x = a * a * 0.75 if side > 0 else 1 - a * a * 0.75
        tall, lean = canvas.height * (0.03 + 0.13 * b * b) * (1 - a * 0.75), (c - 0.5) * canvas.unit * 0.05
        root, wide = (x * canvas.width, canvas.height * (1.01 - 0.02 * d * (1 - a))), max(1.0, canvas.unit * 0.002)
        tip = (root[0] + lean, root[1] - tall)
        sketch.shape([(root[0] - wide, root[1]), tip, (root[0] + wide, root[1])], 0.1 + 0.5 * d)
        if d > 0.9:
            sketch.blob(tip[0], tip[1], wide * 1.6, canvas.unit * 0.012, 0.25)
    cover, light = sketch.done().sized(canvas.height)
    canvas.over(cover, mix(deep * np.float32(0.8), bright * np.float32(0.8), light[..., None]).astype(np.float32))


def beach(studio: Studio) -> None:
    """Sand in front, wet where the last wave ran, with a lace of foam."""
    canvas, palette, dice = studio.canvas, studio.palette, studio.dice.fork("beach")
    deep = canvas.height - studio.horizon
    slant = 0.3 * dice.side()
    across = canvas.columns / canvas.width - 0.5
    edge = studio.horizon + deep * (
        0.52 + slant * across + 0.09 * (noise.line(canvas.width, 2.6, dice, 3)[None, :] - 0.5)
    )
    ripple = noise.clouds((canvas.height, canvas.width), 26, dice, 4) - 0.5
    into = (canvas.rows - edge + ripple * deep * 0.035) / deep
    grains = noise.clouds((canvas.height, canvas.width), 150, dice, 3)[..., None]
    sand = (
        colour(0.93, 0.82, 0.62)
        * (0.84 + 0.3 * grains)
        * mix(palette.shade, palette.light, np.float32(0.7))
        * np.float32(1.12)
    )
    flipped = canvas.rgb[np.clip(2 * int(studio.horizon) - np.arange(canvas.height), 0, canvas.height - 1)]
    wet = mix(sand * np.float32(0.62), flipped, np.float32(0.4))
    dry = ramp(0.05, 0.2, into)[..., None]
    canvas.over(ramp(0.0, 0.015, into), mix(wet, sand, dry).astype(np.float32))
    lace = noise.contrast(noise.clouds((canvas.height, canvas.width), 60, dice, 4), 3)
    for at, wide, amount in ((0.008, 0.016, 1.0), (-0.07, 0.02, 0.6), (-0.17, 0.012, 0.35)):
        foam = np.exp(-(((into - at) / wide) ** 2)) * (0.45 + 0.7 * lace) * amount
        canvas.over(
            np.clip(foam, 0, 0.95).astype(np.float32),
            mix(palette.haze, palette.light, np.float32(0.7)) * np.float32(1.04),
        )


def palms(studio: Studio) -> None:
    """Palms leaning into the picture from one side."""
    canvas, dice = studio.canvas, studio.dice.fork("palms")
    kinds = [trees.palm(dice.fork(f"palm {n}"), studio.sunward) for n in range(2)]
    side = -1 if studio.sunward > 0 else 1
    for number in range(3):
        deep, bright = leaf_colours(studio, dice)
        height = canvas.height * (0.5 + 0.14 * number) * dice.uniform(0.85, 1.1)
        x = canvas.width * (0.5 + side * (0.26 + 0.1 * number))
        foot = studio.horizon + (canvas.height - studio.horizon) * (0.62 + 0.16 * number)
        trees.plant(studio, kinds[number % 2], x, foot, height, deep, bright, 0.05)


def valley(studio: Studio) -> None:
    """A river that winds down between hills, bright as the sky it mirrors."""
    dice, palette = studio.dice.fork("valley"), studio.palette
    table, turn = dice.table(), dice.uniform(0, 6.28)
    sway = dice.side()

    def river(z: Plane) -> Plane:
        middle: Plane = sway * (
            np.sin(z * 0.24 + turn) * 2.6 * ramp(1.0, 12, z) + np.sin(z * 0.11) * 3 * ramp(6, 30, z)
        )
        return middle

    def heights(x: Plane, z: Plane) -> Plane:
        away = np.abs(x - river(z))
        bank = ramp(0.75, 2.6, away / (0.75 + z * 0.012))
        rolling = noise.fractal(x * 0.13, z * 0.13, table, 6, 0.45)
        sides = np.clip(away / 22, 0, 1) ** 1.2 * 9
        return bank * (0.18 + rolling * 2.0 * ramp(2, 18, z) + sides * (0.5 + rolling)) - (1 - bank) * 0.02

    field = terrain.raised(terrain.survey(studio, heights, far=64), dice.uniform(0.3, 0.42))
    stain = noise.fractal(field.x * 3, field.z * 3, table, 5, 0.62)[..., None]
    light, deep = land.grass(studio)
    wooded = mix(colour(0.08, 0.18, 0.1), colour(0.2, 0.32, 0.12), stain)
    grass = mix(deep, light, np.clip(stain * 1.6 - 0.3, 0, 1))
    base = mix(
        grass,
        wooded,
        ramp(0.4, 0.7, noise.fractal(field.x * 0.4, field.z * 0.4, table, 3))[..., None] * np.float32(0.8),
    )
    relief = terrain.light(studio, field, land.ALTITUDE[studio.scene.light])
    surface = terrain.lit_surface(studio, field, relief, base.astype(np.float32), 1.0)
    wet = ramp(0.82, 0.7, np.abs(field.x - river(field.z)) / (0.75 + field.z * np.float32(0.012)))
    flow = noise.fractal(field.x * 0.9, field.z * 5, table, 4)
    t = np.clip(1.0 - 1.9 / field.z + (flow - 0.5) * 0.4, 0, 1)[..., None]
    shine = mix(mix(palette.water, palette.sky[1], np.float32(0.5)), palette.sky[-1], t)
    terrain.render(studio, field, mix(surface, shine, wet[..., None] * np.float32(0.94)).astype(np.float32))


def cliff(studio: Studio) -> None:
    """A wall of rock with a gap from which the water falls."""
    canvas, palette, dice = studio.canvas, studio.palette, studio.dice.fork("cliff")
    shape = (canvas.height, canvas.width)
    layers = noise.clouds((canvas.height, canvas.width * 2), 13, dice, 6, 0.56)[:, ::2]
    cracks = noise.clouds((canvas.height * 5, canvas.width), 26, dice, 6, 0.56)[::5]
    height = noise.contrast(layers * 0.5 + cracks * 0.5, 2.4)
    slope = np.gradient(blur(height, canvas.unit / 400), axis=1) * canvas.unit * np.float32(0.03)
    lit = np.clip(0.5 - slope * np.sign(studio.sunward) * 1.4, 0, 1)
    rock = mix(colour(0.16, 0.15, 0.16), colour(0.5, 0.46, 0.42), (height * 0.6 + 0.2)[..., None])
    moss = ramp(0.5, 0.75, noise.clouds(shape, 7, dice, 7, 0.6) + 0.16 * (lit - 0.5))[..., None]
    rock = mix(rock, colour(0.2, 0.34, 0.1), moss * np.float32(0.8))
    rgb: Picture = rock * mix(palette.shade * np.float32(0.5), palette.light * np.float32(1.2), lit[..., None])
    across = np.abs(canvas.columns / canvas.width - middle(studio))
    rim: Plane = canvas.height * (
        0.2 - 0.16 * np.clip(across * 2.2 - 0.1, 0, 1) + 0.07 * (noise.line(canvas.width, 5, dice, 6)[None, :] - 0.5)
    )
    deeper = ramp(0.42, 0.04, across)[..., None]
    rgb = mix(rgb, palette.haze, deeper * np.float32(0.34))
    canvas.over(ramp(0, 2.5, canvas.rows - rim), rgb.astype(np.float32))
    forest = sprites(studio, dice)
    for _ in range(34):
        x = dice.uniform(-0.02, 1.02) * canvas.width
        if abs(x / canvas.width - middle(studio)) > 0.1:
            deep, bright = leaf_colours(studio, dice)
            row = float(rim[0, int(np.clip(x, 0, canvas.width - 1))])
            trees.plant(
                studio, dice.pick(forest), x, row + 6, canvas.height * dice.uniform(0.06, 0.15), deep, bright, 0.25
            )


def middle(studio: Studio) -> float:
    return 0.5 + 0.08 * studio.dice.fork("fall").side()


def fall(studio: Studio) -> None:
    """The falling water: strands that widen, torn by noise drawn out downward, and the mist at its foot."""
    canvas, palette, dice = studio.canvas, studio.palette, studio.dice.fork("fall strands")
    foot = pool(studio)
    strands = noise.clouds((max(8, canvas.height // 14), canvas.width), canvas.width / 9, dice, 4, 0.6)
    long = np.repeat(strands, 15, axis=0)[: canvas.height]
    long = blur(long, 2.0)
    down = np.clip((canvas.rows - canvas.height * 0.19) / (foot - canvas.height * 0.19), 0, 1)
    width = 0.055 + 0.04 * down + 0.02 * (long - 0.5)
    aside = np.abs(canvas.columns / canvas.width - middle(studio) - 0.012 * np.sin(down * 5))
    body = ramp(1.05, 0.72, aside / width + (noise.contrast(long, 2) - 0.5) * 0.5)
    body = body * ramp(canvas.height * 0.18, canvas.height * 0.2, canvas.rows) * (canvas.rows < foot + 3)
    white = mix(
        palette.shade * np.float32(1.15),
        mix(palette.light, colour(1, 1, 1), np.float32(0.5)),
        noise.contrast(long, 2.6)[..., None],
    )
    canvas.over((body * np.float32(0.94)).astype(np.float32), white.astype(np.float32))


def pool(studio: Studio) -> float:
    return studio.canvas.height * 0.72


def basin(studio: Studio) -> None:
    studio.horizon = pool(studio) - studio.canvas.height * 0.2
    water(studio, calm=0.62, shore=pool(studio))
    canvas, dice = studio.canvas, studio.dice.fork("mist")
    drift = noise.clouds((canvas.height, canvas.width), 6, dice, 5)
    away = canvas.distance(canvas.width * middle(studio), pool(studio), 1.5)
    mist = np.exp(-((away / np.float32(canvas.unit * 0.17)) ** 2)) * (0.55 + 0.9 * drift)
    canvas.over(np.clip(mist, 0, 0.93).astype(np.float32), mix(studio.palette.haze, colour(1, 1, 1), np.float32(0.45)))
