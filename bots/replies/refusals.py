"""Which limit, when it frees, what helps: the words for everything that is turned down."""

from datetime import datetime

from bots.buttons import Action, button
from bots.commands import CommandError, Mistake
from bots.messenger import Button, Screen
from bots.replies.frame import cut
from bots.replies.translator import Translator, Variable, number
from scheduler.errors import Code, Refusal, Refused, Unreachable

PASSES_SOON = {Code.RATE_LIMITED, Code.OVERLOADED}  # a second sentence says when
MAY_PASS_SOON = {Code.TOO_MANY_WAITING}  # the same, where it is known
SHARED_WITH_REFUSALS = {Mistake.PROMPT_EMPTY, Mistake.PROMPT_TOO_LONG}
BETTER_ELSEWHERE = (
    Code.MODEL_NOT_IN_PLAN,
    Code.UNKNOWN_MODEL,
    Code.NO_WORKER,
    Code.PICTURE_NOT_TAKEN,
    Code.PICTURE_MISSING,
    Code.FILM_MISSING,
)
MEGABYTE = 2**20
LONGEST_FACT = 120  # characters of anything that came from outside


def worded(
    error: CommandError | Refused | Unreachable,
    tr: Translator,
    now: datetime,
    *,
    helps: bool = False,
    counts: bool = False,
) -> Screen:
    """The screen for what a handler caught. `helps`: the platform can read the refused words again when one of the
    buttons USE and FIT is pressed. `counts`: it counts the seconds down by itself, so the words leave them out."""
    if isinstance(error, CommandError):
        return mistaken(error, tr)
    if isinstance(error, Refused):
        return refused(error.refusal, tr, now, helps=helps, counts=counts)
    return Screen(tr("studio-down"))


def mistaken(error: CommandError, tr: Translator) -> Screen:
    """Words that cannot be understood."""
    kind = "refused" if error.code in SHARED_WITH_REFUSALS else "mistake"
    facts = dict(error.facts)
    if error.code is Mistake.BAD_SEED:
        facts["limit"] = str(facts["limit"])
    return Screen(tr(f"{kind}-{key(error.code)}", **facts))


def refused(refusal: Refusal, tr: Translator, now: datetime, *, helps: bool = False, counts: bool = False) -> Screen:
    """The sentence of a refusal, and the buttons that help."""
    name = f"refused-{key(refusal.code)}"
    if refusal.code is Code.OUT_OF_TOKENS and "refill_at" not in refusal.facts:
        name += "-ever"
    elif refusal.code is Code.OUT_OF_TOKENS and number(refusal.facts.get("spendable")) > 0:
        name += "-short"
    if refusal.code is Code.CAPABILITY_PAUSED and refusal.retry_after_seconds is not None:
        name += "-until"
    if refusal.code is Code.RESOLUTION_TOO_HIGH and "plan" not in refusal.facts:
        name += "-for-model"
    facts = variables(refusal, tr, now)
    text = tr(name, **facts)
    soon = refusal.code in PASSES_SOON or (refusal.code in MAY_PASS_SOON and refusal.retry_after_seconds is not None)
    if soon and not counts:
        text += " " + tr(f"{name}-next", **facts)
    return Screen(text, buttons=help_for(refusal, tr) if helps else ())


def help_for(refusal: Refusal, tr: Translator) -> tuple[tuple[Button, ...], ...]:
    alternative, limit = refusal.facts.get("alternative"), refusal.facts.get("limit")
    if refusal.code in BETTER_ELSEWHERE and isinstance(alternative, str):
        return ((button(tr("button-use-model", model=cut(alternative, 40)), Action.USE, alternative[:50]),),)
    if refusal.code is Code.RESOLUTION_TOO_HIGH and isinstance(limit, int):
        return ((button(tr("button-make-it", limit=str(limit)), Action.FIT, limit),),)
    return ()


def variables(refusal: Refusal, tr: Translator, now: datetime) -> dict[str, Variable]:
    """The facts as words; an optional one that is not known is "none", so that the sentence can do without it."""
    facts = refusal.facts
    found: dict[str, Variable] = {name: text(facts.get(name)) for name in ("model", "plan")}
    found |= {name: text(facts.get(name), "none") for name in ("alternative", "upgrade", "what", "reason")}
    found |= {name: number(facts.get(name)) for name in ("limit", "length", "cost", "spendable")}
    found["days"] = number(facts.get("limit_days"))
    sides = [text(facts.get(name)) for name in ("width", "height") if facts.get(name)] or [text(facts.get("asked"))]
    found["asked"] = "×".join(sides)
    found["pace"] = tr.span(number(facts.get("every_seconds"), 60))
    found["span"] = tr.span(number(facts.get("retry_after_seconds"), 60))
    if refill := instant(facts.get("refill_at")):
        found |= {"moment": tr.moment(refill), "span": tr.span((refill - now).total_seconds())}
    if refusal.code is Code.PICTURE_UNFIT:
        found["fault"] = text(facts.get("fault"))
        found["megabytes"] = str(round(number(facts.get("limit")) / MEGABYTE))
        found["side"] = str(facts.get("longest_side") or facts.get("shortest_side") or "…")
    if refusal.code is Code.DURATION_TOO_LONG:
        found |= {name: tr.span(number(facts.get(name))) for name in ("asked", "limit")}
    if refusal.code is Code.RESOLUTION_TOO_HIGH:
        found["limit"] = str(facts.get("limit"))  # pixels carry no thousands separator
    return found


def text(fact: object, unknown: str = "…") -> str:
    return unknown if fact is None or fact == "" else cut(str(fact), LONGEST_FACT)


def instant(fact: object) -> datetime | None:
    """A fact that should be a time, ISO 8601."""
    try:
        return datetime.fromisoformat(fact) if isinstance(fact, str) else None
    except ValueError:
        return None


def trying_again(tr: Translator) -> Screen:
    """The scheduler does not answer; the same request is repeated for a minute."""
    return Screen(tr("studio-silent"))


def gave_up(tr: Translator, *, helps: bool = False) -> Screen:
    """The minute is over. `helps`: the platform can read the words again when RETRY is pressed."""
    retry = ((button(tr("button-try-again"), Action.RETRY),),) if helps else ()
    return Screen(tr("studio-gave-up"), buttons=retry)


def key(code: str) -> str:
    return code.replace("_", "-")
