"""What the policy promises about waiting and sharing, as numbers that tests hold it to."""

from scheduler.jobs.policy.ageing import MOST_RISES
from scheduler.jobs.policy.model import CLASSES, NEWCOMERS


def longest_wait(
    aging_seconds: float,
    switch_seconds: float,
    users: int,
    lines: int,
    largest_seconds: float,
    slots: int,
    strangers: int = 0,
) -> float:
    """Seconds in which the head of any line starts whose user may run another job, however many jobs the classes above
    have and whoever else comes to them. `users`: how many of one class wait at a time at most, not how many ever come;
    `slots`: jobs at a time of the workers that can run all of it.

    After rising through all classes the line has a part of one user with at most `lines` others, those that waited
    before it did, which takes a turn for each and one for itself. In a turn those who wait or run get one of the
    largest jobs each, the last of them perhaps nearly two, then comes the visitors' own, and each may have to wait for
    its model, `switch_seconds`; meanwhile rise those who are due. A turn may be cut short in each class below the top.

    While nobody of the classes above waits it is served at home, where virtual time moves on by a part of what people
    get who were not there before: of the jobs of such `strangers`, no more than NEWCOMERS of the largest go before it.
    This holds in the top class, too, from where no line rises."""
    turn = (users + slots + 2 + CLASSES / MOST_RISES) * largest_seconds / slots + switch_seconds
    at_home = min(strangers, NEWCOMERS) * (largest_seconds / slots + switch_seconds)
    return (CLASSES - 1) * aging_seconds + (lines + CLASSES) * turn + at_home


def switch_seconds(bound_seconds: float, load_seconds: float, largest_seconds: float) -> float:
    """How long a model that is passed over waits until it is loaded: twice the bound W, the job that runs, the load."""
    return 2 * bound_seconds + largest_seconds + load_seconds


def unfairness(largest: float, other_largest: float, rate: float, switch_seconds: float) -> float:
    """Tokens by which two users of a class may differ over any interval in which both always have a job that the same
    workers may run: their largest jobs, and what these workers dispatch (`rate` tokens a second) while a model is
    passed over in favour of warm ones, now the one's and then the other's."""
    return largest + other_largest + 2 * rate * switch_seconds
