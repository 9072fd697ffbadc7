"""What ffmpeg is told to write: the film, and where it is larger than a screen a smaller one of the same frames."""

import platform

from workers.engines.compose.graph import RATE
from workers.engines.compose.hls import PIECE_SECONDS
from workers.engines.compose.model import Order
from workers.media import screen

MODEL = "compose"
FILM, WEB, PLAYLIST = "film.mp4", "film.web.mp4", "film.m3u8"
X264 = "scenecut=0"  # a piece begins where it should
if platform.machine() in ("x86_64", "AMD64"):
    X264 += ":asm=SSE4.2"  # as in workers/media/film_file.py
EXACT = ("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact")
ENCODER = ("-c:v", "libx264", "-preset", "veryfast", "-x264-params", X264)
PICTURES = (*ENCODER, "-crf", "20", "-threads", "2")
COLOURS = ("-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709")
SOUND = ("-c:a", "aac", "-b:a", "160k", "-ar", str(RATE))
ONE_FILE = ("-f", "hls", "-hls_segment_type", "fmp4", "-hls_playlist_type", "vod", "-hls_flags", "single_file")
AT_ONCE = ("-movflags", "+faststart", "-f", "mp4")  # it plays before all of it has come


def outputs(order: Order, *, sounds: bool) -> list[str]:
    """Of [film], and [sound] where it `sounds`; of [web] and [heard] likewise."""
    said = ["-map_metadata", "-1", "-map_chapters", "-1"]
    said += [part for name, value in tags_of(order).items() for part in ("-metadata", f"{name}={value}")]
    rest = [*COLOURS, "-g", str(PIECE_SECONDS * order.film.fps)]  # frames from one that stands alone to the next
    heard, again = (["-map", f"[{name}]", *SOUND] if sounds else [] for name in ("sound", "heard"))
    arguments = ["-map", "[film]", *PICTURES, *rest, *heard, *said, *EXACT, *file(order)]
    if web_size(order):
        arguments += ["-map", "[web]", *for_screens(order), *rest, *again, *said, *EXACT, *AT_ONCE, WEB]
    return arguments


def web_size(order: Order) -> tuple[int, int] | None:
    return screen.size_of(order.size, size_bytes=0)


def for_screens(order: Order) -> list[str]:
    bits = str(screen.most_bits(order.seconds))
    options = {**screen.X264, "threads": "1", "maxrate": bits, "bufsize": bits}
    return [*ENCODER, *(part for name, value in options.items() for part in (f"-{name}:v", value))]


def file(order: Order) -> list[str]:
    if order.format == "hls":
        return [*ONE_FILE, "-hls_time", str(PIECE_SECONDS), "-hls_segment_filename", FILM, PLAYLIST]
    return [*AT_ONCE, FILM]


def facts(order: Order) -> dict[str, int | float]:
    """How it was made; what the words were is the person's."""
    return {
        "clips": len(order.film.clips),
        "texts": len(order.film.texts),
        "fps": order.film.fps,
        "fade_seconds": order.film.fade_seconds,
    }


def tags_of(order: Order) -> dict[str, str]:
    said = "; ".join(f"{name} {value}" for name, value in {"model": MODEL, "seed": order.seed, **facts(order)}.items())
    title = " ".join(order.prompt.split())[:200]
    return {"title": title, "artist": "Tessera compose (ffmpeg)", "comment": said}
