"""A film once more for screens: at most 1080p, and light enough for every chat; a sound that players know stays."""

from collections.abc import Callable, Mapping
from pathlib import Path

import av
from av.container import OutputContainer
from av.video.frame import PictureType
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream

from workers.disk import is_full
from workers.media.film_file import BT709, OPTIONS, at_most
from workers.media.reading import FAST, Unreadable
from workers.media.screen import X264, most_bits
from workers.media.soundtrack import Soundtrack

__all__ = ["Unreadable", "smaller"]


def smaller(path: Path, to: Path, size: tuple[int, int], seconds: float, step: Callable[[float], None]) -> None:
    """Write it; `step` is called before each frame with the part that is done, and may raise. Raises Unreadable."""
    options = OPTIONS | X264 | at_most(most_bits(seconds))
    try:
        with (
            av.open(str(path)) as source,
            av.open(str(to), "w", format="mp4", options=FAST) as target,
        ):
            target.metadata.update(source.metadata)
            film, sounds = source.streams.video[0], source.streams.audio[:1]
            film.thread_type = "AUTO"  # read ahead by other threads
            heard = [Soundtrack(sound, target) for sound in sounds]
            drawn = like(film, target, size, options)
            for packet in source.demux([film, *sounds]):
                if packet.stream.index == film.index:
                    for frame in film.decode(packet):
                        step(min((frame.time or 0.0) / seconds, 1.0))
                        target.mux(drawn.encode(fitting(frame, size)))
                else:
                    heard[0].take(packet)
            target.mux(drawn.encode(None))
            for sound in heard:
                sound.end()
    except (av.FFmpegError, IndexError) as error:
        if is_full(error):
            raise
        raise Unreadable(type(error).__name__) from None


def like(film: VideoStream, target: OutputContainer, size: tuple[int, int], options: Mapping[str, str]) -> VideoStream:
    """A stream of the same pace and colours."""
    stream = target.add_stream("libx264", rate=film.average_rate, options=dict(options))
    stream.width, stream.height, stream.pix_fmt, stream.time_base = *size, "yuv420p", film.time_base
    colours = stream.codec_context
    if film.codec_context.format and film.codec_context.format.is_rgb:
        colours.colorspace = colours.color_primaries = colours.color_trc = BT709
        colours.color_range = ColorRange.MPEG
        return stream
    for name in ("colorspace", "color_primaries", "color_trc", "color_range"):
        setattr(colours, name, getattr(film.codec_context, name))
    return stream


def fitting(frame: av.VideoFrame, size: tuple[int, int]) -> av.VideoFrame:
    if frame.format.is_rgb:
        smaller_one = frame.reformat(
            *size, format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
        )
    else:
        smaller_one = frame.reformat(*size, format="yuv420p")
    smaller_one.pict_type = PictureType.NONE  # x264 chooses
    return smaller_one
