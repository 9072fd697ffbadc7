"""Frames from layers and a moving camera."""

from collections.abc import Sequence

from PIL import Image

from workers.engines.animator.moves import View
from workers.engines.animator.scenery import Layer

ROOM = 1.28  # the scene is painted so much larger than the video, so that the camera can move without enlarging
USUAL_ZOOM, NEAREST_ZOOM = 1.1, 1.28
FAR, NEAR = 0.35, 1.0  # how much of a move the farthest and the nearest layer make
Box = tuple[float, float, float, float]


def frame(layers: Sequence[Layer], view: View, size: tuple[int, int]) -> Image.Image:
    """What the camera sees."""
    seen: Image.Image | None = None
    for layer in layers:
        window = box(layer, view)
        if seen is None or layer.mask is None:
            seen = layer.picture.resize(size, Image.Resampling.BILINEAR, window)
            continue
        scale = (window[3] - window[1]) / size[1]
        top = max(0, int((layer.rows[0] - window[1]) / scale) - 1)
        bottom = min(size[1], int((layer.rows[1] - window[1]) / scale) + 2)
        if bottom <= top:
            continue
        part = (window[0], window[1] + top * scale, window[2], window[1] + bottom * scale)
        strip = (size[0], bottom - top)
        picture = layer.picture.resize(strip, Image.Resampling.BILINEAR, part)
        seen.paste(picture, (0, top), layer.mask.resize(strip, Image.Resampling.BILINEAR, part))
    if seen is None:
        raise ValueError("there are no layers")
    return seen


def box(layer: Layer, view: View) -> Box:
    """The part of a layer that fills the frame."""
    return window(layer.picture.size, layer.depth, view)


def window(size: tuple[int, int], depth: float, view: View) -> Box:
    """The part that fills the frame of something so large and so near; always inside it."""
    width, height = size
    share = FAR + (NEAR - FAR) * depth
    zoom = USUAL_ZOOM + (NEAREST_ZOOM - USUAL_ZOOM) * view.zoom * share
    across, down = width / zoom, height / zoom
    left = (width - across) / 2 * (1 + view.x * share)
    top = (height - down) / 2 * (1 + view.y * share)
    return left, top, left + across, top + down
