"""What the status message says until the job has ended."""

from datetime import datetime, timedelta

from bots.messenger import Picture, Screen
from bots.replies.frame import cancel_row, framed, joined
from bots.replies.translator import Translator
from scheduler.catalogue.model import Capability
from scheduler.jobs.model import JobView, Status, Wait, Why

SIGNS = {Capability.IMAGE: "🎨 ", Capability.VIDEO: "🎬 ", Capability.AUDIO: "🎵 ", Capability.TEXT: "✏️ "}
SHORTEST_COUNTDOWN_SECONDS = 10  # Discord counts down by itself; below this the words are calmer


def waiting(
    job: JobView,
    tr: Translator,
    now: datetime,
    *,
    model: str | None = None,
    at_once: int = 0,
    moved: bool | str = False,
) -> Screen:
    """A job that waits. `model` is its display name, `at_once` how many jobs the plan runs at a time (0: not known),
    `moved`: it comes back from a worker that stopped, or that failed with this code."""
    if job.cancel_requested:
        return Screen(framed(job.prompt, tr("stopping"), sign=SIGNS[job.capability]))
    if job.wait:
        place = waits(job.wait, tr, now, model or job.model, at_once)
    else:
        place = "" if moved else tr("waiting-accepted")
    lines = [tr("requeued", why=moved if isinstance(moved, str) else "stopped")] if moved else []
    return Screen(
        framed(job.prompt, *lines, joined([place, tr.tokens(job.cost_tokens)]), sign=SIGNS[job.capability]),
        buttons=(cancel_row(job, tr),),
    )


def waits(wait: Wait, tr: Translator, now: datetime, model: str, at_once: int = 0) -> str:
    """Why a job waits, in plain words."""
    match wait.why:
        case Why.OWN_JOBS:
            return tr("waiting-own-jobs", limit=at_once)
        case Why.NO_WORKER if wait.until:
            return tr("waiting-no-worker-until", model=model, moment=tr.moment(wait.until))
        case Why.NO_WORKER:
            return tr("waiting-no-worker", model=model)
        case Why.PAUSED:
            return tr("waiting-paused", model=model)
        case Why.START_TIME | Why.PARENT:
            return later(wait, tr, now)
        case Why.TURN | Why.NEXT:
            return in_line(wait, tr, now)
        case Why.OTHER:
            return tr("waiting")


def later(wait: Wait, tr: Translator, now: datetime) -> str:
    """It is in no line yet."""
    moment = tr.moment(wait.until, now) if wait.until else ""
    if wait.why is Why.START_TIME:
        return tr("waiting-start-time", moment=moment)
    return tr("waiting-parent-start-time", moment=moment) if moment else tr("waiting-parent")


def in_line(wait: Wait, tr: Translator, now: datetime) -> str:
    place = tr.place(wait.position)
    if wait.seconds is None:
        return tr("waiting-turn", place=place)
    if tr.platform == "discord" and wait.seconds >= SHORTEST_COUNTDOWN_SECONDS:
        start = now + timedelta(seconds=wait.seconds)
        return tr("waiting-turn-moment", place=place, moment=f"<t:{int(start.timestamp())}:R>")
    return tr("waiting-turn-about", place=place, span=tr.span(rounded(wait.seconds)))


def rounded(seconds: float) -> float:
    """An estimate without false precision: 43 s is "about 45 s", 7 s stays."""
    return seconds if seconds < 10 else round(seconds / 5) * 5


def running(
    job: JobView,
    tr: Translator,
    fraction: float | None = None,
    seconds_left: float | None = None,
    picture: Picture | None = None,
) -> Screen:
    """A job under way; a preview is the picture when there is one."""
    if job.cancel_requested:
        return Screen(framed(job.prompt, tr("stopping"), sign=SIGNS[job.capability]), picture)
    return Screen(
        framed(job.prompt, advance(tr, fraction, seconds_left, job.capability), sign=SIGNS[job.capability]),
        picture,
        buttons=(cancel_row(job, tr),),
    )


def advance(
    tr: Translator, fraction: float | None, seconds_left: float | None, what: Capability = Capability.IMAGE
) -> str:
    """How far it is: "60 % · 1 s left"."""
    if not fraction:
        return tr("running", what=what.value)
    if fraction >= 1:  # painted; the files are on their way to the store
        return tr("ready")
    percent = int(fraction * 100)
    if seconds_left is None:
        return tr("running-percent", percent=percent)
    return tr("running-percent-left", percent=percent, span=tr.span(seconds_left))


def opening(job: JobView, tr: Translator, now: datetime, *, model: str | None = None, at_once: int = 0) -> Screen:
    """What a fresh status message says, whatever the job does by now; a result follows as an edit of it."""
    match job.status:
        case Status.CREATED | Status.QUEUED:
            return waiting(job, tr, now, model=model, at_once=at_once)
        case Status.RUNNING if job.is_next:
            return waiting(job, tr, now, model=model, at_once=at_once)
        case Status.RUNNING:
            return running(job, tr)
        case Status.COMPLETED | Status.FAILED | Status.CANCELLED:
            return Screen(framed(job.prompt, tr("ready"), sign=SIGNS[job.capability]))
