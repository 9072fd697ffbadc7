"""Films cut from clips: what a request may say of one, and what it means once the clips are known. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from scheduler.errors import Code, Fact, Refusal

COMPOSE = "compose"  # the model that makes them, and makes nothing else

MOST_CLIPS = 20
MOST_TEXTS = 20
LONGEST_WORDS = 200  # characters of one text
LONGEST_CLIP = 120.0  # seconds
SHORTEST_CLIP = 0.2
LONGEST_FADE = 5.0
MOST_PIXELS = MOST_CLIPS * 1920 * 1080  # of all clips together, in the film's size: each takes memory all the while
ROUNDED = 0.05  # seconds that a video may be shorter than its row says


class Font(StrEnum):
    SANS = "sans"
    SANS_BOLD = "sans-bold"
    SERIF = "serif"
    SERIF_BOLD = "serif-bold"


class Position(StrEnum):
    TOP_LEFT = "top-left"
    TOP = "top"
    TOP_RIGHT = "top-right"
    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"
    BOTTOM_LEFT = "bottom-left"
    BOTTOM = "bottom"
    BOTTOM_RIGHT = "bottom-right"


class Fit(StrEnum):
    """What becomes of a clip of another shape."""

    COVER = "cover"  # it fills the film, and is cut
    CONTAIN = "contain"  # all of it is seen, between bars


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Clip(Part):
    """A stretch of one of the caller's own videos, or one of their pictures for some time."""

    id: UUID  # of a finished video or picture, or of an upload
    from_seconds: float = Field(0.0, ge=0, le=10_000)  # where the stretch begins in a video
    # how long it is; of a video the rest without it, of a picture it must be said
    seconds: float | None = Field(None, ge=SHORTEST_CLIP, le=LONGEST_CLIP)
    muted: bool = False  # without the video's own sound


class Text(Part):
    """Words over the film."""

    words: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=1, max_length=LONGEST_WORDS, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f]+$"
        ),
    ]
    font: Font = Font.SANS_BOLD
    size: int | None = Field(None, ge=8, le=500)  # pixels; by the film without it; smaller where the words do not fit
    colour: str = Field("#ffffff", pattern="^#([0-9a-fA-F]{6}|[0-9a-fA-F]{8})$")  # the last two of eight: how opaque
    position: Position = Position.BOTTOM
    from_seconds: float = Field(0.0, ge=0, le=10_000)
    until_seconds: float | None = Field(None, gt=0, le=10_000)  # the end of the film without it


class Music(Part):
    """One of the caller's own finished sounds under the film, from its start again when it ends. The whole film is
    then made as loud as music is (-16 LUFS)."""

    id: UUID
    gain_db: float = Field(-12.0, ge=-40, le=12)  # beside the clips' own sound
    from_seconds: float = Field(0.0, ge=0, le=10_000)
    fade_in_seconds: float = Field(0.0, ge=0, le=30)
    fade_out_seconds: float = Field(2.0, ge=0, le=30)


class Film(Part):
    """Clips in order, each fading into the next."""

    clips: list[Clip] = Field(min_length=1, max_length=MOST_CLIPS)
    fade_seconds: float = Field(0.5, ge=0, le=LONGEST_FADE)  # 0: one straight after the other
    texts: list[Text] = Field([], max_length=MOST_TEXTS)
    music: Music | None = None
    fps: int = Field(24, ge=12, le=30)
    fit: Fit = Fit.COVER

    def names(self) -> set[UUID]:
        """Of everything it is made of."""
        return {clip.id for clip in self.clips} | ({self.music.id} if self.music else set())


@dataclass(frozen=True, slots=True)
class Material:
    """An upload or a finished file of the caller; `path` is below the artifact store."""

    id: UUID
    type: str  # image, video, audio, text
    path: str
    width: int | None
    height: int | None
    seconds: float | None
    expired: bool


