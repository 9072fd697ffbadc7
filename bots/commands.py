"""From the words people write to a JobRequest: pure, and the same on every platform."""

import re
from collections.abc import Mapping
from enum import StrEnum

from scheduler.catalogue.model import Capability
from scheduler.jobs.model import (
    LARGEST_SIDE,
    LONGEST_SECONDS,
    MOST_IMAGES,
    PROMPT_LIMIT,
    SEED_LIMIT,
    SIDE_STEP,
    SMALLEST_SIDE,
    WISHES,
    JobRequest,
    JobView,
)

Size = tuple[int, int]  # width, height in pixels

SIZES: Mapping[str, Size] = {
    "square": (1024, 1024),
    "portrait": (768, 1024),
    "landscape": (1024, 768),
    "wide": (1024, 576),
}
TIMED = (Capability.VIDEO, Capability.AUDIO)
FLAGS = ("size", "seed", "model", "count", "seconds", "voice")
VARIATION_STRENGTH = 0.35

# "--seed 7", "--seed=7", and "—seed 7", which is what phones make of two hyphens
FLAG = re.compile(r"(?<!\S)(--|[—–])([A-Za-z][A-Za-z0-9_-]{0,30})(?:[ \t]*[=:][ \t]*|[ \t]+|(?=\s)|$)")
VALUE = re.compile(r"(?!--|[—–])\S+")
WIDTH_BY_HEIGHT = re.compile(r"([0-9]{1,5})[x×*х]([0-9]{1,5})")
NUMBER = re.compile(r"[0-9]{1,12}")
VOICE = re.compile(r"[A-Za-z0-9-]{1,20}")


class Mistake(StrEnum):
    """What can be wrong with a command; the facts beside each."""

    PROMPT_EMPTY = "prompt_empty"
    PROMPT_TOO_LONG = "prompt_too_long"  # length, limit
    UNKNOWN_FLAG = "unknown_flag"  # flag
    VALUE_MISSING = "value_missing"  # flag
    BAD_SIZE = "bad_size"  # value
    SIZE_OUT_OF_RANGE = "size_out_of_range"  # smallest, largest
    BAD_SEED = "bad_seed"  # value, limit
    BAD_COUNT = "bad_count"  # value, limit
    BAD_MODEL = "bad_model"  # limit
    BAD_SECONDS = "bad_seconds"  # value, limit
    BAD_VOICE = "bad_voice"  # value


