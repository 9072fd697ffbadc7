"""What the policy promises about waiting and sharing, as numbers that tests hold it to."""

from scheduler.jobs.policy.model import CLASSES


def longest_wait(
    aging_seconds: float,
    switch_seconds: float,
    users: int,
    lines: int,
    largest_seconds: float,
    slots: int,
) -> float:
    """Seconds in which the head of any line starts whose user may run another job, however many jobs the classes above
    have. After rising through all classes it waits with at most `lines` others, which share one user's part of the top
    class with its `users`; each difference of parts is at most two of the largest jobs. Each of them may have to wait
    for its model, `switch_seconds`; `slots` are those of the workers that can run all of it."""
    turns = lines + 3
    return (CLASSES - 1) * aging_seconds + turns * ((users + 1) * largest_seconds / slots + switch_seconds)


def switch_seconds(bound_seconds: float, load_seconds: float, largest_seconds: float) -> float:
    """How long a model that is passed over waits until it is loaded: twice the bound W, the job that runs, the load."""
    return 2 * bound_seconds + largest_seconds + load_seconds


def unfairness(largest: float, other_largest: float, rate: float, switch_seconds: float) -> float:
    """Tokens by which two users of a class may differ over any interval in which both always have a job that the same
    workers may run: their largest jobs, and what these workers dispatch (`rate` tokens a second) while a model is
    passed over in favour of warm ones, now the one's and then the other's."""
    return largest + other_largest + 2 * rate * switch_seconds
