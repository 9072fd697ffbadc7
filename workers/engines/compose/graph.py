"""What ffmpeg is told to do with its inputs, as filter graphs: pure, and made of numbers and words of ours alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from workers.engines.compose.model import Film, Music

RATE = 48_000  # samples a second
LOUDNORM = "loudnorm=I=-16:TP=-1.5:LRA=11"  # as loud as the composer's music (EBU R128)
SCALE = "bicubic+accurate_rnd+bitexact"  # the same bytes again
BT709 = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
TO_BT709 = f"out_color_matrix=bt709:out_range=tv:flags={SCALE}"

Size = tuple[int, int]  # pixels, across and down


@dataclass(frozen=True, slots=True)
class Overlay:
    """A picture of words in a corner, from one moment to another; `source` is the number of its input."""

    source: int
    x: int
    y: int
    from_seconds: float
    until_seconds: float


@dataclass(frozen=True, slots=True)
class Loudness:
    """What loudnorm measured, for its second pass."""

    integrated: float
    peak: float
    span: float
    threshold: float
    offset: float


def pictures(film: Film, size: Size, overlays: Sequence[Overlay], smaller: Size | None = None) -> str:
    """From the inputs 0, 1, ... in the order of the clips, and those of the words, to [film], and to [web] which is
    smaller."""
    steps = [shot(number, film.frames(clip), film, size) for number, clip in enumerate(film.clips)]
    steps += joined_pictures(film)
    for number, one in enumerate(overlays):
        steps.append(f"[{one.source}:v:0]scale={TO_BT709},format=yuva420p,setsar=1[t{number}]")
        when = f"enable='between(t,{one.from_seconds:.4f},{one.until_seconds:.4f})'"
        steps.append(f"[x{number}][t{number}]overlay=x={one.x}:y={one.y}:eof_action=repeat:{when}[x{number + 1}]")
    whole = f"[x{len(overlays)}]{BT709},format=yuv420p"
    if smaller is None:
        steps.append(f"{whole}[film]")
    else:
        steps.append(f"{whole},split[film][large];[large]scale={smaller[0]}:{smaller[1]}:flags={SCALE},setsar=1[web]")
    return ";".join(steps)


def shot(number: int, frames: int, film: Film, size: tuple[int, int]) -> str:
    """One clip in the film's size, with so many frames exactly: the last one stays where there are too few."""
    sides = f"{size[0]}:{size[1]}"
    if film.fit == "cover":
        fitted = f"scale={sides}:force_original_aspect_ratio=increase:{TO_BT709},crop={sides}"
    else:
        fitted = f"scale={sides}:force_original_aspect_ratio=decrease:{TO_BT709},pad={sides}:-1:-1"
    return (
        f"[{number}:v:0]setpts=PTS-STARTPTS,fps={film.fps},{fitted},setsar=1,format=yuv420p,{BT709},"
        f"tpad=stop={frames}:stop_mode=clone,trim=end_frame={frames},setpts=PTS-STARTPTS[v{number}]"
    )


def joined_pictures(film: Film) -> list[str]:
    """All clips as [x0]."""
    count, fade = len(film.clips), film.fade_frames
    if fade == 0:
        return ["".join(f"[v{number}]" for number in range(count)) + f"concat=n={count}:v=1:a=0[x0]"]
    steps, so_far, before = [], film.frames(film.clips[0]), "v0"
    for number, clip in enumerate(film.clips[1:], start=1):
        after = "x0" if number == count - 1 else f"j{number}"
        offset = (so_far - fade) / film.fps
        how = f"xfade=transition=fade:duration={fade / film.fps:.6f}:offset={offset:.6f}"
        steps.append(f"[{before}][v{number}]{how}[{after}]")
        so_far, before = so_far + film.frames(clip) - fade, after
    return steps


def sounds(film: Film, sources: Sequence[int | None], music: int | None) -> str:
    """The clips' own sound and the music under it as [mix], and [heard] for who measures it. `sources`: the input of
    each clip's sound, None where it has none."""
    steps = []
    for number, (clip, source) in enumerate(zip(film.clips, sources, strict=True)):
        length = f"atrim=end_sample={samples(film.frames(clip), film)},asetpts=N/SR/TB"
        given = f"anullsrc=r={RATE}:cl=stereo," if source is None else f"[{source}:a:0]{evened()},apad,"
        steps.append(f"{given}{length}[a{number}]")
    steps += joined_sounds(film)
    if film.music is not None and music is not None:
        steps.append(f"[{music}:a:0]{evened()},{under(film, film.music)}[m]")
        steps.append("[s][m]amix=inputs=2:duration=first:normalize=0[y]")
    else:
        steps.append("[s]anull[y]")
    steps += ["[y]asplit[mix][z]", f"[z]{LOUDNORM}:print_format=json[heard]"]
    return ";".join(steps)


def joined_sounds(film: Film) -> list[str]:
    """All clips as [s]."""
    count, fade = len(film.clips), samples(film.fade_frames, film)
    if fade == 0:
        return ["".join(f"[a{number}]" for number in range(count)) + f"concat=n={count}:v=0:a=1[s]"]
    names = ["a0", *(f"k{number}" for number in range(1, count - 1)), "s"]
    return [
        f"[{names[number - 1]}][a{number}]acrossfade=ns={fade}:c1=tri:c2=tri[{names[number]}]"
        for number in range(1, count)
    ]


def evened() -> str:
    """Whatever it was, in one rate and stereo."""
    return f"aresample={RATE},aformat=sample_fmts=fltp:channel_layouts=stereo,asetpts=N/SR/TB"


def under(film: Film, music: Music) -> str:
    """As long as the film, fading in and out."""
    total = film.all_frames / film.fps
    steps = [f"atrim=end_sample={samples(film.all_frames, film)}", f"volume={music.gain_db:.2f}dB"]
    if music.fade_in_seconds:
        steps.append(f"afade=t=in:st=0:d={min(music.fade_in_seconds, total):.4f}")
    if music.fade_out_seconds:
        fade = min(music.fade_out_seconds, total)
        steps.append(f"afade=t=out:st={total - fade:.4f}:d={fade:.4f}")
    return ",".join(steps)


def levelled(source: int, measured: Loudness, *, twice: bool = False) -> str:
    """The mix of the first pass as [sound], at the loudness that was wanted; `twice`: as [heard], too."""
    values = (
        f"measured_I={measured.integrated:.2f}:measured_TP={measured.peak:.2f}:measured_LRA={measured.span:.2f}"
        f":measured_thresh={measured.threshold:.2f}:offset={measured.offset:.2f}:linear=true"
    )
    ends = ",asplit[sound][heard]" if twice else "[sound]"
    return f"[{source}:a:0]{LOUDNORM}:{values},aresample={RATE},aformat=channel_layouts=stereo{ends}"


def samples(frames: int, film: Film) -> int:
    return round(frames * RATE / film.fps)
