"""The shape all screens of a job share: the prompt, cut to what fits, and small lines under it."""

from collections.abc import Iterable

from bots.buttons import Action, button
from bots.messenger import TEXT_LIMIT, Button
from bots.replies.translator import Translator
from scheduler.jobs.model import JobView

SEPARATOR = " · "
JOINERS = "\u200d\ufe0f"  # what may not stand at the end of a cut: half an emoji


def units(text: str) -> int:
    """Length as Telegram counts it: UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut(text: str, limit: int) -> str:
    """The text, or as much of it as fits with "…" at the end."""
    if units(text) <= limit:
        return text
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * (limit - 1)].decode("utf-16-le", "ignore")
    return kept.rstrip(JOINERS).rstrip() + "…"


def framed(prompt: str, *lines: str, sign: str = "") -> str:
    """The prompt and the lines under it, within TEXT_LIMIT."""
    under = "".join("\n" + line for line in lines if line)
    return sign + cut(prompt, TEXT_LIMIT - units(under) - units(sign)) + under


def is_cut(prompt: str, *lines: str) -> bool:
    """Whether `framed` would shorten the prompt."""
    return framed(prompt, *lines) != prompt + "".join("\n" + line for line in lines if line)


def joined(parts: Iterable[str]) -> str:
    return SEPARATOR.join(part for part in parts if part)


def cancel_row(job: JobView, tr: Translator) -> tuple[Button, ...]:
    return (button(tr("button-cancel"), Action.CANCEL, job.id),)
