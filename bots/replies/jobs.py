"""The list of a person's jobs, and the short answers to a press on a button."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from bots.buttons import Action, button
from bots.messenger import Screen
from bots.replies.frame import cut, joined
from bots.replies.results import has_expired
from bots.replies.translator import Translator
from scheduler.jobs.model import JobView, Status

MOST_JOBS = 10
PROMPT_CHARACTERS = 60
BUTTONS_IN_A_ROW = 3


class Note(StrEnum):
    """A word that passes: a toast on Telegram, an ephemeral answer on Discord."""

    CANCELLING = "note-cancelling"
    OVER = "note-over"
    WORKING = "note-working"
    NOT_YOURS = "note-not-yours"
    UNKNOWN = "note-unknown"
    TOO_LARGE = "note-too-large"


def note(which: Note, tr: Translator) -> str:
    return tr(which.value)


def listing(jobs: Sequence[JobView], tr: Translator, now: datetime) -> Screen:
    """/jobs: the newest, with a button to cancel each that has not ended."""
    shown = jobs[:MOST_JOBS]
    if not shown:
        return Screen(tr("jobs-none"))
    lines = [
        tr(
            "jobs-line",
            number=number,
            prompt=cut(" ".join(job.prompt.split()), PROMPT_CHARACTERS),
            state=joined([state(job, tr), seed(job, tr), tr.ago(job.created_at, now)]),
        )
        for number, job in enumerate(shown, 1)
    ]
    cancels = [
        button(tr("button-cancel-number", number=number), Action.CANCEL, job.id)
        for number, job in enumerate(shown, 1)
        if not job.status.ended
    ]
    rows = tuple(tuple(cancels[at : at + BUTTONS_IN_A_ROW]) for at in range(0, len(cancels), BUTTONS_IN_A_ROW))
    return Screen("\n".join([tr("jobs-title"), *lines]), buttons=rows)


def nothing_to_cancel(tr: Translator) -> Screen:
    return Screen(tr("cancel-nothing"))


def seed(job: JobView, tr: Translator) -> str:
    return tr("result-seed", seed=str(job.seed)) if job.seed is not None else ""


def state(job: JobView, tr: Translator) -> str:
    """How a job stands, in a word or three."""
    match job.status:
        case Status.CREATED | Status.QUEUED:
            if job.wait is None:
                return tr("jobs-waiting")
            if not job.wait.position:
                return tr("jobs-later")
            return tr("jobs-waiting-place", place=tr.place(job.wait.position))
        case Status.RUNNING:
            return tr("jobs-waiting-place", place=tr.place(job.wait.position)) if job.wait else tr("jobs-running")
        case Status.COMPLETED:
            return tr("jobs-expired" if has_expired(job) else "jobs-completed")
        case Status.FAILED:
            return tr("jobs-failed")
        case Status.CANCELLED:
            return tr("jobs-cancelled")
