"""The small language in which subjects are drawn: rounded and straight outlines, dots and lines."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """`paint` names a colour of the outline or one of SHARED; `width` is a line's."""

    kind: Literal["blob", "cut", "line"]
    paint: str
    points: Points
    width: float = 0.0


@dataclass(frozen=True, slots=True)
class Outline:
    """`size` is its usual height as a share of the picture's shorter side."""

    size: float
    colours: Mapping[str, tuple[int, int, int]]
    parts: tuple[Part, ...]


SHARED: Mapping[str, tuple[int, int, int]] = {
    "black": (18, 18, 22),
    "white": (246, 246, 244),
    "gold": (238, 176, 52),
    "red": (206, 46, 42),
    "pink": (226, 148, 148),
    "green": (150, 190, 70),
    "blue": (96, 168, 226),
    "door": (52, 34, 28),
    "smoke": (198, 198, 204),
    "fire": (255, 172, 62),
    "glow": (255, 206, 112),
}
SHINING = frozenset(("fire", "glow"))


def points(text: str) -> Points:
    pairs = (pair.split() for pair in text.split(","))
    return tuple((float(x), float(y)) for x, y in pairs)


def blob(paint: str, text: str) -> Part:
    """A closed curve through the points."""
    return Part("blob", paint, rounded(points(text)))


def cut(paint: str, text: str) -> Part:
    return Part("cut", paint, points(text))


def line(paint: str, width: float, text: str) -> Part:
    corners = points(text)
    return Part("line", paint, corners if len(corners) < 3 else rounded(corners, closed=False), width)


def dot(paint: str, x: float, y: float, rx: float, ry: float) -> Part:
    corners = ((x + rx, y), (x + rx * 0.7, y + ry * 0.7), (x, y + ry), (x - rx * 0.7, y + ry * 0.7))
    mirrored = tuple((2 * x - px, 2 * y - py) for px, py in corners)
    return Part("blob", paint, rounded((*corners, *mirrored)))


def moved(part: Part, anchor: tuple[float, float], scale: float) -> Part:
    """The part, larger about a point that stays where it is."""
    (x, y), points = anchor, part.points
    if scale == 1.0:
        return part
    larger = tuple((x + (px - x) * scale, y + (py - y) * scale) for px, py in points)
    return replace(part, points=larger, width=part.width * scale)


def rounded(corners: Points, closed: bool = True, steps: int = 8) -> Points:
    """A Catmull-Rom curve through the corners."""
    count = len(corners)
    curve: list[tuple[float, float]] = []
    for at in range(count if closed else count - 1):
        a, b, c, d = (
            corners[(at + shift) % count] if closed else corners[min(max(at + shift, 0), count - 1)]
            for shift in (-1, 0, 1, 2)
        )
        for step in range(steps):
            t = step / steps
            curve.append((spline(a[0], b[0], c[0], d[0], t), spline(a[1], b[1], c[1], d[1], t)))
    return tuple(curve if closed else [*curve, corners[-1]])


def spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3)
