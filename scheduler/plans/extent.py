"""How large and how long what is made of a request will be, as its price and its limits need it: pure."""

from math import isqrt

from scheduler.catalogue.model import SPOKEN_CHARACTERS, Capability, Model, Work, language_tokens
from scheduler.jobs.model import SIDE_STEP, SMALLEST_SIDE, JobRequest


def size_of(request: JobRequest, model: Model) -> tuple[int, int]:
    """The size asked for, or the model's; whole steps of 8 pixels, never larger than asked. 0, 0: it has none."""
    if model.capability not in (Capability.IMAGE, Capability.VIDEO):
        return 0, 0
    width = request.width or request.height or model.default_width
    height = request.height or request.width or model.default_height
    return max(SMALLEST_SIDE, width - width % SIDE_STEP), max(SMALLEST_SIDE, height - height % SIDE_STEP)


def seconds_of(request: JobRequest, model: Model) -> float:
    """How long it will be: what was asked for, the model's own length, or what reading the words aloud takes."""
    if model.capability not in (Capability.VIDEO, Capability.AUDIO):
        return 0.0
    if model.default_seconds is None:
        return float(-(-len(request.prompt) // SPOKEN_CHARACTERS))
    return request.seconds or model.default_seconds


def max_tokens_of(request: JobRequest, model: Model) -> int:
    """How long an answer may become: what was asked for, and no longer than the model's own bound."""
    return min(request.max_tokens or model.max_tokens, model.max_tokens) if model.max_tokens else 0


def steps_of(request: JobRequest, model: Model) -> int:
    """In how many steps it was asked for, as far as the model takes them; 0: in as many as the model usually does."""
    return min(request.steps, model.max_steps) if request.steps and model.max_steps else 0


def work_of(request: JobRequest, width: int, height: int, steps: int, seconds: float, max_tokens: int) -> Work:
    """What the price depends on; of what nobody knows before, the most it may be."""
    characters = len(request.prompt)
    tokens = language_tokens(characters, max_tokens)
    return Work(request.count, width, height, steps, seconds=seconds, characters=characters, tokens=tokens)


def work_for(request: JobRequest, model: Model) -> Work:
    """The same of a request as the model would make it."""
    width, height = size_of(request, model)
    seconds, most = seconds_of(request, model), max_tokens_of(request, model)
    return work_of(request, width, height, steps_of(request, model), seconds, most)


def side_within(width: int, height: int, pixels: int) -> int:
    """The longest side of this shape within so many pixels; whole steps, never longer than it is."""
    longest = max(width, height)
    if width * height <= pixels:
        return longest
    side = isqrt(pixels * longest // min(width, height))
    return max(SMALLEST_SIDE, side - side % SIDE_STEP)


def lasts(model: Model, seconds: float) -> bool:
    """Whether the model makes something of this length."""
    return model.max_seconds is None or seconds <= model.max_seconds
