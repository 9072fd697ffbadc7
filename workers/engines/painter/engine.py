"""The engine `painter`: needs no GPU and no weights, and says so in its name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from workers.engines.painter import finish, repaint, scenes
from workers.engines.painter.arrays import Picture
from workers.engines.painter.canvas import Canvas
from workers.engines.painter.dice import Dice
from workers.engines.painter.palette import mix_palette
from workers.engines.painter.studio import open_studio
from workers.engines.painter.words import Scene, read
from workers.engines.protocol import BadRequest, Made, ModelOffer, Progress, Report, Result, Task, each, one_by_one
from workers.variants import begun

MODEL = "painter"
MAX_SIDE, MIN_SIDE = 4096, 64
NATIVE_SIDE = 2048  # what is larger is painted at half the size and enlarged before the grain
MAX_COUNT = 4
SEEDS = 2**31
USUAL_STRENGTH = 0.35


@dataclass(frozen=True, slots=True)
class Order:
    """What a task's params ask for, checked."""

    prompt: str
    width: int
    height: int
    seed: int
    count: int
    parent_seed: int | None
    strength: float
    picture: Path | None = None


class PainterEngine:
    """Paints scenes, subjects and abstract moods from a prompt's words and a seed."""

    name = "painter"

    def offers(self) -> Iterable[ModelOffer]:
        yield ModelOffer(
            model=MODEL,
            capability="image",
            display_name="painter (no GPU)",
            max_side=MAX_SIDE,
            memory_gib=1.0,
            no_gpu=True,
            takes_picture=True,
        )

    def load(self, model: str) -> None:
        """Nothing to load: there are no weights."""

    def unload(self, model: str) -> None:
        """Nothing was loaded."""

    def run(self, tasks: Sequence[Task], report: Report) -> Sequence[Result]:
        return one_by_one(tasks, report, self.make)

    def make(self, task: Task, progress: Progress) -> list[Made]:
        """The pictures of one task, one after the other."""
        order = checked(task.params, task.picture)

        def make(index: int, progress: Progress) -> Made:
            seed = (order.seed + index) % SEEDS
            picture = paint(order, seed, progress)
            path = task.folder / f"{index}.png"
            metadata = described(order, seed)
            beside = begun(picture, metadata)
            save(picture, path, metadata)
            return Made(path, "image", "png", *picture.size, metadata=metadata, look=picture, beside=beside)

        return each(task, progress, make)


def checked(params: Mapping[str, Any], picture: Path | None = None) -> Order:
    """The order in a task's params, or BadRequest."""
    width, height = int(params.get("width", 1024)), int(params.get("height", 1024))
    if not (MIN_SIDE <= width <= MAX_SIDE and MIN_SIDE <= height <= MAX_SIDE):
        raise BadRequest("size_out_of_range", f"each side must be {MIN_SIDE} to {MAX_SIDE} pixels")
    count = int(params.get("count", 1))
    if not 1 <= count <= MAX_COUNT:
        raise BadRequest("count_out_of_range", f"count must be 1 to {MAX_COUNT}")
    parent, strength = params.get("parent_seed"), params.get("strength")
    usual = USUAL_STRENGTH if picture is None else repaint.USUAL_STRENGTH
    return Order(
        prompt=str(params.get("prompt", "")),
        width=width,
        height=height,
        seed=int(params.get("seed", 0)),
        count=count,
        parent_seed=None if parent is None else int(parent),
        strength=usual if strength is None else min(max(float(strength), 0.0), 1.0),
        picture=picture,
    )


def paint(order: Order, seed: int, report: Progress) -> Image.Image:
    """One picture, layer by layer; reports a preview after each."""
    scene = read(order.prompt)
    dice = Dice(scene.key, seed, order.parent_seed, order.strength)
    halved = max(order.width, order.height) > NATIVE_SIDE
    width, height = ((order.width + 1) // 2, (order.height + 1) // 2) if halved else (order.width, order.height)
    canvas = Canvas(width, height)
    report(0.0, None)
    if order.picture is None:
        compose(canvas, scene, dice, report)
    else:
        anew(canvas, scene, dice, order.picture, order.strength, report)
    report(0.97, finish.preview(canvas))
    picture = finish.grain(canvas, (order.width, order.height), dice.fork("grain"))
    report(1.0, picture.resize(thumbnail(picture.size), Image.Resampling.BOX))
    return picture


def compose(canvas: Canvas, scene: Scene, dice: Dice, report: Progress) -> None:
    """The scene of the words."""
    horizon = scenes.HORIZONS.get(scene.place, (0.5, 0.6))
    studio = open_studio(canvas, scene, mix_palette(scene, dice.fork("palette")), dice, horizon)
    layers = scenes.steps(studio)
    for number, layer in enumerate(layers, start=1):
        layer(studio)
        report(0.94 * number / len(layers), finish.preview(canvas))
    finish.bloom(canvas)
    finish.develop(canvas)


def anew(canvas: Canvas, scene: Scene, dice: Dice, path: Path, strength: float, report: Progress) -> None:
    """A given picture, repainted. A variation of it moves its strokes; how far the picture is left is said already."""

    def scenery() -> Picture:
        own = Canvas(canvas.width, canvas.height)
        compose(own, scene, dice, lambda done, _: report(0.4 * done, None))
        return own.rgb

    def progress(done: float, picture: Picture) -> None:
        canvas.rgb = picture
        report(done, finish.preview(canvas))

    picture = repaint.given(path, (canvas.width, canvas.height))
    canvas.rgb = repaint.repainted(picture, scenery, dice.fork("repaint"), strength, progress)


def thumbnail(size: tuple[int, int], side: int = 384) -> tuple[int, int]:
    longest = max(size)
    return max(1, size[0] * side // longest), max(1, size[1] * side // longest)


def described(order: Order, seed: int) -> dict[str, Any]:
    """How the picture was made; nothing about who asked."""
    made: dict[str, Any] = {"model": MODEL, "seed": seed, "prompt": order.prompt}
    if order.parent_seed is not None:
        made |= {"parent_seed": order.parent_seed}
    if order.parent_seed is not None or order.picture is not None:
        made |= {"strength": order.strength}
    return made


def save(picture: Image.Image, path: Path, metadata: Mapping[str, Any]) -> None:
    """Write a PNG fast, with how it was made in its text chunks."""
    text = PngInfo()
    text.add_text("Software", "Tessera painter (no GPU)")
    for name, value in metadata.items():
        text.add_itxt(name, str(value).encode("utf-8", "replace").decode().replace("\x00", ""))
    picture.save(path, pnginfo=text, compress_level=1)
