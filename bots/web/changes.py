"""What a helping button under a refusal changes in the request."""

from bots import repeats
from bots.web.model import Changes
from scheduler.jobs.model import JobRequest


def changed(request: JobRequest, changes: Changes) -> JobRequest:
    if changes.use:
        request = repeats.with_model(request, changes.use)
    if changes.fit:
        request = repeats.fitted(request, changes.fit)
    if changes.fewer:
        request = repeats.fewer(request, changes.fewer)
    if changes.shorter:
        request = repeats.shorter(request, changes.shorter)
    if changes.briefer:
        request = repeats.briefer(request, changes.briefer)
    return request
