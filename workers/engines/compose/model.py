"""What a film is made of, as the scheduler has resolved it: the part of a task's params that tells it."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workers.engines.protocol import BadRequest, Task

MAX_SIDE = 2048
MOST_SECONDS = 600.0  # the catalogue says how long a film may be; this is how long one could be made at all
Seconds = Annotated[float, Field(ge=0, le=MOST_SECONDS)]
Side = Annotated[int, Field(ge=64, le=MAX_SIDE, multiple_of=2)]  # even, as H.264 wants it
Position = Literal["top-left", "top", "top-right", "left", "centre", "right", "bottom-left", "bottom", "bottom-right"]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Clip(Part):
    """A stretch of a video, or a picture for some time."""

    id: str
    from_seconds: Seconds = 0.0
    seconds: Annotated[Seconds, Field(gt=0)]
    muted: bool = False


class Text(Part):
    words: str
    font: str = "sans-bold"
    size: Annotated[int, Field(ge=4, le=MAX_SIDE)] | None = None  # pixels
    colour: Annotated[str, Field(pattern="^#([0-9a-fA-F]{2}){3,4}$")] = "#ffffff"
    position: Position = "bottom"
    from_seconds: Seconds = 0.0
    until_seconds: Seconds | None = None  # None: the end


class Music(Part):
    id: str
    gain_db: Annotated[float, Field(ge=-60, le=20)] = -12.0
    from_seconds: Seconds = 0.0
    fade_in_seconds: Seconds = 0.0
    fade_out_seconds: Seconds = 0.0


class Film(Part):
    clips: Annotated[tuple[Clip, ...], Field(min_length=1)]
    fade_seconds: Seconds = 0.0
    texts: tuple[Text, ...] = ()
    music: Music | None = None
    fps: Annotated[int, Field(ge=1, le=60)] = 24
    fit: Literal["cover", "contain"] = "cover"

    @property
    def fade_frames(self) -> int:
        return round(self.fade_seconds * self.fps) if len(self.clips) > 1 else 0

    def frames(self, clip: Clip) -> int:
        """Of a clip; each has more than its fades take."""
        return max(round(clip.seconds * self.fps), 2 * self.fade_frames, 1)

    @property
    def all_frames(self) -> int:
        return sum(map(self.frames, self.clips)) - self.fade_frames * (len(self.clips) - 1)


class Order(Part):
    """A whole task, checked."""

    film: Film
    width: Side
    height: Side
    prompt: str = ""
    seed: int = 0
    format: Literal["mp4", "hls"] = "mp4"

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height

    @property
    def seconds(self) -> float:
        return self.film.all_frames / self.film.fps


def order_of(task: Task) -> Order:
    """The order in a task, or BadRequest."""
    params: dict[str, Any] = dict(task.params)
    if not params.get("film"):
        raise BadRequest("film_missing", "a film is cut from clips, and the request names none")
    try:
        return Order.model_validate(params)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, wrong["loc"]))
        raise BadRequest("film_unfit", f"{where}: {wrong['msg']}") from None


def file_of(task: Task, given: str) -> Path:
    """The file of a clip or of the music, where the worker has put it."""
    try:
        return task.inputs[given]
    except KeyError:
        raise BadRequest("clip_missing", "a clip of this film was not given") from None
