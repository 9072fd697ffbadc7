"""What is asked when somebody goes on from a job of theirs: the same again, close to it, larger, or as a film: pure."""

from bots.buttons import Action
from bots.commands import Size, stepped, whole
from scheduler.catalogue.model import Capability
from scheduler.jobs.model import LARGEST_SIDE, LONGEST_SECONDS, MOST_TOKENS, WISHES, JobRequest, JobView

TIMED = (Capability.VIDEO, Capability.AUDIO)
VARIATION_STRENGTH = 0.35


def again(job: JobView) -> JobRequest:
    """The same words once more, with a new seed."""
    return repeated(job, seed=None)


def retry(job: JobView) -> JobRequest:
    """Exactly the same request: after a failure, or to make an expired picture again from its seed."""
    return repeated(job, seed=job.seed)


def variation(job: JobView) -> JobRequest:
    """A picture close to that of the job. What started from a picture stays as near to that as it was."""
    more: dict[str, object] = {} if job.picture else {"strength": VARIATION_STRENGTH}
    return repeated(job, seed=None).model_copy(update={"count": 1, **more})


def animated(job: JobView) -> JobRequest | None:
    """A video of the job's picture; None when it has not just one that is still there."""
    kept = [artifact.id for artifact in job.artifacts if artifact.type == "image" and not artifact.expired]
    if job.capability is not Capability.IMAGE or len(job.artifacts) != 1 or not kept:
        return None
    return JobRequest(capability=Capability.VIDEO, prompt=job.prompt, picture=kept[0])


def larger(job: JobView, max_side: int) -> JobRequest | None:
    """The same picture, from its seed, with sides up to twice as long; None when the plan has no more room."""
    if not job.width or not job.height or job.capability is not Capability.IMAGE:
        return None
    width, height = fit((job.width * 2, job.height * 2), min(max_side, LARGEST_SIDE))
    if width <= job.width or height <= job.height:
        return None
    return repeated(job, seed=job.seed).model_copy(update={"width": width, "height": height, "count": 1})


def with_model(request: JobRequest, model: str) -> JobRequest:
    return request.model_copy(update={"model": whole(model)})


def fitted(request: JobRequest, longest_side: int) -> JobRequest:
    """The request, made small enough for a plan."""
    if not request.width or not request.height:
        return request
    width, height = fit((request.width, request.height), longest_side)
    return request.model_copy(update={"width": width, "height": height})


def fewer(request: JobRequest, count: int) -> JobRequest:
    return request.model_copy(update={"count": min(max(1, count), request.count)})


def shorter(request: JobRequest, seconds: int) -> JobRequest:
    return request.model_copy(update={"seconds": float(min(max(1, seconds), LONGEST_SECONDS))})


def briefer(request: JobRequest, tokens: int) -> JobRequest:
    return request.model_copy(update={"max_tokens": min(max(1, tokens), MOST_TOKENS)})


def mended(request: JobRequest, action: Action, subject: str) -> JobRequest:
    """The request with what a refusal proposed."""
    match action:
        case Action.FIT if subject.isdecimal():
            return fitted(request, int(subject))
        case Action.FEWER if subject.isdecimal():
            return fewer(request, int(subject))
        case Action.SHORTER if subject.isdecimal():
            return shorter(request, int(subject))
        case Action.BRIEFER if subject.isdecimal():
            return briefer(request, int(subject))
        case _:
            return with_model(request, subject)


def repeated(job: JobView, seed: int | None) -> JobRequest:
    timed = job.capability in TIMED
    return JobRequest(
        capability=job.capability,
        prompt=job.prompt,
        model=job.model,
        width=job.width,
        height=job.height,
        seed=seed,
        count=job.count,
        parent_id=job.id,
        picture=job.picture,
        strength=job.strength if job.picture else None,
        film=job.film,
        **{name: getattr(job, name) for name in WISHES if name != "seconds" or (timed and not job.film)},
    )


def fit(wanted: Size, longest_side: int) -> Size:
    """The wanted proportions, no side longer than the limit."""
    scale = min(1.0, longest_side / max(wanted))
    return stepped(wanted[0] * scale), stepped(wanted[1] * scale)
