"""How long an attempt may run before it is given up, by the size of its work: pure. Loading a model is not of it."""

from collections.abc import Mapping
from typing import NamedTuple

from scheduler.fleet.model import Attempt, LiveWorker
from scheduler.jobs.queries.open import OpenJob
from scheduler.wire import LOADING_SECONDS

SLACK = 10.0  # of a measured pace: large pictures, and busy machines, take longer for a token than others
SWIFTEST = 10.0  # no pace is so good that less than this part of the unmeasured is allowed
LONGEST_SECONDS = 6 * 3600.0


class Patience(NamedTuple):
    """`whole`: for any work; `token`: for each token of its cost, where the worker's pace is not known."""

    whole: float
    token: float


# a token is an SDXL picture of 1024 x 1024, a second of LTX, 10 s of music, 2,000 tokens of language: on a processor
# alone such a picture was half an hour
PATIENCE: Mapping[str, Patience] = {
    "image": Patience(300.0, 1800.0),
    "video": Patience(900.0, 900.0),
    "audio": Patience(300.0, 600.0),
    "text": Patience(300.0, 2000.0),
}


def timeout_seconds(capability: str, tokens: float, pace: float | None) -> float:
    """Of work of this cost; `pace`: seconds for each token, as measured on the worker for the model."""
    whole, token = PATIENCE[capability]
    each = token if pace is None else max(SLACK * pace, token / SWIFTEST)
    return min(whole + each * tokens, LONGEST_SECONDS)


def time_for(job: OpenJob, worker: LiveWorker | None) -> float:
    """What the worker is told, and the leader waits for."""
    pace = worker.beat.paces.get(job.model or "") if worker else None
    return timeout_seconds(job.capability, job.share, pace)


def allowed(attempt: Attempt, worker: LiveWorker | None) -> float:
    """Seconds from the beginning of an attempt's pass to its end: what shares it is made in its time, too. One that
    left the pass meanwhile has taken its part of it."""
    together = worker.together(attempt) if worker else [attempt]
    attempt.pass_seconds = max(attempt.pass_seconds, sum(one.timeout_seconds for one in together))
    return LOADING_SECONDS + attempt.pass_seconds
