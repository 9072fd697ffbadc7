"""From the words people write to a JobRequest: pure, and the same on every platform."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypedDict, Unpack

from scheduler.jobs.model import (
    LARGEST_SIDE,
    LONGEST_SECONDS,
    MOST_IMAGES,
    MOST_STEPS,
    PROMPT_LIMIT,
    SEED_LIMIT,
    SIDE_STEP,
    SMALLEST_SIDE,
    JobRequest,
)

Size = tuple[int, int]  # width, height in pixels

SIZES: Mapping[str, Size] = {
    "square": (1024, 1024),
    "portrait": (768, 1024),
    "landscape": (1024, 768),
    "wide": (1024, 576),
}
FLAGS = ("size", "seed", "model", "count", "seconds", "voice", "strength", "steps", "no")

# "--seed 7", "--seed=7", and "—seed 7", which is what phones make of two hyphens
FLAG = re.compile(r"(?<!\S)(--|[—–])([A-Za-z][A-Za-z0-9_-]{0,30})(?:[ \t]*[=:][ \t]*|[ \t]+|(?=\s)|$)")
VALUE = re.compile(r"(?!--|[—–])\S+")
WORDS = re.compile(r"(?!--|[—–])\S[^\n]*?(?=[ \t]*(?:\s(?:--|[—–])[A-Za-z]|\n|\Z))")  # up to the next flag or line
WIDTH_BY_HEIGHT = re.compile(r"([0-9]{1,5})[x×*х]([0-9]{1,5})")
PART = re.compile(r"[01]|[01]?[.,][0-9]{1,6}")
NUMBER = re.compile(r"[0-9]{1,12}")
VOICE = re.compile(r"[A-Za-z0-9-]{1,20}")


class Mistake(StrEnum):
    """What can be wrong with a command; the facts beside each."""

    PROMPT_EMPTY = "prompt_empty"  # maker: the command that it follows
    PROMPT_TOO_LONG = "prompt_too_long"  # length, limit
    UNKNOWN_FLAG = "unknown_flag"  # flag
    VALUE_MISSING = "value_missing"  # flag
    BAD_SIZE = "bad_size"  # value
    SIZE_OUT_OF_RANGE = "size_out_of_range"  # smallest, largest
    BAD_SEED = "bad_seed"  # value, limit
    BAD_COUNT = "bad_count"  # value, limit
    ONE_AT_A_TIME = "one_at_a_time"
    BAD_MODEL = "bad_model"  # limit
    BAD_STRENGTH = "bad_strength"  # value
    BAD_STEPS = "bad_steps"  # value, limit
    NEGATIVE_TOO_LONG = "negative_too_long"  # length, limit
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
    return imagine(prompt, **options_of(flags))


class Options(TypedDict, total=False):
    """What may be chosen beside the words of a picture."""

    width: int | None
    height: int | None
    seed: int | None
    model: str | None
    count: int
    strength: float | None
    steps: int | None
    negative: str | None


def imagine(prompt: str, **options: Unpack[Options]) -> JobRequest:
    """The request of words and options, each checked; raises CommandError."""
    prompt = whole(prompt).strip()
    if not prompt:
        raise CommandError(Mistake.PROMPT_EMPTY, maker="imagine")
    if len(prompt) > PROMPT_LIMIT:
        raise CommandError(Mistake.PROMPT_TOO_LONG, length=len(prompt), limit=PROMPT_LIMIT)
    check(options)
    if model := options.get("model"):
        options["model"] = whole(model)
    if negative := options.get("negative"):
        options["negative"] = whole(negative)
    return JobRequest(prompt=prompt, **options)


def check(options: Options) -> None:
    """The bounds that people are told of; raises CommandError."""
    seed, count, model = options.get("seed"), options.get("count", 1), options.get("model")
    strength, steps, negative = options.get("strength"), options.get("steps"), options.get("negative")
    if seed is not None and not 0 <= seed <= SEED_LIMIT:
        raise CommandError(Mistake.BAD_SEED, value=str(seed), limit=SEED_LIMIT)
    if not 1 <= count <= MOST_IMAGES:
        raise CommandError(Mistake.BAD_COUNT, value=str(count), limit=MOST_IMAGES)
    if model is not None and not 1 <= len(model) <= 100:
        raise CommandError(Mistake.BAD_MODEL, limit=100)
    if strength is not None and not 0 <= strength <= 1:
        raise CommandError(Mistake.BAD_STRENGTH, value=f"{strength:g}")
    if steps is not None and not 1 <= steps <= MOST_STEPS:
        raise CommandError(Mistake.BAD_STEPS, value=str(steps), limit=MOST_STEPS)
    if negative is not None and len(negative) > PROMPT_LIMIT:
        raise CommandError(Mistake.NEGATIVE_TOO_LONG, length=len(negative), limit=PROMPT_LIMIT)


def options_of(flags: Mapping[str, str]) -> Options:
    """Flags as `split` found them, read."""
    options = Options()
    if "size" in flags:
        options["width"], options["height"] = size(flags["size"])
    if "seed" in flags:
        options["seed"] = number("seed", flags["seed"])
    if "count" in flags:
        options["count"] = number("count", flags["count"])
    if "steps" in flags:
        options["steps"] = number("steps", flags["steps"])
    if "strength" in flags:
        options["strength"] = part(flags["strength"])
    options["model"], options["negative"] = flags.get("model"), flags.get("no")
    return options


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
        value = (WORDS if name == "no" else VALUE).match(text, match.end())
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


def part(value: str) -> float:
    """How far, from 0 to 1; with a point or a comma."""
    if not PART.fullmatch(value):
        raise CommandError(Mistake.BAD_STRENGTH, value=shortened(value))
    return float(value.replace(",", "."))


LIMITS = {
    "seed": (Mistake.BAD_SEED, SEED_LIMIT),
    "count": (Mistake.BAD_COUNT, MOST_IMAGES),
    "steps": (Mistake.BAD_STEPS, MOST_STEPS),
    "seconds": (Mistake.BAD_SECONDS, int(LONGEST_SECONDS)),
}


def stepped(side: float) -> int:
    return max(SMALLEST_SIDE, int(side) // SIDE_STEP * SIDE_STEP)


def shortened(value: str) -> str:
    return value if len(value) <= 40 else value[:39] + "…"