@dataclass(frozen=True, slots=True)
class Cut:
    """A film whose clips are known: each says how long it is."""

    film: Film
    width: int  # of its first clip
    height: int
    seconds: float
    paths: Mapping[UUID, str]

    def shaping(self, width: int | None, height: int | None) -> dict[str, Any]:
        """What a request for it becomes; without a size of its own it has that of its first clip."""
        own = {} if width or height else {"width": self.width, "height": self.height}
        return {"model": COMPOSE, "seconds": self.seconds, **own}

    def too_heavy(self, width: int | None, height: int | None) -> Refusal | None:
        """Of a request with that size, or without one."""
        size = (width or height or self.width, height or width or self.height)
        most = max(1, MOST_PIXELS // (size[0] * size[1]))
        if len(self.film.clips) <= most:
            return None
        fault = wrong("clips", f"are too many for {size[0]} × {size[1]} pixels: at most {most} of this size")
        return Refusal(Code.INVALID_REQUEST, {"errors": [fault]})

    def params(self) -> dict[str, Any]:
        """As the worker is told."""
        inputs = {str(given): path for given, path in self.paths.items()}
        return {"film": self.film.model_dump(mode="json", exclude_none=True), "inputs": inputs}


def cut(film: Film, found: Mapping[UUID, Material]) -> Cut | Refusal:
    """The film with what was found, or why it cannot be made."""
    if refusal := missing(film, found):
        return refusal
    clips = [known(clip, found[clip.id]) for clip in film.clips]
    length = sum(clip.seconds or 0.0 for clip in clips) - film.fade_seconds * (len(clips) - 1)
    if wrongs := list(faults(film, found, clips, length)):
        return Refusal(Code.INVALID_REQUEST, {"errors": [dict(wrong) for wrong in wrongs]})
    first = found[clips[0].id]
    whole = film.model_copy(update={"clips": clips})
    paths = {name: found[name].path for name in sorted(film.names())}
    return Cut(whole, first.width or 1, first.height or 1, round(length, 3), paths)


def missing(film: Film, found: Mapping[UUID, Material]) -> Refusal | None:
    """What is not the caller's, or not there any more, by its place in the request."""
    named = [(f"clip {number}", clip.id) for number, clip in enumerate(film.clips, start=1)]
    for what, given in [*named, *([("music", film.music.id)] if film.music else [])]:
        facts: dict[str, Fact] = {"what": what, "id": str(given)}
        if given not in found:
            return Refusal(Code.NOT_FOUND, facts)
        if found[given].expired:
            return Refusal(Code.GONE, facts)
    return None


def known(clip: Clip, material: Material) -> Clip:
    """The same clip; the rest of its video where it does not say how long it is."""
    if clip.seconds is not None or material.type != "video" or material.seconds is None:
        return clip
    return clip.model_copy(update={"seconds": round(max(0.0, material.seconds - clip.from_seconds), 3)})


Wrong = dict[str, object]


def faults(film: Film, found: Mapping[UUID, Material], clips: list[Clip], length: float) -> Iterator[Wrong]:
    """Everything that is wrong, in the order of the request."""
    for number, clip in enumerate(clips):
        if fault := clip_fault(clip, found[clip.id]) or fade_fault(number, clip, film):
            yield wrong(f"clips.{number}", fault)
    for number, text in enumerate(film.texts):
        if text.from_seconds >= length > 0:
            yield wrong(f"texts.{number}.from_seconds", f"is after the end of the film, which is {length:.2f} s long")
        elif text.until_seconds is not None and text.until_seconds <= text.from_seconds:
            yield wrong(f"texts.{number}.until_seconds", "must be after from_seconds")
    if film.music and (fault := music_fault(film.music, found[film.music.id])):
        yield wrong("music", fault)


def clip_fault(clip: Clip, material: Material) -> str | None:
    if material.type == "image":
        return "is a picture: say for how many seconds it is shown" if clip.seconds is None else None
    if material.type != "video":
        return f"must be a video or a picture; this is {an(material.type)}"
    if material.seconds is None or clip.seconds is None:
        return "cannot be used: how long this video is, is not known"
    if clip.seconds < SHORTEST_CLIP or clip.from_seconds + clip.seconds > material.seconds + ROUNDED:
        return f"goes beyond the end of this video, which is {material.seconds:.2f} s long"
    return f"is longer than {LONGEST_CLIP:.0f} s" if clip.seconds > LONGEST_CLIP else None


def fade_fault(number: int, clip: Clip, film: Film) -> str | None:
    """Fades do not overlap each other."""
    fades = (number > 0) + (number < len(film.clips) - 1)
    if clip.seconds is None or clip.seconds >= fades * film.fade_seconds:
        return None
    return f"is {clip.seconds:g} s long, too short for {fades} fades of {film.fade_seconds:g} s"


def music_fault(music: Music, material: Material) -> str | None:
    if material.type != "audio":
        return f"must be a sound; this is {an(material.type)}"
    if material.seconds is not None and music.from_seconds >= material.seconds:
        return f"begins after the end of this sound, which is {material.seconds:.2f} s long"
    return None


def an(kind: str) -> str:
    return {"image": "a picture", "video": "a video", "audio": "a sound"}.get(kind, "a text")


def wrong(where: str, what: str) -> Wrong:
    return {"loc": f"request.film.{where}", "msg": what}
