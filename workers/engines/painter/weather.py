"""What is in the air before the scene: fog, rain, snow, lightning, a rainbow, fireflies."""

import numpy as np
from PIL import Image, ImageDraw

from workers.engines.painter import noise
from workers.engines.painter.arrays import colour, mix, ramp
from workers.engines.painter.canvas import blur
from workers.engines.painter.studio import Step, Studio


def fog(studio: Studio) -> None:
    canvas, dice = studio.canvas, studio.dice.fork("fog")
    drift = noise.contrast(noise.clouds((canvas.height, canvas.width), 3, dice, 5), 2)
    lie = np.exp(-(((canvas.rows - np.float32(studio.horizon)) / np.float32(canvas.height * 0.24)) ** 2))
    canvas.over(np.clip(lie * (0.3 + 0.8 * drift), 0, 0.86).astype(np.float32), studio.palette.haze)


def rain(studio: Studio) -> None:
    """Streaks of two distances and a general greyness."""
    canvas, dice = studio.canvas, studio.dice.fork("rain")
    canvas.over(np.full((canvas.height, canvas.width), 0.12, np.float32), studio.palette.haze)
    lean = dice.uniform(-0.25, 0.25)
    for count, length, light in ((700, 0.035, 0.3), (260, 0.085, 0.42)):
        image = Image.new("L", (canvas.width, canvas.height), 0)
        pen = ImageDraw.Draw(image)
        for a, b, c in dice.random((count, 3)).tolist():
            x, y, long = (
                a * canvas.width * 1.2 - canvas.width * 0.1,
                b * canvas.height * 1.1 - canvas.height * 0.05,
                canvas.unit * length * (0.5 + c),
            )
            pen.line((x, y, x + lean * long, y + long), int(90 + 165 * c), max(1, round(canvas.unit / 1000)))
        streaks = blur(np.asarray(image, np.float32) / 255, canvas.unit / 1500) * np.float32(light)
        canvas.over(streaks, mix(studio.palette.haze, colour(1, 1, 1), np.float32(0.5)))


def snowfall(studio: Studio) -> None:
    """Flakes of three distances; the nearest are out of focus."""
    canvas, dice = studio.canvas, studio.dice.fork("snowfall")
    tint = mix(studio.palette.light, colour(1, 1, 1), np.float32(0.6))
    for count, size, soft, light in ((900, 0.0012, 0.0005, 0.6), (300, 0.0026, 0.0012, 0.8), (46, 0.009, 0.006, 0.5)):
        image = Image.new("L", (canvas.width, canvas.height), 0)
        pen = ImageDraw.Draw(image)
        for a, b, c in dice.random((count, 3)).tolist():
            x, y, r = a * canvas.width, b * canvas.height, max(0.6, canvas.unit * size * (0.5 + c))
            pen.ellipse((x - r, y - r, x + r, y + r), int(120 + 135 * c))
        flakes = blur(np.asarray(image, np.float32) / 255, max(0.4, canvas.unit * soft)) * np.float32(light)
        canvas.over(flakes, tint)


def lightning(studio: Studio) -> None:
    """A bolt that forks on its way from the clouds to the horizon, and the light it throws."""
    canvas, dice = studio.canvas, studio.dice.fork("lightning")
    image = Image.new("L", (canvas.width, canvas.height), 0)
    pen = ImageDraw.Draw(image)
    x = canvas.width * (0.5 + 0.25 * dice.side() * dice.uniform(0.3, 1))
    start = x
    points, y = [], 0.0
    while y < studio.horizon:
        points.append((x, y))
        x += canvas.unit * dice.uniform(-0.035, 0.035)
        y += canvas.unit * dice.uniform(0.012, 0.04)
        if dice.chance(0.22):
            branch, bx, by, way = [(x, y)], x, y, dice.side()
            for _ in range(dice.integer(3, 8)):
                bx, by = (
                    bx + way * canvas.unit * dice.uniform(0.005, 0.035),
                    by + canvas.unit * dice.uniform(0.006, 0.03),
                )
                branch.append((bx, min(by, studio.horizon)))
            pen.line(branch, 120, max(1, round(canvas.unit / 700)))
    pen.line([*points, (x, studio.horizon)], 255, max(2, round(canvas.unit / 330)), "curve")
    bolt = np.asarray(image, np.float32) / 255
    canvas.add(blur(bolt, canvas.unit / 1200) * np.float32(1.8), colour(0.95, 0.95, 1.1))
    canvas.add(np.clip(blur(bolt, canvas.unit / 60) * 5, 0, 0.8), colour(0.5, 0.55, 0.95))
    away = np.exp(-np.abs(canvas.columns - start) / np.float32(canvas.width * 0.24)) * np.exp(
        -canvas.rows / np.float32(canvas.height * 0.6)
    )
    canvas.add(away * np.float32(0.28), colour(0.62, 0.66, 0.95))


def rainbow(studio: Studio) -> None:
    canvas = studio.canvas
    x, y = canvas.width * (0.5 - 0.2 * studio.sunward), studio.horizon + canvas.height * 0.16
    t = (canvas.distance(x, y) / np.float32(canvas.unit * 0.62) - 1) * np.float32(16) + np.float32(0.5)
    bands = np.stack([np.exp(-((t - at) ** 2) / 0.03) for at in (0.82, 0.5, 0.18)], axis=2).astype(np.float32)
    fade = ramp(studio.horizon + 2, studio.horizon - canvas.height * 0.12, canvas.rows)
    canvas.rgb += bands * fade[..., None] * np.float32(0.3)


def fireflies(studio: Studio) -> None:
    canvas, dice = studio.canvas, studio.dice.fork("fireflies")
    spots = np.zeros((canvas.height, canvas.width), np.float32)
    for a, b, c in dice.random((90, 3)).tolist():
        y = studio.horizon + (canvas.height * 0.98 - studio.horizon) * (b * 1.4 - 0.4)
        spots[int(np.clip(y, 0, canvas.height - 1)), int(a * (canvas.width - 1))] = 0.3 + c
    light = blur(spots, canvas.unit / 420) * np.float32(16) + blur(spots, canvas.unit / 80) * np.float32(60)
    canvas.add(light, colour(1.0, 0.86, 0.36))


def steps(studio: Studio) -> list[Step]:
    """The weather that the prompt names, back to front."""
    scene = studio.scene
    wanted: list[tuple[bool, Step]] = [
        (scene.has("fog") and scene.place != "forest", fog),
        (scene.has("fireflies"), fireflies),
        (scene.has("rain"), rain),
        (
            scene.has("snowfall") or (scene.has("snow") and scene.light in ("overcast", "dusk", "night", "storm")),
            snowfall,
        ),
    ]
    return [step for named, step in wanted if named and scene.place not in ("space", "underwater", "abstract")]
