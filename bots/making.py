"""The commands that ask for something to be made, and the request each becomes: pure, the same on every platform."""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import Unpack

from bots.commands import VOICE, CommandError, Mistake, Options, imagine, number, options_of, shortened, split
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
OF_PICTURES = ("width", "height", "strength", "steps", "negative")  # options
SOUND = "mp3"  # what every platform plays; OGG is for voice notes there


def offered(capabilities: Collection[Capability]) -> tuple[Maker, ...]:
    """The commands of a bot that makes these; words without a command are the first one's."""
    return tuple(maker for maker in Maker if CAPABILITIES[maker] in capabilities)


def shown(makers: Iterable[Maker], *, answers: bool) -> tuple[Maker, ...]:
    """Those of the commands that people are told of; `answers`: a language model is here."""
    return tuple(maker for maker in makers if answers or maker is not Maker.ASK)


def parse(maker: Maker, text: str) -> JobRequest:
    """What one of the commands is followed by, or a plain message: a prompt, with flags anywhere in it."""
    prompt, flags = split(text)
    seconds = number("seconds", flags["seconds"]) if "seconds" in flags else None
    return made(maker, prompt, seconds=seconds, voice=flags.get("voice"), **options_of(flags))


def made(
    maker: Maker, prompt: str, *, seconds: float | None = None, voice: str | None = None, **options: Unpack[Options]
) -> JobRequest:
    """The request of a command's options; those that mean nothing to it are left out."""
    if not prompt.strip():
        raise CommandError(Mistake.PROMPT_EMPTY, maker=maker.value)
    request = imagine(prompt, **options)
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
    if maker is not Maker.IMAGINE and request.count != 1:
        raise CommandError(Mistake.ONE_AT_A_TIME)
    if maker not in (Maker.IMAGINE, Maker.VIDEO):
        more |= dict.fromkeys(OF_PICTURES)
    return request.model_copy(update={"capability": CAPABILITIES[maker], **more})


def maker_of(request: JobRequest) -> Maker:
    """The command that asks for such a request."""
    if request.capability is Capability.AUDIO:
        return Maker.SAY if request.model == READER else Maker.MUSIC
    if request.capability is Capability.TEXT:
        return Maker.WRITE if request.model in (None, WRITER) else Maker.ASK
    return next(maker for maker, capability in CAPABILITIES.items() if capability is request.capability)
