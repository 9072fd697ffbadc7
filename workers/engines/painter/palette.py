"""The colours of a scene: its sky from zenith to horizon, its light, shade and haze."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workers.engines.painter.arrays import Colour, Plane, colour, luma, mix
from workers.engines.painter.dice import Dice
from workers.engines.painter.lexicon import COLOURS
from workers.engines.painter.words import Scene

Stops = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Palette:
    """Sky stops from top to horizon (n, 3); the others are one colour each."""

    sky: Plane
    sun: Colour
    light: Colour
    shade: Colour
    haze: Colour
    water: Colour
    strength: float  # how much stronger direct light is than shade

    @property
    def dark(self) -> Colour:
        """The silhouette colour: what lies in shadow against the sky."""
        dark: Colour = self.shade * np.float32(0.16) + self.sky[0] * np.float32(0.12)
        return dark


SKIES: dict[str, tuple[Stops, ...]] = {
    "day": (
        ((32, 92, 178), (74, 140, 212), (140, 190, 232), (214, 232, 240)),
        ((24, 98, 168), (82, 160, 208), (164, 210, 228), (238, 238, 226)),
        ((52, 96, 190), (108, 150, 222), (176, 200, 238), (240, 232, 228)),
    ),
    "sunset": (
        ((38, 32, 92), (112, 52, 118), (216, 88, 84), (250, 156, 76), (255, 214, 130)),
        ((30, 40, 98), (88, 66, 136), (196, 98, 118), (246, 152, 100), (255, 210, 142)),
        ((44, 26, 70), (142, 44, 82), (226, 84, 56), (252, 148, 58), (255, 220, 120)),
    ),
    "dawn": (
        ((70, 98, 164), (128, 142, 194), (206, 168, 190), (250, 190, 164), (255, 228, 188)),
        ((58, 108, 156), (132, 164, 186), (214, 196, 184), (252, 206, 168), (255, 236, 200)),
    ),
    "dusk": (
        ((14, 20, 60), (34, 48, 112), (88, 84, 152), (186, 124, 150), (246, 172, 130)),
        ((12, 26, 66), (28, 62, 118), (74, 108, 158), (164, 148, 166), (240, 186, 146)),
    ),
    "night": (
        ((4, 7, 22), (9, 17, 46), (20, 36, 80), (44, 66, 112)),
        ((5, 6, 24), (16, 16, 54), (36, 32, 86), (70, 62, 116)),
        ((3, 9, 20), (6, 24, 44), (12, 48, 70), (36, 84, 100)),
    ),
    "storm": (
        ((20, 25, 34), (46, 55, 68), (86, 98, 108), (150, 160, 160)),
        ((24, 24, 36), (52, 54, 72), (92, 98, 112), (164, 160, 152)),
    ),
    "overcast": (
        ((122, 134, 148), (152, 163, 174), (184, 192, 198), (214, 218, 218)),
        ((110, 124, 132), (146, 158, 162), (182, 190, 190), (216, 218, 210)),
    ),
}
LIGHTS: dict[str, tuple[tuple[int, int, int], tuple[int, int, int], float]] = {
    # light, shade, strength
    "day": ((255, 246, 222), (112, 140, 186), 1.0),
    "sunset": ((255, 172, 98), (96, 72, 124), 0.95),
    "dawn": ((255, 206, 160), (128, 132, 176), 0.85),
    "dusk": ((206, 150, 160), (58, 66, 116), 0.5),
    "night": ((150, 176, 224), (24, 34, 70), 0.5),
    "storm": ((176, 186, 190), (66, 76, 90), 0.55),
    "overcast": ((214, 216, 214), (140, 150, 162), 0.5),
}
SUNS = {"night": (226, 234, 250), "sunset": (255, 226, 150), "dawn": (255, 236, 200), "dusk": (255, 206, 160)}
SKY_TINTS = (0.42, 0.72, 0.82, 0.66, 0.3)  # from zenith to horizon: the horizon stays bright


def named(name: str) -> Colour:
    return scaled(COLOURS[name][0])


def scaled(eight_bit: tuple[int, int, int]) -> Colour:
    """A colour in 0..1 from bytes."""
    red, green, blue = eight_bit
    return colour(red / 255, green / 255, blue / 255)


def mix_palette(scene: Scene, dice: Dice) -> Palette:
    """The light's own palette, moved towards the colours the prompt asks for."""
    stops: Plane = np.array(dice.pick(SKIES[scene.light]), np.float32) / 255
    stops = np.clip(stops * (1 + (dice.random(3) - 0.5) * 0.1), 0, 1)
    light, shade, strength = LIGHTS[scene.light]
    lit, shaded = scaled(light), scaled(shade)
    wanted = [named(name) for name in scene.sky_colours or free_colours(scene)]
    if wanted:
        stops = tinted(stops, wanted)
        lit = mix(lit, recoloured(lit, wanted[0]), 0.45)
        shaded = mix(shaded, recoloured(shaded, wanted[-1]), 0.35)
    water = mix(colour(0.02, 0.16, 0.24), stops[0], 0.45)
    if scene.place_colours and scene.places & {"sea", "lake", "river", "beach", "underwater", "waterfall"}:
        water = mix(water, named(scene.place_colours[0]) * np.float32(0.6), 0.7)
    return Palette(
        sky=stops.astype(np.float32),
        sun=scaled(SUNS.get(scene.light, (255, 250, 232))),
        light=lit.astype(np.float32),
        shade=shaded.astype(np.float32),
        haze=mix(stops[-1], stops[-2], 0.45).astype(np.float32),
        water=water.astype(np.float32),
        strength=strength,
    )


def free_colours(scene: Scene) -> tuple[str, ...]:
    """Colours that belong to nothing in particular are the light's."""
    own = {subject.colour for subject in scene.subjects} | set(scene.place_colours)
    return tuple(name for name in scene.colours if name not in own)


def tinted(stops: Plane, wanted: Sequence[Colour]) -> Plane:
    amounts = np.interp(np.linspace(0, 1, len(stops)), np.linspace(0, 1, len(SKY_TINTS)), SKY_TINTS)
    rows = [
        mix(stop, recoloured(stop, wanted[min(at * len(wanted) // len(stops), len(wanted) - 1)]), amount)
        for at, (stop, amount) in enumerate(zip(stops, amounts, strict=True))
    ]
    return np.stack(rows).astype(np.float32)


def recoloured(old: Colour, wanted: Colour) -> Colour:
    """`wanted` at about the brightness of `old`."""
    scaled = wanted * (luma(old) / max(float(luma(wanted)), 0.08))
    result: Colour = np.clip(mix(scaled, wanted, 0.35), 0, 1).astype(np.float32)
    return result
