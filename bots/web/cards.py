"""From the scheduler's views to what the page shows: the same words as in every chat, one by one."""

import re
from collections.abc import Iterable
from datetime import datetime

from bots import buttons
from bots.messenger import Button, Picture, Screen
from bots.models import offered
from bots.replies import progress, results
from bots.replies.translator import Translator
from bots.web.model import ButtonView, Card, ModelChoice, PictureView, Purse
from scheduler.accounts.model import AccountView
from scheduler.artifacts.model import ArtifactView
from scheduler.catalogue.model import ModelView
from scheduler.jobs.model import JobView, Status

SHOWN = Picture(b"", "", None, None, final=True)  # the page fetches the pictures by itself
NAME_WORDS = 8


def card(job: JobView, tr: Translator, now: datetime, account: AccountView, model: str, *, films: bool = False) -> Card:
    """`model` is the display name of the job's model; `films`: a video can be made from a picture here."""
    shown = screen(job, tr, now, account, model, films=films)
    return Card(
        id=job.id,
        status=job.status,
        open=not job.status.ended,
        waits=job.is_next or job.status in (Status.CREATED, Status.QUEUED),
        stopping=job.cancel_requested and not job.status.ended,
        prompt=job.prompt,
        capability=job.capability,
        line=below_the_prompt(shown),
        width=job.width,
        height=job.height,
        count=job.count,
        attempt=job.attempt,
        created_at=job.created_at,
        preview=f"/jobs/{job.id}/preview",
        pictures=[picture(artifact, job) for artifact in job.artifacts],
        buttons=button_views(shown.buttons),
    )


def screen(
    job: JobView, tr: Translator, now: datetime, account: AccountView, model: str, *, films: bool = False
) -> Screen:
    """The job's screen without its prompt, which the page shows in a place of its own."""
    bare = job.model_copy(update={"prompt": ""})
    match job.status:
        case Status.CREATED | Status.QUEUED:
            return progress.waiting(bare, tr, now, model=model, at_once=account.plan.max_concurrent_jobs)
        case Status.RUNNING if job.is_next:
            return progress.waiting(bare, tr, now, model=model, at_once=account.plan.max_concurrent_jobs)
        case Status.RUNNING:
            return progress.running(bare, tr)
        case Status.COMPLETED if not results.has_expired(job):
            figures = results.figures(job, tr, None, model)  # what was left then is not what is left now
            return Screen(
                "\n" + figures, buttons=results.completed(bare, tr, account, model, SHOWN, films=films).buttons
            )
        case _:
            return results.ended(bare, tr, account, model, None)


def below_the_prompt(shown: Screen) -> str:
    """Every screen of a job begins with a line for the prompt."""
    return shown.text.partition("\n")[2].strip()


def button_views(rows: Iterable[Iterable[Button]]) -> list[ButtonView]:
    return [view for row in rows for button in row if (view := button_view(button))]


def button_view(button: Button) -> ButtonView | None:
    known = buttons.read(button.data)
    return ButtonView(label=button.label, action=known[0], subject=known[1]) if known else None


def picture(artifact: ArtifactView, job: JobView) -> PictureView:
    url = f"/pictures/{artifact.id}"
    return PictureView(
        url=url,
        web=f"{url}/web" if artifact.web else url,
        blurhash=artifact.blurhash,
        width=artifact.width,
        height=artifact.height,
        filename=filename(job, artifact),
        expired=artifact.expired,
        kind=artifact.type,
    )


def filename(job: JobView, artifact: ArtifactView) -> str:
    """A name to save a picture under: "a-red-sunset-over-the-sea-7.png"."""
    words = re.findall(r"\w+", job.prompt.lower())[:NAME_WORDS]
    seed = artifact.seed if artifact.seed is not None else job.seed
    number = [str(part) for part in (seed, artifact.position or None) if part is not None]
    return "-".join(["-".join(words)[:80] or "picture", *number]) + "." + artifact.format.lower()


def purse(account: AccountView, tr: Translator) -> Purse:
    tokens = account.tokens
    line = tr("web-purse", left=tokens.left_today, limit=tokens.daily_limit)
    if tokens.balance:
        line = tr("web-purse-balance", line=line, balance=tokens.balance)
    share = float(tokens.left_today) / tokens.daily_limit if tokens.daily_limit else 0.0
    return Purse(line=line, left=min(1.0, max(0.0, share)), user=account.user)


def choices(models: Iterable[ModelView], tr: Translator) -> list[ModelChoice]:
    """The models a visitor may choose between."""
    return [
        ModelChoice(
            id=model.id,
            label=model.display_name if model.online else tr("model-away", model=model.display_name),
            default=model.default,
        )
        for model in offered(models)
    ]
