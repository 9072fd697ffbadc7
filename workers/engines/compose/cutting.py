"""One film, from its order to the file: the sound first, mixed and measured, then the pictures with it."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workers.engines.compose import graph
from workers.engines.compose.hls import pieces
from workers.engines.compose.lettering import lettering
from workers.engines.compose.model import Order
from workers.engines.compose.outputs import EXACT, FILM, MODEL, PLAYLIST, WEB, facts, outputs, web_size
from workers.engines.compose.running import ONLY_FILES, run
from workers.engines.compose.sources import Source, music_of, sounding, sources_of
from workers.engines.protocol import Broken, Made, Progress, Task
from workers.media.reading import Unreadable, film

MIX = "mix.wav"
LOOKED, MIXED = 0.05, 0.15  # of the work, when the files are looked at and when the sound is there


def cut(program: Path, order: Order, task: Task, progress: Progress) -> Made:
    """Reports each tenth of a second, and stops at once when a report raises."""
    progress(0.0, None)
    sources = sources_of(order, task, lambda part: progress(LOOKED * part, None))
    loudness = mix(program, order, sources, task, progress)
    progress(MIXED, None)
    file = task.folder / FILM
    run(program, film_arguments(order, sources, task, loudness), task.folder, stepping(order, progress, MIXED, 1.0))
    try:
        seen = film(file)
    except Unreadable:
        raise Broken("the film that was made cannot be read") from None
    metadata: dict[str, Any] = {"model": MODEL, "seed": order.seed, "prompt": order.prompt, **facts(order)}
    if order.format == "hls":
        metadata["hls"] = pieces((task.folder / PLAYLIST).read_text())
    return Made(
        file,
        "video",
        "mp4",
        *order.size,
        duration_seconds=round(order.seconds, 2),
        metadata=metadata,
        look=seen.poster,
        web=task.folder / WEB if web_size(order) else None,
    )


def mix(program: Path, order: Order, sources: list[Source], task: Task, progress: Progress) -> graph.Loudness | None:
    """Write the sound of the film, and measure it; None where there is none."""
    wanted = sounding(order.film, sources)
    arguments: list[str] = []
    numbers: list[int | None] = []
    for clip, source, sounds in zip(order.film.clips, sources, wanted, strict=True):
        numbers.append(sum(number is not None for number in numbers) if sounds else None)
        if sounds:
            arguments += ["-vn", *source.options(clip.from_seconds, clip.seconds)]
    inputs, music = sum(wanted), None
    if order.film.music is not None:
        music = inputs
        source = music_of(order.film.music, task)
        arguments += ["-vn", *source.options(order.film.music.from_seconds, again=True)]
    elif not inputs:
        return None
    how = ["-filter_complex", graph.sounds(order.film, numbers, music)]
    mixed = ["-map", "[mix]", "-ar", str(graph.RATE), "-c:a", "pcm_f32le", *EXACT, MIX]
    measured = ["-map", "[heard]", "-ar", str(graph.RATE), "-f", "null", "-"]
    said = run(program, [*arguments, *how, *mixed, *measured], task.folder, stepping(order, progress, LOOKED, MIXED))
    return heard(said)


def heard(said: str) -> graph.Loudness:
    """What loudnorm measured: the last thing in braces that ffmpeg said. Of silence it says -inf."""
    begin, end = said.rfind("{"), said.rfind("}")
    try:
        found = json.loads(said[begin : end + 1])
        values = [float(found[f"input_{name}"]) for name in ("i", "tp", "lra", "thresh")]
        offset = float(found["target_offset"])
    except (ValueError, KeyError):
        raise Broken("the loudness could not be measured") from None
    integrated, peak, span, threshold, offset = (bounded(value) for value in (*values, offset))
    return graph.Loudness(min(integrated, 0.0), peak, max(span, 0.0), min(threshold, 0.0), offset)


def bounded(value: float) -> float:
    return min(max(value, -99.0), 99.0) if math.isfinite(value) else -99.0


def film_arguments(order: Order, sources: list[Source], task: Task, loudness: graph.Loudness | None) -> list[str]:
    """Everything ffmpeg is told for the film itself."""
    arguments: list[str] = []
    for clip, source in zip(order.film.clips, sources, strict=True):
        moving = source.kind == "video"
        arguments += source.options(clip.from_seconds, clip.seconds) if moving else source.options()
    overlays = []
    for number, text in enumerate(order.film.texts):
        words = lettering(text, order.size)
        source = Source(task.folder / f"text{number}.png", "image2", "still", sounds=False)
        words.picture.save(source.file, compress_level=1)
        arguments += source.options()
        until = order.seconds if text.until_seconds is None else text.until_seconds
        overlays.append(graph.Overlay(len(sources) + number, words.x, words.y, text.from_seconds, until))
    smaller = web_size(order)
    graphs = [graph.pictures(order.film, order.size, overlays, smaller)]
    if loudness is not None:
        arguments += [*ONLY_FILES, "-f", "wav", "-i", MIX]
        graphs.append(graph.levelled(len(sources) + len(overlays), loudness, twice=smaller is not None))
    return [*arguments, "-filter_complex", ";".join(graphs), *outputs(order, sounds=loudness is not None)]


def stepping(order: Order, progress: Progress, begin: float, end: float) -> Callable[[int], None]:
    """Frames that are done, as a part of the whole work."""
    return lambda frames: progress(begin + (end - begin) * min(1.0, frames / order.film.all_frames), None)
