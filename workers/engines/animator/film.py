"""One film, from its order to the file."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from workers.engines.animator.filming import ROOM, frame
from workers.engines.animator.given import by_night, look_at
from workers.engines.animator.moves import Move, darkness, move_in, night_falls, view
from workers.engines.animator.scenery import INDOORS, Layer, at_night, paint_layers
from workers.engines.painter.dice import Dice
from workers.engines.painter.words import Scene, read
from workers.engines.protocol import Made, Progress
from workers.media.tags import tags
from workers.media.video_file import write_film
from workers.variants import Variants, begun_of

if TYPE_CHECKING:
    from workers.engines.animator.engine import Order

RATE = 24  # frames a second
PAINTED = 0.25  # of the work
AT_ONCE = 8  # frames in the making
POSTER = 0.4  # where in the film its picture is taken
PREVIEW_FRAMES = 6


class Film:
    """A given picture, or layers by day and by night; and how the camera moves."""

    def __init__(self, order: "Order", progress: Progress) -> None:
        self.order = order
        self.size = (order.width, order.height)
        self.count = max(2, round(order.seconds * RATE))
        self.scene = read(order.prompt)
        dice = Dice(self.scene.key, order.seed)
        own = dice.fork("film")
        self.move: Move = move_in(order.prompt, own)
        outdoors = order.picture is None and self.scene.place not in INDOORS
        self.nightfall = night_falls(order.prompt, self.scene.light, outdoors, own)
        room = (round(order.width * ROOM), round(order.height * ROOM))
        self.given = order.picture and look_at(order.picture, room, nightfall=self.nightfall)
        self.day, self.night = ([], []) if self.given else self.painted(room, dice, progress, outdoors=outdoors)
        self.poster: Image.Image | None = None
        self.beside: Future[Variants] | None = None

    def painted(
        self, room: tuple[int, int], dice: Dice, progress: Progress, *, outdoors: bool
    ) -> tuple[list[Layer], list[Layer]]:
        """By day and, where night falls, by night: under another sky, or as it looks where there is none."""
        if not self.nightfall:
            day = paint_layers(self.scene, room, dice, lambda done, preview: progress(done * PAINTED, preview))
            return day, day
        half = PAINTED / 2
        day = paint_layers(daylit(self.scene), room, dice, lambda done, preview: progress(done * half, preview))
        if not outdoors:
            return day, [replace(layer, picture=by_night(layer.picture)) for layer in day]
        night = at_night(self.scene)
        return day, paint_layers(night, room, dice, lambda done, preview: progress(half + done * half, preview))

    def picture(self, number: int) -> Image.Image:
        """One frame."""
        part = number / (self.count - 1)
        camera = view(self.move, part)
        dark = darkness(part) if self.nightfall else 0.0
        if self.given:
            return self.given.seen(camera, dark, self.size)
        if dark <= 0 or dark >= 1:
            return frame(self.night if dark else self.day, camera, self.size)
        return Image.blend(frame(self.day, camera, self.size), frame(self.night, camera, self.size), dark)

    def frames(self, progress: Progress) -> Iterator[Image.Image]:
        """In order, made by two threads ahead of whoever writes them."""
        with ThreadPoolExecutor(2, "film") as crew:
            coming = [crew.submit(self.picture, number) for number in range(min(AT_ONCE, self.count))]
            try:
                for number in range(self.count):
                    image = coming.pop(0).result()
                    if number + AT_ONCE < self.count:
                        coming.append(crew.submit(self.picture, number + AT_ONCE))
                    if number == int(self.count * POSTER):
                        self.poster, self.beside = image, begun_of(image)
                    preview = image if number % PREVIEW_FRAMES == 0 else None
                    progress(PAINTED + (1 - PAINTED) * number / self.count, preview)
                    yield image
            finally:
                for one in coming:
                    one.cancel()


def shoot(order: "Order", model: str, path: Path, progress: Progress) -> Made:
    """Reports while it paints and with each frame."""
    progress(0.0, None)
    film = Film(order, progress)
    metadata: dict[str, Any] = {"model": model, "seed": order.seed, "prompt": order.prompt, "move": film.move.name}
    if film.nightfall:
        metadata["light"] = "day to night"
    seconds, said = film.count / RATE, tags(metadata, "Tessera animator (no GPU)")
    web = write_film(path, film.frames(progress), film.size, RATE, said, seconds)
    progress(1.0, None)
    return Made(
        path,
        "video",
        "mp4",
        *film.size,
        duration_seconds=seconds,
        metadata=metadata,
        look=film.poster,
        beside=film.beside,
        web=web,
    )


def daylit(scene: Scene) -> Scene:
    """A scene that begins before the night it ends in."""
    return replace(scene, light="sunset") if scene.light == "night" else scene
