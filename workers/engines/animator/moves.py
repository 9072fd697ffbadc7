"""How the camera moves, and which words ask for it. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from workers.engines.painter.dice import Dice


@dataclass(frozen=True, slots=True)
class Move:
    """From where to where: `x`, `y` -1 .. 1 of the room there is, `zoom` 0 .. 1. Near things move most."""

    name: str
    start: tuple[float, float, float]
    end: tuple[float, float, float]
    words: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """The camera at one moment: `x`, `y` and `zoom` as in a move."""

    x: float
    y: float
    zoom: float


MOVES: Mapping[str, Move] = {
    move.name: move
    for move in (
        Move("push", (0.0, 0.1, 0.0), (0.0, -0.05, 1.0), "zoom push closer approach hinein näher приближ* ближе"),
        Move("pull", (0.0, -0.05, 1.0), (0.0, 0.1, 0.0), "pull reveal heraus zurück weg отдал* прочь"),
        Move("right", (-0.9, 0.0, 0.25), (0.9, 0.0, 0.25), "pan right rechts schwenk вправо панорам*"),
        Move("left", (0.9, 0.0, 0.25), (-0.9, 0.0, 0.25), "left sideways links влево"),
        Move("rise", (0.0, 0.9, 0.3), (0.0, -0.8, 0.2), "rise crane ascend hoch aufwärts вверх подъём взлёт"),
        Move("fall", (0.0, -0.8, 0.2), (0.0, 0.9, 0.3), "descend lower hinab abwärts вниз"),
        Move("drift", (-0.55, 0.15, 0.1), (0.5, -0.15, 0.8), "drift float fly flight glide schweb* flug полёт* летит"),
    )
}  # fmt: skip
NIGHTFALL = re.compile(
    r"day (?:in)?to night|nightfall|night falls|time.?lapse|from day|vom tag zur nacht|tag zu nacht|es wird nacht"
    r"|zeitraffer|день в ночь|от дня к ночи|наступает ночь|таймлапс",
    re.IGNORECASE,
)
NIGHTFALL_CHANCE = 0.15
OUTDOOR_LIGHTS = ("day", "sunset", "dusk")


def move_in(prompt: str, dice: Dice) -> Move:
    """The move that the words ask for, or one by chance."""
    for token in re.findall(r"[\w-]+", prompt.casefold()):
        for move in MOVES.values():
            if any(token.startswith(word[:-1]) if word.endswith("*") else token == word for word in move.words.split()):
                return move
    return dice.pick(tuple(MOVES.values()))


def night_falls(prompt: str, light: str, outdoors: bool, dice: Dice) -> bool:
    """Whether the day ends under way: asked for, or now and then where there is a painted sky."""
    by_chance = dice.chance(NIGHTFALL_CHANCE) and outdoors and light in OUTDOOR_LIGHTS
    return bool(NIGHTFALL.search(prompt)) or by_chance


def view(move: Move, part: float) -> View:
    """The camera when `part` (0 .. 1) of the time is over: it starts and stops gently, and never stands still."""
    soft = part * part * (3 - 2 * part)
    at = 0.45 * part + 0.55 * soft
    x, y, zoom = (start + (end - start) * at for start, end in zip(move.start, move.end, strict=True))
    return View(x, y, zoom)


def darkness(part: float) -> float:
    """How much of the night there is while the day ends: 0 .. 1."""
    at = min(max((part - 0.18) / 0.64, 0.0), 1.0)
    return at * at * (3 - 2 * at)
