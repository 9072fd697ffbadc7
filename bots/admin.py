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
class Order:
    """What an admin wants done; none of it is checked against the scheduler yet."""

    verb: str  # status, user, grant, purchase, correct, ban, unban, pause, resume, letters, retry
    subject: str = ""  # "telegram:42", or what is paused: all, capability:image, model:sdxl
    tokens: Decimal = Decimal(0)
    note: str | None = None
    job: UUID | None = None  # whose letter is tried again; None: all
    reference: str = ""  # of a payment


async def answer(user: User, text: str, tr: Translator, *, key: str) -> Screen | None:
    """Do what stands after "/admin", as `carried_out` does."""
    return await carried_out(user, parse(text), tr, key=key)


async def carried_out(user: User, order: Order | None, tr: Translator, *, key: str) -> Screen | None:
    """Do it, or say how it is written where it is none; None for everybody who is no admin, to whom the command does
    not exist.

    `key` makes a repeated message harmless. Raises Refused.
    """
    if not (await user.me()).is_admin:
        return None
    match order:
        case None:
            return replies.usage(tr)
        case Order("user"):
            return replies.user(await user.admin_user(order.subject), tr)
        case Order("grant"):
            account = await user.admin_grant(order.subject, order.tokens, order.note, key)
            return replies.granted(account, order.tokens, tr)
        case Order("purchase"):
            account = await user.admin_purchase(order.subject, order.tokens, order.reference, order.note)
            return replies.purchased(account, order.tokens, tr)
        case Order("correct"):
            account = await user.admin_correct(order.subject, order.tokens, order.note or "", key)
            return replies.corrected(account, order.tokens, tr)
        case Order("ban"):
            return replies.banned(await user.admin_ban(order.subject, order.note or ""), tr)
        case Order("unban"):
            return replies.banned(await user.admin_unban(order.subject, order.note), tr)
        case Order("pause"):
            return replies.paused(await user.admin_pause(order.subject, order.note), tr)
        case Order("resume"):
            return replies.paused(await user.admin_resume(order.subject), tr)
        case Order("letters"):
            return replies.letters(await user.admin_letters(), tr)
        case Order("retry"):
            return replies.retried(await user.admin_retry(order.job), tr)
        case _:
            return replies.status(await user.admin_status(), tr)


def parse(text: str) -> Order | None:
    """`status | user REF | grant REF N [note] | purchase REF N REFERENCE [note] | correct REF N REASON |
    ban REF REASON | unban REF [reason] | pause [SUBJECT] [reason] | resume [SUBJECT] | letters | retry JOB|all`."""
    verb, *words = text.split() or ["status"]
    match verb.lower(), words:
        case "grant" | "purchase" | "correct" | "ban" | "unban" as name, [ref, *more]:
            return on_account(name, ref, more)
        case "status", []:
            return Order("status")
        case "user", [ref]:
            return Order("user", ref)
        case "pause", [subject, *reason] if is_subject(subject):
            return Order("pause", subject, note=shortened(reason))
        case "pause", reason:
            return Order("pause", "all", note=shortened(reason))
        case "resume", []:
            return Order("resume", "all")
        case "resume", [subject] if is_subject(subject):
            return Order("resume", subject)
        case "letters", []:
            return Order("letters")
        case "retry", ["all"]:
            return Order("retry")
        case "retry", [word] if job := job_id(word):
            return Order("retry", job=job)
    return None


def on_account(verb: str, ref: str, words: list[str]) -> Order | None:
    """What is done to somebody's account, or None."""
    match verb, words:
        case "grant", [amount, *note] if tokens := decimal(amount):
            return Order(verb, ref, tokens, note=shortened(note))
        case "purchase", [amount, reference, *note] if (tokens := decimal(amount)) and len(reference) <= 100:
            return Order(verb, ref, tokens, shortened(note), reference=reference)
        case "correct", [amount, *reason] if (tokens := decimal(amount, least=-MOST_TOKENS)) and reason:
            return Order(verb, ref, tokens, note=shortened(reason))
        case "ban", reason if reason:
            return Order(verb, ref, note=shortened(reason))
        case "unban", reason:
            return Order(verb, ref, note=shortened(reason))
    return None


def job_id(word: str) -> UUID | None:
    """The job that a word names."""
    try:
        return UUID(word)
    except ValueError:
        return None


def is_subject(word: str) -> bool:
    return word == "all" or (word.startswith(("capability:", "model:")) and len(word) <= 120)


def decimal(word: str, least: Decimal = Decimal(0)) -> Decimal | None:
    """A number of tokens, at most two decimals; not zero."""
    try:
        value = Decimal(word)
        return value if value and least <= value <= MOST_TOKENS and value == round(value, 2) else None
    except InvalidOperation:
        return None


def shortened(words: list[str]) -> str | None:
    return " ".join(words)[:200] or None
