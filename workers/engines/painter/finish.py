"""The last touches: bloom, a film-like curve, vignette, grain, and eight bits without banding."""

import numpy as np
from PIL import Image, ImageFilter

from workers.engines.painter.arrays import Picture, luma, mix
from workers.engines.painter.canvas import Canvas
from workers.engines.painter.dice import Dice


def bloom(canvas: Canvas, amount: float = 0.55) -> None:
    """Let what is brighter than paper shine over its neighbours."""
    bright = np.clip((canvas.rgb - np.float32(0.78)) * np.float32(0.5), 0, 1)
    size = (max(8, canvas.width // 4), max(8, canvas.height // 4))
    small = eight_bit(bright).resize(size, Image.Resampling.BOX)
    for radius, share in ((0.012, 0.6), (0.05, 0.5)):
        soft = small.filter(ImageFilter.GaussianBlur(max(1.0, canvas.unit * radius / 4)))
        grown = soft.resize((canvas.width, canvas.height), Image.Resampling.BICUBIC)
        canvas.rgb += np.asarray(grown, np.float32) * np.float32(share * amount * 2 / 255)


def develop(canvas: Canvas) -> None:
    """Tone curve with a soft shoulder, a little more colour, darker corners."""
    rgb = np.clip(canvas.rgb, 0, None)
    grey = luma(rgb)[..., None]
    rgb = np.clip(mix(grey, rgb, np.float32(1.08)), 0, None)
    over = np.clip(rgb - np.float32(0.8), 0, None)
    rgb = np.minimum(rgb, np.float32(0.8)) + np.float32(0.2) * (1 - np.exp(-over * np.float32(4)))
    rgb = mix(rgb, rgb * rgb * (3 - 2 * rgb), np.float32(0.3))
    x = (canvas.columns / canvas.width - 0.5) * np.float32(1.5)
    y = (canvas.rows / canvas.height - 0.5) * np.float32(1.5)
    canvas.rgb = rgb * (1 - np.float32(0.3) * np.clip(x * x + y * y - 0.28, 0, 1))[..., None]


def grain(canvas: Canvas, size: tuple[int, int], dice: Dice, amount: float = 0.008) -> Image.Image:
    """The picture at its final size with fine grain, which is also the dither that hides the steps of eight bits."""
    width, height = size
    rgb = canvas.rgb if (canvas.width, canvas.height) == size else enlarged(canvas, size)
    rough = (dice.random((height, width)) + dice.random((height, width)) - 1) * np.float32(amount)
    return eight_bit(rgb + rough[..., None])


def enlarged(canvas: Canvas, size: tuple[int, int]) -> Picture:
    planes = [Image.fromarray(np.ascontiguousarray(plane)) for plane in np.moveaxis(canvas.rgb, 2, 0)]
    return np.stack([np.asarray(plane.resize(size, Image.Resampling.LANCZOS)) for plane in planes], axis=2)


def preview(canvas: Canvas, side: int = 384) -> Image.Image:
    """The picture so far, small, with the same shoulder as in the end."""
    step = -(-max(canvas.width, canvas.height) // side)
    rgb = np.clip(canvas.rgb[::step, ::step], 0, None)
    over = np.clip(rgb - np.float32(0.8), 0, None)
    return eight_bit(np.minimum(rgb, np.float32(0.8)) + np.float32(0.2) * (1 - np.exp(-over * np.float32(4))))


def eight_bit(rgb: Picture) -> Image.Image:
    return Image.fromarray((np.clip(rgb, 0, 1) * np.float32(255) + np.float32(0.5)).astype(np.uint8))