class CommandError(Exception):
    """The words cannot be understood; nothing was asked of the scheduler."""

    def __init__(self, code: Mistake, **facts: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def parse_imagine(text: str) -> JobRequest:
    """What "/imagine" is followed by, or a plain message: a prompt, with flags anywhere in it."""
    prompt, flags = split(text)
    width, height = size(flags["size"]) if "size" in flags else (None, None)
    return imagine(
        prompt,
        width=width,
        height=height,
        seed=number("seed", flags["seed"]) if "seed" in flags else None,
        model=flags.get("model"),
        count=number("count", flags["count"]) if "count" in flags else 1,
    )


def imagine(
    prompt: str,
    *,
    width: int | None = None,
    height: int | None = None,
    seed: int | None = None,
    model: str | None = None,
    count: int = 1,
) -> JobRequest:
    """The request of options that came one by one, as Discord's do."""
    prompt = whole(prompt).strip()
    if not prompt:
        raise CommandError(Mistake.PROMPT_EMPTY)
    if len(prompt) > PROMPT_LIMIT:
        raise CommandError(Mistake.PROMPT_TOO_LONG, length=len(prompt), limit=PROMPT_LIMIT)
    if seed is not None and not 0 <= seed <= SEED_LIMIT:
        raise CommandError(Mistake.BAD_SEED, value=str(seed), limit=SEED_LIMIT)
    if not 1 <= count <= MOST_IMAGES:
        raise CommandError(Mistake.BAD_COUNT, value=str(count), limit=MOST_IMAGES)
    if model is not None and not 1 <= len(model) <= 100:
        raise CommandError(Mistake.BAD_MODEL, limit=100)
    return JobRequest(prompt=prompt, model=model and whole(model), width=width, height=height, seed=seed, count=count)


def whole(text: str) -> str:
    """Text with question marks for halves of characters: a client may cut an emoji in two, and JSON lets them pass."""
    return text.encode(errors="replace").decode()


def size(value: str) -> Size:
    """A size word, "1024x768", or "1024" for a square; sides are rounded to multiples of 8."""
    word = value.lower()
    if word in SIZES:
        return SIZES[word]
    sides = WIDTH_BY_HEIGHT.fullmatch(word)
    if sides is None and not re.fullmatch(r"[0-9]{1,5}", word):
        raise CommandError(Mistake.BAD_SIZE, value=shortened(value))
    width, height = (int(side) for side in (sides.groups() if sides else (word, word)))
    if not all(SMALLEST_SIDE <= side <= LARGEST_SIDE for side in (width, height)):
        raise CommandError(Mistake.SIZE_OUT_OF_RANGE, smallest=SMALLEST_SIDE, largest=LARGEST_SIDE)
    return stepped(width), stepped(height)


def again(job: JobView) -> JobRequest:
    """The same words once more, with a new seed."""
    return repeated(job, seed=None)


def retry(job: JobView) -> JobRequest:
    """Exactly the same request: after a failure, or to make an expired picture again from its seed."""
    return repeated(job, seed=job.seed)


def variation(job: JobView) -> JobRequest:
    """A picture close to that of the job. What started from a picture stays as near to that as it was."""
    more: dict[str, object] = {} if job.picture else {"strength": VARIATION_STRENGTH}
    return repeated(job, seed=None).model_copy(update={"count": 1, **more})


def animated(job: JobView) -> JobRequest | None:
    """A video of the job's picture; None when it has not just one that is still there."""
    kept = [artifact.id for artifact in job.artifacts if artifact.type == "image" and not artifact.expired]
    if job.capability is not Capability.IMAGE or len(job.artifacts) != 1 or not kept:
        return None
    return JobRequest(capability=Capability.VIDEO, prompt=job.prompt, picture=kept[0])


def larger(job: JobView, max_side: int) -> JobRequest | None:
    """The same picture, from its seed, with sides up to twice as long; None when the plan has no more room."""
    if not job.width or not job.height or job.capability is not Capability.IMAGE:
        return None
    width, height = fit((job.width * 2, job.height * 2), min(max_side, LARGEST_SIDE))
    if width <= job.width or height <= job.height:
        return None
    return repeated(job, seed=job.seed).model_copy(update={"width": width, "height": height, "count": 1})


def with_model(request: JobRequest, model: str) -> JobRequest:
    return request.model_copy(update={"model": whole(model)})


def fitted(request: JobRequest, longest_side: int) -> JobRequest:
    """The request, made small enough for a plan."""
    if not request.width or not request.height:
        return request
    width, height = fit((request.width, request.height), longest_side)
    return request.model_copy(update={"width": width, "height": height})


def split(text: str) -> tuple[str, dict[str, str]]:
    """The prompt without its flags, and the flags; the last of a repeated flag counts."""
    flags: dict[str, str] = {}
    prompt: list[str] = []
    at = 0
    for match in FLAG.finditer(text):
        dashes, name = match[1], match[2].lower()
        if match.start() < at or (dashes != "--" and name not in FLAGS):
            continue  # inside a flag's value, or a dash of ordinary prose
        if name not in FLAGS:
            raise CommandError(Mistake.UNKNOWN_FLAG, flag=name)
        value = VALUE.match(text, match.end())
        if value is None:
            raise CommandError(Mistake.VALUE_MISSING, flag=name)
        flags[name] = value[0]
        prompt.append(text[at : match.start()].rstrip(" \t"))
        at = value.end()
    return "".join([*prompt, text[at:]]).strip(), flags


def number(flag: str, value: str) -> int:
    """A whole number; one that is out of bounds is refused where the bounds are."""
    if not NUMBER.fullmatch(value):
        mistake, limit = LIMITS[flag]
        raise CommandError(mistake, value=shortened(value), limit=limit)
    return int(value)


LIMITS = {
    "seed": (Mistake.BAD_SEED, SEED_LIMIT),
    "count": (Mistake.BAD_COUNT, MOST_IMAGES),
    "seconds": (Mistake.BAD_SECONDS, int(LONGEST_SECONDS)),
}


def repeated(job: JobView, seed: int | None) -> JobRequest:
    return JobRequest(
        capability=job.capability,
        prompt=job.prompt,
        model=job.model,
        width=job.width,
        height=job.height,
        seed=seed,
        count=job.count,
        parent_id=job.id,
        picture=job.picture,
        strength=job.strength if job.picture else None,
        **{name: getattr(job, name) for name in WISHES if name != "seconds" or job.capability in TIMED},
    )


def fit(wanted: Size, longest_side: int) -> Size:
    """The wanted proportions, no side longer than the limit."""
    scale = min(1.0, longest_side / max(wanted))
    return stepped(wanted[0] * scale), stepped(wanted[1] * scale)


def stepped(side: float) -> int:
    return max(SMALLEST_SIDE, int(side) // SIDE_STEP * SIDE_STEP)


def shortened(value: str) -> str:
    return value if len(value) <= 40 else value[:39] + "…"
