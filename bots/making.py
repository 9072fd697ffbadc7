"""The commands that ask for something to be made, and the request each becomes: pure, the same on every platform."""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum

from bots.commands import VOICE, CommandError, Mistake, imagine, number, parse_imagine, shortened, size, split
from scheduler.catalogue.model import Capability
from scheduler.jobs.model import LONGEST_SECONDS, JobRequest


class Maker(StrEnum):
    """The commands that ask for something to be made."""

    IMAGINE = "imagine"
    VIDEO = "video"
    MUSIC = "music"
    SAY = "say"
    WRITE = "write"
    ASK = "ask"


CAPABILITIES: Mapping[Maker, Capability] = {
    Maker.IMAGINE: Capability.IMAGE,
    Maker.VIDEO: Capability.VIDEO,
    Maker.MUSIC: Capability.AUDIO,
    Maker.SAY: Capability.AUDIO,
    Maker.WRITE: Capability.TEXT,
    Maker.ASK: Capability.TEXT,
}
READER = "speaker"  # the model that reads aloud: music and speech are one capability
WRITER, ANSWERER = "writer", "chat"  # so are words by grammar and a language model's answers
SOUND = "mp3"  # what every platform plays; OGG is for voice notes there


def offered(capabilities: Collection[Capability]) -> tuple[Maker, ...]:
    """The commands of a bot that makes these; words without a command are the first one's."""
    return tuple(maker for maker in Maker if CAPABILITIES[maker] in capabilities)


def shown(makers: Iterable[Maker], *, answers: bool) -> tuple[Maker, ...]:
    """Those of the commands that people are told of; `answers`: a language model is here."""
    return tuple(maker for maker in makers if answers or maker is not Maker.ASK)


def parse(maker: Maker, text: str) -> JobRequest:
    """What one of the commands is followed by."""
    if maker is Maker.IMAGINE:
        return parse_imagine(text)
    prompt, flags = split(text)
    width, height = size(flags["size"]) if "size" in flags else (None, None)
    return made(
        maker,
        prompt,
        width=width,
        height=height,
        seed=number("seed", flags["seed"]) if "seed" in flags else None,
        model=flags.get("model"),
        seconds=number("seconds", flags["seconds"]) if "seconds" in flags else None,
        voice=flags.get("voice"),
    )


def made(
    maker: Maker,
    prompt: str,
    *,
    width: int | None = None,
    height: int | None = None,
    seed: int | None = None,
    model: str | None = None,
    seconds: float | None = None,
    voice: str | None = None,
) -> JobRequest:
    """The request of a command's options; those that mean nothing to it are left out."""
    request = imagine(prompt, width=width, height=height, seed=seed, model=model)
    if seconds is not None and not 1 <= seconds <= LONGEST_SECONDS:
        raise CommandError(Mistake.BAD_SECONDS, value=f"{seconds:g}", limit=int(LONGEST_SECONDS))
    if voice is not None and not VOICE.fullmatch(voice):
        raise CommandError(Mistake.BAD_VOICE, value=shortened(voice))
    match maker:
        case Maker.IMAGINE | Maker.WRITE:
            more: dict[str, object] = {}
        case Maker.ASK:
            more = {"model": request.model or ANSWERER}
        case Maker.VIDEO:
            more = {"seconds": seconds}
        case Maker.MUSIC:
            more = {"seconds": seconds, "format": SOUND}
        case Maker.SAY:
            more = {"voice": voice, "format": SOUND, "model": request.model or READER}
    sides = {} if maker in (Maker.IMAGINE, Maker.VIDEO) else {"width": None, "height": None}
    return request.model_copy(update={"capability": CAPABILITIES[maker], **sides, **more})


def maker_of(request: JobRequest) -> Maker:
    """The command that asks for such a request."""
    if request.capability is Capability.AUDIO:
        return Maker.SAY if request.model == READER else Maker.MUSIC
    if request.capability is Capability.TEXT:
        return Maker.WRITE if request.model in (None, WRITER) else Maker.ASK
    return next(maker for maker, capability in CAPABILITIES.items() if capability is request.capability)
