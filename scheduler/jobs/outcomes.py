"""What an outcome means for its job: pure."""

import math
import re
from collections.abc import Mapping, Sequence
from uuid import UUID

from scheduler.catalogue.model import Took, unused_fraction
from scheduler.fleet.breaking import worker_name
from scheduler.jobs.model import Status
from scheduler.jobs.queries.dispatch import Requeue
from scheduler.jobs.queries.ending import Ending
from scheduler.jobs.queries.tries import Asked, Tries
from scheduler.wire import Made, Outcome, Rendition

MOST_LOST_ATTEMPTS = 2
MOST_FAILED_ATTEMPTS = 2
LARGEST_INT = 2**31 - 1
BLURHASH = re.compile(r"[0-9A-Za-z#$%*+,.:;=?@\[\]^_{|}~-]{6,100}")
SEGMENT = re.compile(r"[A-Za-z0-9._-]{1,100}")  # of a path
OUT_OF_MEMORY = "out_of_memory"
MESSAGES: Mapping[str, str] = {
    "worker_lost": "The worker stopped twice while it worked on this.",
    "timeout": "It took longer than it may.",
    "no_worker_in_time": "No worker that could run this came in time.",
}


def verdict(
    outcome: Outcome, tries: Tries | None, too_small: Sequence[str] | None = (), asked: Asked | None = None
) -> Ending | Requeue | None:
    """End the job, or give it another try; both are guarded by attempt and lease token when they are written. What was
    completed is ended without a look at the tries; of a job that is unknown there is nothing to decide. `too_small`:
    names of the workers that have no more memory than the one that had not enough; None where none has more. `asked`:
    where the outcome says what the job really took."""
    if outcome.status == "completed":
        if not all(inside(made, outcome) for made in outcome.artifacts):
            return failed(outcome, "store_failed", "The result could not be stored.")
        made = tuple(clamped(made) for made in outcome.artifacts)
        return ended(outcome, Status.COMPLETED, unused_fraction=unneeded(outcome, asked), artifacts=made)
    if tries is None:
        return None
    if tries.cancel_requested:
        unused = outcome.unused_fraction if outcome.status == "cancelled" else 1.0
        return ended(outcome, Status.CANCELLED, unused_fraction=unused)
    if outcome.status in ("handed_back", "cancelled"):  # cancelled, but by nobody who may: a recall
        return Requeue(outcome.job_id, outcome.attempt, outcome.lease_token)
    if outcome.retryable and tries.failed + 1 < MOST_FAILED_ATTEMPTS and too_small is not None:
        avoid = {worker_name(outcome.worker_id), *too_small}
        return Requeue(
            outcome.job_id, outcome.attempt, outcome.lease_token, avoid=tuple(sorted(avoid)), why=outcome.error_code
        )
    said = outcome.error_message or "The engine failed."
    return failed(outcome, outcome.error_code or "engine_failed", said, outcome.error_fault)


def took(outcome: Outcome) -> list[Took]:
    """How long each thing made has become, if what was paid for was not known before; none if any does not say."""
    said = [
        Took(made.took_seconds or 0.0, made.took_tokens or 0)
        for made in outcome.artifacts
        if made.took_seconds is not None or made.took_tokens is not None
    ]
    complete = outcome.status == "completed" and len(said) == len(outcome.artifacts)
    return said if complete and all(math.isfinite(one.seconds) for one in said) else []


def unneeded(outcome: Outcome, asked: Asked | None) -> float:
    """The part of the hold that a completed job gives back."""
    each = took(outcome)
    return unused_fraction(asked.capability, asked.work, each) if asked and each else 0.0


def failed(outcome: Outcome, code: str, message: str, fault: str | None = None) -> Ending:
    error = {"code": code[:50].replace("\0", ""), "message": message.replace("\0", "")}
    if fault:
        error["fault"] = fault
    return ended(outcome, Status.FAILED, unused_fraction=1.0, error=error)


def ended(
    outcome: Outcome,
    status: Status,
    *,
    unused_fraction: float = 0.0,
    error: Mapping[str, str] | None = None,
    artifacts: tuple[Made, ...] = (),
) -> Ending:
    return Ending(
        job_id=outcome.job_id,
        attempt=outcome.attempt,
        running=True,
        status=status,
        lease_token=outcome.lease_token,
        unused_fraction=unused_fraction,
        error=error,
        run_seconds=outcome.run_seconds,
        artifacts=artifacts,
    )


def given_up(job_id: UUID, attempt: int, status: Status, code: str | None = None, *, running: bool) -> Ending:
    """The scheduler itself ends a job, tokens back: cancelled while it waited, lost, too long, or nobody to run it."""
    return Ending(
        job_id=job_id,
        attempt=attempt,
        running=running,
        lapsed=code == "worker_lost",
        status=status,
        unused_fraction=1.0,
        error={"code": code, "message": MESSAGES[code]} if code else None,
    )


def folder_of(job_id: UUID, attempt: int) -> str:
    """Where an attempt's files go, below the artifact store."""
    return f"jobs/{job_id}/{attempt}"


def inside(made: Made, outcome: Outcome) -> bool:
    """A worker may name only files of its own attempt."""
    folder = folder_of(outcome.job_id, outcome.attempt) + "/"
    paths = [path for path in (made.path, made.thumbnail_path, made.web.path if made.web else None) if path is not None]
    return all(path.startswith(folder) and is_plain(path) and len(path) <= 500 for path in paths)


def is_plain(path: str) -> bool:
    """Whether every store takes it, and as it stands here."""
    return all(SEGMENT.fullmatch(segment) and segment not in (".", "..") for segment in path.split("/"))


def clamped(made: Made) -> Made:
    """What fits its columns: numbers in their bounds, no NUL, nothing in the metadata that JSON does not know."""
    numbers = (made.width or 0, made.height or 0, made.duration_seconds or 0.0, made.size_bytes)
    fits = all(0 <= number <= 10_000_000 for number in numbers) and len(made.format) <= 20 and "\0" not in made.format
    blurred = made.blurhash is None or BLURHASH.fullmatch(made.blurhash) is not None
    if fits and blurred and (made.web is None or made.web == fitting(made.web)) and is_storable(made.metadata):
        return made
    return made.model_copy(
        update={
            "format": made.format[:20].replace("\0", ""),
            "width": None if made.width is None else min(max(made.width, 0), LARGEST_INT),
            "height": None if made.height is None else min(max(made.height, 0), LARGEST_INT),
            "duration_seconds": None
            if made.duration_seconds is None
            else min(max(0.0, made.duration_seconds), 10_000_000.0),
            "size_bytes": min(max(made.size_bytes, 0), 2**62),
            "blurhash": made.blurhash if blurred else None,
            "web": fitting(made.web) if made.web else None,
            "metadata": storable(made.metadata),
        }
    )


def fitting(web: Rendition) -> Rendition:
    """The rendition with its numbers in the bounds of their columns."""
    return Rendition(
        path=web.path,
        width=min(max(web.width, 1), LARGEST_INT),
        height=min(max(web.height, 1), LARGEST_INT),
        size_bytes=min(max(web.size_bytes, 0), 2**62),
    )


def is_storable(value: object) -> bool:
    if isinstance(value, dict):
        return all(is_storable(key) and is_storable(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(is_storable, value))
    return "\0" not in value if isinstance(value, str) else not isinstance(value, float) or math.isfinite(value)


def storable(value: object) -> object:
    """The same JSON without what PostgreSQL cannot store: NUL characters, NaN and infinities."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [storable(item) for item in value]
    return value if is_storable(value) else None
