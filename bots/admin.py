"""/admin, the same on every platform: reads the words, asks the scheduler, answers."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from uuid import UUID

from bots.messenger import Screen
from bots.replies import admin as replies
from bots.replies.translator import Translator
from scheduler.client.session import User

MOST_TOKENS = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Act:
    """What an admin wants done; None of it is checked against the scheduler yet."""

    verb: str  # status, user, grant, pause, resume, letters, retry
    subject: str = ""  # "telegram:42", or what is paused: all, capability:image, model:sdxl
    tokens: Decimal = Decimal(0)
    note: str | None = None
    job: UUID | None = None  # whose letter is tried again; None: all


async def answer(user: User, text: str, tr: Translator, *, key: str) -> Screen | None:
    """Do what stands after "/admin"; None for everybody who is no admin, to whom the command does not exist.

    `key` makes a repeated message harmless. Raises Refused.
    """
    if not (await user.me()).is_admin:
        return None
    act = parse(text)
    match act:
        case None:
            return replies.usage(tr)
        case Act("user"):
            return replies.user(await user.admin_user(act.subject), tr)
        case Act("grant"):
            account = await user.admin_grant(act.subject, act.tokens, act.note, key)
            return replies.granted(account, act.tokens, tr)
        case Act("pause"):
            return replies.paused(await user.admin_pause(act.subject, act.note), tr)
        case Act("resume"):
            return replies.paused(await user.admin_resume(act.subject), tr)
        case Act("letters"):
            return replies.letters(await user.admin_letters(), tr)
        case Act("retry"):
            return replies.retried(await user.admin_retry(act.job), tr)
        case _:
            return replies.status(await user.admin_status(), tr)


def parse(text: str) -> Act | None:
    """`status | user REF | grant REF N [note] | pause [SUBJECT] [reason] | resume [SUBJECT] | letters | retry JOB|all`,
    or None."""
    verb, *words = text.split() or ["status"]
    match verb.lower(), words:
        case "status", []:
            return Act("status")
        case "user", [ref]:
            return Act("user", ref)
        case "grant", [ref, amount, *note]:
            tokens = decimal(amount)
            return Act("grant", ref, tokens, shortened(note)) if tokens else None
        case "pause", [subject, *reason] if is_subject(subject):
            return Act("pause", subject, note=shortened(reason))
        case "pause", reason:
            return Act("pause", "all", note=shortened(reason))
        case "resume", []:
            return Act("resume", "all")
        case "resume", [subject] if is_subject(subject):
            return Act("resume", subject)
        case "letters", []:
            return Act("letters")
        case "retry", ["all"]:
            return Act("retry")
        case "retry", [word] if job := job_id(word):
            return Act("retry", job=job)
    return None


def job_id(word: str) -> UUID | None:
    """The job that a word names."""
    try:
        return UUID(word)
    except ValueError:
        return None


def is_subject(word: str) -> bool:
    return word == "all" or (word.startswith(("capability:", "model:")) and len(word) <= 120)


def decimal(word: str) -> Decimal | None:
    """A number of tokens, at most two decimals."""
    try:
        value = Decimal(word)
        return value if 0 < value <= MOST_TOKENS and value == round(value, 2) else None
    except InvalidOperation:
        return None


def shortened(words: list[str]) -> str | None:
    return " ".join(words)[:200] or None
