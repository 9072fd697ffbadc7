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
BETTER_ELSEWHERE = {  # their own sentences name the model that would do
    Code.MODEL_NOT_IN_PLAN,
    Code.UNKNOWN_MODEL,
    Code.NO_WORKER,
    Code.PICTURE_NOT_TAKEN,
    Code.PICTURE_MISSING,
    Code.FILM_MISSING,
}
ALSO_ELSEWHERE = {Code.CAPABILITY_PAUSED, Code.DURATION_TOO_LONG, Code.RESOLUTION_TOO_HIGH}  # a second sentence does
MEGABYTE = 2**20
LARGEST_NUMBER = 10**6
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
    if refusal.code is Code.TOO_MANY_WAITING and "open" in refusal.facts:
        name += "-over"
    facts = variables(refusal, tr, now)
    change = change_named(refusal)
    if change and refusal.code is Code.OUT_OF_TOKENS:
        facts["upgrade"] = "none"  # what costs nothing is proposed before a plan
    text = tr(name, **facts)
    soon = refusal.code in PASSES_SOON or (refusal.code in MAY_PASS_SOON and refusal.retry_after_seconds is not None)
    if soon and not counts and "open" not in refusal.facts:  # one place that frees is not enough
        text += " " + tr(f"refused-{key(refusal.code)}-next", **facts)
    if change:
        text += " " + tr(change, **facts)
    return Screen(text, buttons=help_for(refusal, tr) if helps else ())


def change_named(refusal: Refusal) -> str | None:
    """The sentence about what would pass instead: the slightest change, if the first sentence does not name it."""
    if refusal.code is Code.OUT_OF_TOKENS:
        found = (name for name, value in changes(refusal).items() if value)
        return next((f"refused-out-of-tokens-{name}" for name in found), None)
    return "refused-instead" if refusal.code in ALSO_ELSEWHERE and changes(refusal)["alternative"] else None


def changes(refusal: Refusal) -> dict[str, str | int | None]:
    """What would pass in its place, the slightest first: how many, the longest side, seconds, tokens, a model."""
    facts = refusal.facts
    sized = facts.get("smaller") or (facts.get("limit") if refusal.code is Code.RESOLUTION_TOO_HIGH else None)
    other = facts.get("alternative")
    return {
        "fewer": whole(facts.get("fewer")),
        "smaller": whole(sized),
        "shorter": whole(facts.get("shorter")),
        "briefer": whole(facts.get("briefer")),
        "alternative": other if isinstance(other, str) and other else None,
    }


def whole(fact: object) -> int | None:
    """A fact that should be a number of something, rounded down; what is no such number offers nothing."""
    is_some = isinstance(fact, int | float) and not isinstance(fact, bool) and 1 <= fact < LARGEST_NUMBER
    return int(fact) if is_some and isinstance(fact, int | float) else None


def help_for(refusal: Refusal, tr: Translator) -> tuple[tuple[Button, ...], ...]:
    """A button for each change that would let it pass."""
    if refusal.code not in BETTER_ELSEWHERE | ALSO_ELSEWHERE | {Code.OUT_OF_TOKENS}:
        return ()
    row = [helping(name, value, tr) for name, value in changes(refusal).items() if value]
    return (tuple(row),) if row else ()


def helping(name: str, value: str | int, tr: Translator) -> Button:
    match name:
        case "fewer":
            return button(tr("button-fewer", count=str(value)), Action.FEWER, value)
        case "smaller":
            return button(tr("button-make-it", limit=str(value)), Action.FIT, value)
        case "shorter":
            return button(tr("button-shorter", length=tr.length(float(value))), Action.SHORTER, value)
        case "briefer":
            return button(tr("button-briefer"), Action.BRIEFER, value)
        case _:
            return button(tr("button-use-model", model=cut(str(value), 40)), Action.USE, str(value)[:50])


def variables(refusal: Refusal, tr: Translator, now: datetime) -> dict[str, Variable]:
    """The facts as words; an optional one that is not known is "none", so that the sentence can do without it."""
    facts = refusal.facts
    found: dict[str, Variable] = {name: text(facts.get(name)) for name in ("model", "plan")}
    found |= {name: text(facts.get(name), "none") for name in ("alternative", "upgrade", "what", "reason")}
    found |= {name: number(facts.get(name)) for name in ("limit", "open", "length", "cost", "spendable")}
    found["maker"] = "imagine"  # which command it was, the scheduler does not say
    found |= {"balance": number(facts.get("balance")), "reference": text(facts.get("reference"))}
    found["days"] = number(facts.get("limit_days"))
    sides = [text(facts.get(name)) for name in ("width", "height") if facts.get(name)] or [text(facts.get("asked"))]
    found["asked"] = "×".join(sides)
    found["pace"] = tr.span(number(facts.get("every_seconds"), 60))
    found["span"] = tr.span(number(facts.get("retry_after_seconds"), 60))
    instead = changes(refusal)
    found["fewer"], found["smaller"] = number(instead["fewer"]), str(instead["smaller"])
    found["shorter"] = tr.length(number(facts.get("shorter")))
    if refill := instant(facts.get("refill_at")):
        found |= {"moment": tr.moment(refill), "span": tr.span((refill - now).total_seconds())}
    if refusal.code is Code.PICTURE_UNFIT:
        found["fault"] = text(facts.get("fault"))
        found["megabytes"] = str(round(number(facts.get("limit")) / MEGABYTE))
        found["side"] = str(facts.get("longest_side") or facts.get("shortest_side") or "…")
    if refusal.code is Code.DURATION_TOO_LONG:
        found |= {name: tr.length(number(facts.get(name))) for name in ("asked", "limit")}
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
