"""One pass in this worker's hands: the attempts that share it, and how they are called in the log."""

import asyncio
import time
import traceback
from dataclasses import dataclass, field

import structlog

from workers.attempt import Attempt
from workers.bench import Bench
from workers.engines.protocol import BadRequest

log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class Run:
    """Attempts that share a pass on a bench since `began`; the timer ends those that have not ended. `work_seconds`:
    what they may take together, when their model is loaded."""

    attempts: list[Attempt]
    bench: Bench
    began: float = field(default_factory=time.monotonic)
    load_seconds: float = 0.0
    timer: asyncio.TimerHandle | None = None
    late: bool = False  # its time was over
    warm: bool = field(init=False)
    work_seconds: float = field(init=False)

    def __post_init__(self) -> None:
        """As it is when it begins: attempts leave it one by one."""
        self.warm = self.attempts[0].assignment.model in self.bench.warm
        tasks = [one.assignment for one in self.attempts]
        self.work_seconds = sum(task.work_seconds or task.timeout_seconds for task in tasks)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began


def named(attempt: Attempt) -> dict[str, object]:
    """How an attempt is called in the log; its prompt never is."""
    return {"job": str(attempt.ref.job_id), "attempt": attempt.ref.attempt, "model": attempt.assignment.model}


def log_failure(attempt: Attempt, error: BaseException) -> None:
    """Where it failed, for us; the message stays below info, it may quote the prompt."""
    if attempt.calloff is not None:
        return
    if isinstance(error, BadRequest):
        log.info("attempt.refused", **named(attempt), code=error.code)
        return
    where = "".join(traceback.format_tb(error.__traceback__))
    log.warning("attempt.failed", **named(attempt), error=type(error).__name__, exception=where)
    log.debug("attempt.failure", **named(attempt), message=str(error))
