"""What tasks ask for, checked, and sorted into passes of what can be made together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from PIL import Image

from workers.engines.diffusers.architectures import Architecture, Film
from workers.engines.diffusers.given import Given, given
from workers.engines.diffusers.table import LocalModel
from workers.engines.protocol import BadRequest, Task

SEEDS = 2**31
MOST_STEPS = 200
LEAST_STRENGTH = 0.05
USUAL_STRENGTH = 0.6  # by which a given picture is left
USUAL_CHANGE = 0.35  # of a variation
FASTEST = 30  # frames a second


class Way(StrEnum):
    """What something starts from."""

    WORDS = "words"
    PICTURE = "picture"
    GAP = "gap"  # a picture with transparent parts: only these are made


@dataclass(frozen=True, slots=True)
class Shape:
    """What must be alike in one pass. The sides are those that are made; of a picture they are multiples of what its
    model wants, and cut to what was asked afterwards."""

    way: Way
    width: int
    height: int
    steps: int
    guidance: float | None
    strength: float | None = None
    frames: int | None = None
    rate: int | None = None
    negative: bool = False  # beside one that has a negative prompt, an empty one is not the same as none


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """One task."""

    task: Task
    shape: Shape
    size: tuple[int, int]  # as asked
    prompt: str
    negative: str
    seed: int
    count: int
    start: Given | None = None
    parent_seed: int | None = None  # of what it varies
    leaves: float = 0.0  # how far that is left
    drawn: tuple[int, int] | None = None  # the sides that its noise is drawn for, where they are not its own


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One picture or film of an order."""

    order: Order
    index: int

    @property
    def seed(self) -> int:
        return (self.order.seed + self.index) % SEEDS


def ordered(task: Task, model: LocalModel) -> Order:
    """The order in a task, or BadRequest."""
    kind, params = model.architecture, task.params
    asked = int(params.get("width", 1024)), int(params.get("height", 1024))
    if not all(8 <= side <= limit(model) for side in asked):
        raise BadRequest("size_out_of_range", f"each side must be at most {limit(model)} pixels")
    width, height = made_sides(asked, kind)
    start = started(task, kind, (width, height))
    way = Way.WORDS if start is None else Way.PICTURE if start.gap is None else Way.GAP
    negative = negative_of(task, model)
    parent, said = params.get("parent_seed") if way is Way.WORDS else None, params.get("strength")
    return Order(
        task=task,
        shape=shape_of(task, model, way, (width, height), negative=bool(negative)),
        size=asked,
        prompt=str(params.get("prompt", "")),
        negative=negative,
        seed=int(params.get("seed", 0)),
        count=int(params.get("count", 1)),
        start=start,
        parent_seed=None if parent is None else int(parent),
        leaves=min(max(float(USUAL_CHANGE if said is None else said), 0.0), 1.0),
        drawn=drawn(task, kind) if way is Way.WORDS else None,
    )


def shape_of(task: Task, model: LocalModel, way: Way, size: tuple[int, int], *, negative: bool) -> Shape:
    """What it shares a pass by."""
    kind, params = model.architecture, task.params
    strength = strength_of(task, way) if kind.film is None else None
    steps = min(int(params.get("steps") or model.steps or kind.steps), MOST_STEPS)
    frames, rate = (
        length(kind.film, float(params.get("seconds") or kind.film.usual_seconds)) if kind.film else (None,) * 2
    )
    return Shape(
        way,
        *size,
        steps=max(steps, ceil(1 / strength)) if strength else steps,
        guidance=guidance_of(model),
        strength=strength,
        frames=frames,
        rate=rate,
        negative=negative,
    )


def guidance_of(model: LocalModel) -> float | None:
    return model.architecture.guidance if model.guidance is None else model.guidance


def negative_of(task: Task, model: LocalModel) -> str:
    """What is to be kept out; nothing where the model would not heed it."""
    if not model.architecture.heeds_negative(guidance_of(model)):
        return ""
    said = task.params.get("negative")
    return str((model.negative if said is None else said) or "")


def drawn(task: Task, kind: Architecture) -> tuple[int, int] | None:
    """The sides that were made of the picture that this is to be, larger."""
    width, height = task.params.get("drawn_width"), task.params.get("drawn_height")
    return made_sides((int(width), int(height)), kind) if width and height else None


def made_sides(asked: tuple[int, int], kind: Architecture) -> tuple[int, int]:
    width, height = (-(-side // kind.side_step) * kind.side_step for side in asked)
    return width, height


def limit(model: LocalModel) -> int:
    return model.max_side or model.architecture.max_side


def started(task: Task, kind: Architecture, size: tuple[int, int]) -> Given | None:
    if task.picture is None and kind.needs_picture:
        raise BadRequest("picture_missing", "this model starts from a picture: send one with it")
    if task.picture is not None and not kind.takes_picture:
        raise BadRequest("picture_not_taken", "this model does not start from a picture")
    return given(task.picture, size, gaps=kind.from_gap is not None) if task.picture else None


def strength_of(task: Task, way: Way) -> float | None:
    """How far the picture may be left; a gap is filled from nothing, if nobody says otherwise."""
    if way is Way.WORDS:
        return None
    said = task.params.get("strength")
    strength = (1.0 if way is Way.GAP else USUAL_STRENGTH) if said is None else float(said)
    return min(max(strength, LEAST_STRENGTH), 1.0)


def length(film: Film, seconds: float) -> tuple[int, int]:
    """Frames, and how many of them a second."""
    longest = film.most / (film.slowest if film.step is None else film.rate)
    if not 0 < seconds <= longest:
        raise BadRequest("seconds_out_of_range", f"a video of this model is at most {int(longest)} s long")
    if film.step is None:
        return film.most, min(max(round(film.most / seconds), film.slowest), FASTEST)
    steps = max(1, min(round(seconds * film.rate / film.step), (film.most - 1) // film.step))
    return steps * film.step + 1, film.rate


def passes(orders: Iterable[Order], most: int) -> list[list[Shot]]:
    """Everything that is to be made, together what can be, at most so much at once."""
    alike: dict[Shape, list[Shot]] = {}
    for order in orders:
        alike.setdefault(order.shape, []).extend(Shot(order, index) for index in range(order.count))
    return [part for shots in alike.values() for part in parts(shots, most)]


def parts(shots: Sequence[Shot], most: int) -> list[list[Shot]]:
    return [list(shots[at : at + most]) for at in range(0, len(shots), most)]


def cut(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The middle of what was made a little larger than asked."""
    if image.size == size:
        return image
    left, top = (image.width - size[0]) // 2, (image.height - size[1]) // 2
    return image.crop((left, top, left + size[0], top + size[1]))
