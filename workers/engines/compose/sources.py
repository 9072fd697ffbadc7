"""The files of a film as ffmpeg takes them: told by their content, each with the options it is read by."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import av
from PIL import Image, ImageOps, UnidentifiedImageError

from workers.engines.compose.model import Clip, Film, Music, Order, file_of
from workers.engines.compose.running import ONLY_FILES
from workers.engines.protocol import BadRequest, Task

HEADS = {  # how files begin, and who reads them: nobody is left to guess, or to follow what a playlist names
    re.compile(rb".{4}ftyp", re.DOTALL): "mov",
    re.compile(rb"OggS"): "ogg",
    re.compile(rb"ID3|\xff[\xe2-\xff]"): "mp3",
    re.compile(rb"\x1a\x45\xdf\xa3"): "matroska",
}
FORMATS = ("PNG", "JPEG", "WEBP")
ONE_THREAD = ("-threads", "1")  # of a decoder: many are open at once, and each thread holds frames
GROUND = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was looked at. `demuxer`: how ffmpeg is told to read it, whatever it is called."""

    file: Path
    demuxer: str
    kind: Literal["video", "sound", "still"]
    sounds: bool

    def options(self, from_seconds: float = 0.0, seconds: float | None = None, *, again: bool = False) -> list[str]:
        """As an input, from a moment, for so long; `again`: from its start when it ends."""
        cut = [
            *(["-ss", f"{from_seconds:.4f}"] if from_seconds else []),
            *(["-t", f"{seconds:.4f}"] if seconds else []),
        ]
        loop = ["-stream_loop", "-1"] if again else []
        return [*ONLY_FILES, *ONE_THREAD, *loop, "-f", self.demuxer, *cut, "-i", self.file.name]


def sources_of(order: Order, task: Task, looked: Callable[[float], None]) -> list[Source]:
    """One for each clip, in order; pictures are made anew in the film's size, each once. Raises BadRequest; `looked`
    hears after each clip how far it is, and may raise."""
    clips: Sequence[Clip] = order.film.clips
    known: dict[str, Source] = {}
    for number, clip in enumerate(clips):
        if clip.id not in known:
            known[clip.id] = source_of(number, clip, order, task)
        looked((number + 1) / len(clips))
    return [known[clip.id] for clip in clips]


def source_of(number: int, clip: Clip, order: Order, task: Task) -> Source:
    file = file_of(task, clip.id)
    still = task.folder / f"still{number}.png"
    if fitted(file, still, order.size, order.film.fit):
        return Source(still, "image2", "still", sounds=False)
    source = opened(file, f"clip {number + 1}")
    if source.kind != "video":
        raise BadRequest("clip_unfit", f"clip {number + 1} is neither a video nor a picture")
    return source


def music_of(music: Music, task: Task) -> Source:
    source = opened(file_of(task, music.id), "the music")
    if not source.sounds:
        raise BadRequest("music_unfit", "there is no sound in the music")
    return source


def opened(file: Path, name: str) -> Source:
    """A video or a sound."""
    with file.open("rb") as content:
        head = content.read(16)
    demuxer = next((reader for pattern, reader in HEADS.items() if pattern.match(head)), None)
    if demuxer is None:
        raise BadRequest("clip_unreadable", f"{name} is of a kind that cannot be read")
    try:
        with av.open(str(file), format=demuxer, options={"protocol_whitelist": "file"}) as container:
            pictures, sounds = bool(container.streams.video), bool(container.streams.audio)
    except (av.FFmpegError, OSError):
        raise BadRequest("clip_unreadable", f"{name} cannot be read") from None
    if not (pictures or sounds):
        raise BadRequest("clip_unreadable", f"{name} is of a kind that cannot be read")
    return Source(file, demuxer, "video" if pictures else "sound", sounds)


def fitted(file: Path, to: Path, size: tuple[int, int], fit: str) -> bool:
    """Write a picture in the film's size; False where it is none."""
    try:
        with Image.open(file, formats=FORMATS) as picture:
            ground = Image.new("RGBA", picture.size, GROUND)
            flat = Image.alpha_composite(ground, picture.convert("RGBA")).convert("RGB")
    except UnidentifiedImageError:
        return False
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise BadRequest("clip_unreadable", "a picture cannot be read") from None
    way = ImageOps.fit if fit == "cover" else ImageOps.pad
    way(flat, size, Image.Resampling.LANCZOS).save(to, compress_level=1)
    return True


def sounding(film: Film, sources: Sequence[Source]) -> list[bool]:
    """Which clips have sound that is wanted."""
    return [source.sounds and not clip.muted for clip, source in zip(film.clips, sources, strict=True)]
