"""What a workflow has made, fetched from its server, as files of the task."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from PIL import Image

from workers.disk import is_full
from workers.engines.comfyui.client import Comfy
from workers.engines.protocol import Broken, Made, Task
from workers.media import xmp
from workers.media.png_text import described
from workers.media.tags import tags

KINDS = {  # by the end of the name: what it is, and the artifact's format
    ".png": ("image", "png"),
    ".jpg": ("image", "jpg"),
    ".jpeg": ("image", "jpg"),
    ".webp": ("image", "webp"),
    ".mp4": ("video", "mp4"),
    ".mp3": ("audio", "mp3"),
    ".ogg": ("audio", "ogg"),
    ".opus": ("audio", "ogg"),
    ".flac": ("audio", "flac"),
    ".wav": ("audio", "wav"),
}
MOVING = (".webm", ".mkv", ".mov", ".avi", ".gif", ".webp")  # films that not everything plays: kept as they are
ARTIST = "Tessera comfyui"
KEPT_SOUND = ("mp3", "ogg")  # others are too large to send


@dataclass(frozen=True, slots=True)
class Output:
    """A file on the server: saved, or only shown there (`temp`)."""

    filename: str
    subfolder: str
    type: str

    @property
    def ending(self) -> str:
        return PurePosixPath(self.filename).suffix.lower()

    @property
    def kind(self) -> str:
        return KINDS.get(self.ending, ("", ""))[0]

    @property
    def where(self) -> dict[str, str]:
        return {"filename": self.filename, "subfolder": self.subfolder, "type": self.type}


def outputs(entry: Mapping[str, Any], capability: str) -> list[Output]:
    """The files of this kind in an entry of the history: those that were saved; if none was, those that were shown.
    Where there is no film as it should be, what else moves may be one."""
    every = list(every_output(entry))
    found = [output for output in every if output.kind == capability]
    if capability == "video" and not found:
        found = [output for output in every if output.ending in MOVING]
    return [output for output in found if output.type == "output"] or found


def every_output(entry: Mapping[str, Any]) -> Iterator[Output]:
    """Nodes name their files under words of their own: images, gifs, audio."""
    nodes = entry.get("outputs")
    for made in nodes.values() if isinstance(nodes, Mapping) else ():
        for items in made.values() if isinstance(made, Mapping) else ():
            for item in items if isinstance(items, list) else ():
                if isinstance(item, Mapping) and isinstance(item.get("filename"), str):
                    yield Output(item["filename"], str(item.get("subfolder") or ""), str(item.get("type") or "output"))


async def fetched(comfy: Comfy, output: Output, task: Task, number: int, metadata: Mapping[str, Any]) -> Made:
    """One file of the task's folder."""
    raw = task.folder / f"{number}.fetched{output.ending}"
    if not await comfy.fetch(output.where, raw):
        raise Broken("the server has not got the file any more that it says it made")
    try:
        return finished(raw, output.ending, task, number, dict(metadata))
    finally:
        raw.unlink(missing_ok=True)


def finished(raw: Path, ending: str, task: Task, number: int, metadata: dict[str, Any]) -> Made:
    """The file as an artifact: what the server wrote beside its content, the whole workflow, does not leave with it."""
    try:
        if task.capability == "video" and ending in MOVING:
            return video(raw, task.folder / f"{number}{ending}", metadata)
        kind, form = KINDS[ending]
        match kind:
            case "image":
                return picture(raw, task.folder / f"{number}.{form}", form, metadata)
            case "video":
                return video(raw, task.folder / f"{number}.{form}", metadata)
            case _:
                return sound(raw, form, task, number, metadata)
    except (ValueError, OSError) as error:
        if is_full(error):
            raise
        raise Broken(f"the server's file cannot be read ({type(error).__name__})") from None


def picture(raw: Path, to: Path, form: str, metadata: dict[str, Any]) -> Made:
    with Image.open(raw) as opened:
        opened.load()
        look = opened.copy()
    content = raw.read_bytes()
    match form:
        case "png":
            content = described(content, metadata)
        case "jpg":
            content = xmp.in_jpeg(content, metadata)
        case _:
            content = xmp.in_webp(content, look.size, metadata)
    to.write_bytes(content)
    return Made(to, "image", form, look.width, look.height, metadata=metadata, look=look)


def video(raw: Path, to: Path, metadata: dict[str, Any]) -> Made:
    """The server's pictures and sounds, byte for byte; where not everything plays them it is said in the metadata, and
    there will be a rendition beside it."""
    from workers.media import moving, reading

    form = to.suffix.removeprefix(".")
    if form in moving.DRAWN:
        moving.described(raw, to, metadata)
        shown = moving.film(to)
    else:
        reading.remux(raw, to, form, tags(metadata, ARTIST))
        shown = reading.film(to)
    return Made(
        to,
        "video",
        form,
        shown.width,
        shown.height,
        duration_seconds=shown.seconds,
        metadata=metadata if shown.plays else metadata | {"plays": False},
        look=shown.poster,
    )


def sound(raw: Path, form: str, task: Task, number: int, metadata: dict[str, Any]) -> Made:
    from workers.media import reading
    from workers.media.sound_file import write_sound
    from workers.media.waveform import waveform

    heard, rate = reading.sound(raw)
    wanted = str(task.params.get("format") or (form if form in KEPT_SOUND else "ogg"))
    to = task.folder / f"{number}.{wanted}"
    if wanted == form:
        reading.remux(raw, to, form, tags(metadata, ARTIST))
    else:
        write_sound(to, heard, rate, wanted, tags(metadata, ARTIST))
    seconds = round(heard.shape[1] / rate, 2)
    return Made(to, "audio", wanted, duration_seconds=seconds, metadata=metadata, look=waveform(heard, rate))
