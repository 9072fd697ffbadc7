"""What the status message says once the job has ended."""

from decimal import Decimal

from bots import repeats
from bots.buttons import Action, button
from bots.making import READER
from bots.messenger import TEXT_LIMIT, Button, Picture, Screen
from bots.replies.frame import cut, framed, is_cut, joined, units
from bots.replies.originals import Originals, way_there
from bots.replies.translator import Translator
from scheduler.accounts.model import AccountView
from scheduler.catalogue.model import Capability
from scheduler.errors import Code
from scheduler.jobs.model import JobView, Status

HEAD_CHARACTERS = 80
REASONS = frozenset(
    {"worker_lost", "timeout", "engine_failed", "out_of_memory", "no_worker_in_time", "store_failed", "bad_request"}
    | {Code.PARENT_FAILED, Code.OUT_OF_TOKENS, Code.MODEL_NOT_IN_PLAN, Code.CAPABILITY_PAUSED}
)


def ended(
    job: JobView,
    tr: Translator,
    account: AccountView | None,
    model: str,
    picture: Picture | None,
    text: str = "",
    characters: int = TEXT_LIMIT,
    *,
    films: bool = False,
    voice_notes: bool = False,
    originals: Originals | None = None,
) -> Screen:
    """The last screen of a job. `model` is the display name; the account says what is left and what the plan allows;
    `characters` is what a message of words alone holds. `films`: a video can be made from a picture here;
    `voice_notes`: the chat has such. `originals`: the picture is less than what was made."""
    match job.status:
        case Status.COMPLETED if text:
            return written(job, tr, text, figures(job, tr, account, model), characters)
        case Status.COMPLETED:
            return completed(
                job, tr, account, model, picture, films=films, voice_notes=voice_notes, originals=originals
            )
        case Status.CANCELLED:
            return cancelled(job, tr)
        case _:
            return failed(job, tr, model)


def completed(
    job: JobView,
    tr: Translator,
    account: AccountView | None,
    model: str,
    picture: Picture | None,
    *,
    films: bool = False,
    voice_notes: bool = False,
    originals: Originals | None = None,
) -> Screen:
    """The result that is a file; without one, it has expired."""
    line = figures(job, tr, account, model)
    larger, links = way_there(originals, job, tr) if originals else ("", ())
    if picture is None:
        again = (button(tr("button-make-again"), Action.REMAKE, job.id),)
        return Screen(framed(job.prompt, tr("expired"), line), None, (again,))
    first = [button(tr("button-again"), Action.AGAIN, job.id)]
    if job.capability is Capability.IMAGE:
        first.append(button(tr("button-variation"), Action.VARY, job.id))
    if account is not None and repeats.larger(job, account.plan.max_resolution):
        first.append(button(tr("button-larger"), Action.LARGER, job.id))
    second = []
    if films and repeats.animated(job):
        second.append(button(tr("button-animate"), Action.ANIMATE, job.id))
    if voice_notes and job.model == READER and originals is None:
        first.append(button(tr("button-voice"), Action.VOICE, job.id))
    if is_cut(job.prompt, line, larger):
        second.append(button(tr("button-more"), Action.MORE, job.id))
    rows = (tuple(first), tuple(second)) if second else (tuple(first),)
    return Screen(framed(job.prompt, line, larger), picture, rows, links)


def written(job: JobView, tr: Translator, text: str, line: str, characters: int) -> Screen:
    """Words that were asked for, under as much of the prompt as tells them apart from others; whole in a file, where
    they are more than a message holds."""
    head = cut(" ".join(job.prompt.split()), HEAD_CHARACTERS)
    around = units(head) + units(line) + 4
    whole = None
    if around + units(text) > characters:
        whole = Picture(text.encode(), f"tessera-{job.id.hex[:8]}.txt", None, None, final=True, kind="words")
        text = cut(text, TEXT_LIMIT - around)
    again = (button(tr("button-again"), Action.AGAIN, job.id),)
    return Screen(f"{head}\n\n{text}\n\n{line}", whole, (again,))


def figures(job: JobView, tr: Translator, account: AccountView | None, model: str) -> str:
    """The small line: "painter (no GPU) · seed 7 · 1 token, 19 left today"."""
    return joined(
        [
            model,
            tr("pictures", count=job.count) if job.count > 1 and job.capability is Capability.IMAGE else "",
            tr.length(float(job.seconds)) if job.seconds and job.capability is not Capability.IMAGE else "",
            tr("result-seed", seed=str(job.seed)) if job.seed is not None else "",
            cost(job.cost_tokens, tr, account),
        ]
    )


def cost(spent: Decimal, tr: Translator, account: AccountView | None) -> str:
    if account is None:
        return tr.tokens(spent)
    key = "result-cost" if account.tokens.balance else "result-cost-today"
    return tr(key, tokens=tr.tokens(spent), left=account.tokens.spendable)


def failed(job: JobView, tr: Translator, model: str) -> Screen:
    """Why it failed, as far as a person can act on it, and that nothing was lost."""
    said = job.error.code if job.error else ""
    code = said if said in REASONS else "not_begun" if said in frozenset(Code) else "other"
    fault = said if code == "not_begun" else (job.error.fault if job.error else None) or "none"
    reason = tr(f"failed-{code.replace('_', '-')}", model=model, fault=fault.replace("_", "-"))
    buttons: tuple[tuple[Button, ...], ...] = ()
    if code != "bad_request":  # the same would only fail again
        buttons = ((button(tr("button-try-again"), Action.RETRY, job.id),),)
    return Screen(framed(job.prompt, returned(reason, job, tr)), None, buttons)


def returned(reason: str, job: JobView, tr: Translator) -> str:
    """What happened, and that the tokens are back if there were any."""
    return f"{reason} {tr('tokens-back', count=job.tokens_back)}" if job.tokens_back > 0 else reason


def cancelled(job: JobView, tr: Translator) -> Screen:
    """A job that was stopped under way costs the part of it that was made."""
    if job.cost_tokens > 0:
        line = tr("cancelled-part", used=job.cost_tokens, back=job.tokens_back)
    else:
        line = returned(tr("cancelled"), job, tr)
    return Screen(framed(job.prompt, line), None, ((button(tr("button-again"), Action.AGAIN, job.id),),))


def quote(job: JobView, tr: Translator) -> Screen:
    """Before a picture whose file has expired is made again."""
    return Screen(
        framed(job.prompt, tr("expired-quote", tokens=tr.tokens(job.cost_tokens))),
        None,
        ((button(tr("button-make-again"), Action.REMAKE, job.id),),),
    )


def has_expired(job: JobView) -> bool:
    """Whether the job was done and none of its files is kept any more."""
    return job.status is Status.COMPLETED and all(artifact.expired for artifact in job.artifacts)
