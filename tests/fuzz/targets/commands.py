"""Whatever people write is a request, or a mistake that can be told in words."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from bots import buttons, commands
from bots.commands import CommandError
from bots.discord.words import Words
from bots.making import Maker
from bots.repeats import mended
from bots.replies import refusals
from bots.replies.translator import Translator
from bots.telegram.handlers.create import written_in
from bots.web.pages import say
from scheduler.jobs.model import LARGEST_SIDE, PROMPT_LIMIT, SIDE_STEP, SMALLEST_SIDE, JobRequest

NOW = datetime(2026, 11, 21, tzinfo=UTC)
WORDS = Translator("de", "telegram")


def one_input(data: bytes) -> None:
    text = data.decode(errors="surrogateescape" if data[:1] == b"\x01" else "replace")
    say.split(text)
    asked(text, commands.parse_imagine)
    asked(text, partial(written_in, usual=Maker.IMAGINE))
    pressed = buttons.read(text)
    if pressed:
        subject = buttons.job_id(pressed[1])
        assert subject is None or isinstance(subject, UUID)


def asked(text: str, read: Callable[[str], JobRequest]) -> None:
    try:
        request = read(text)
    except CommandError as error:
        told(error)
        return
    sound(request)
    try:
        again = Words.of(request).request()  # as an embed of Discord keeps it
    except CommandError as error:
        raise AssertionError(f"{request} was asked for once") from error
    assert again == request.model_copy(update={"count": 1})
    for subject in ("512", "0", "99999", text[:100]):
        for action in (buttons.Action.FIT, buttons.Action.FEWER, buttons.Action.SHORTER, buttons.Action.BRIEFER):
            sound(mended(request, action, subject))


def told(error: CommandError) -> None:
    assert refusals.worded(error, WORDS, NOW).text


def sound(request: JobRequest) -> None:
    """A request keeps to the limits, and the API would take it."""
    assert request.prompt == request.prompt.strip()
    assert 0 < len(request.prompt) <= PROMPT_LIMIT
    for side in (request.width, request.height):
        assert side is None or (SMALLEST_SIDE <= side <= LARGEST_SIDE and side % SIDE_STEP == 0)
    assert JobRequest.model_validate_json(request.model_dump_json()) == request
