"""CREATED jobs join when their time has come and their parents have completed."""

from itertools import pairwise
from uuid import UUID, uuid4

from scheduler.jobs.policy.agenda import Agenda

ONE, TWO, THREE, PARENT = (UUID(int=n) for n in range(1, 5))


def test_a_job_with_a_start_time_is_ready_then() -> None:
    agenda = Agenda()
    agenda.add(ONE, not_before=20.0)
    agenda.add(TWO, not_before=10.0)

    assert agenda.next_at() == 10.0
    assert agenda.ready(9.9).ready == ()
    assert agenda.ready(30.0).ready == (TWO, ONE)
    assert agenda.ready(30.0).ready == ()


def test_a_job_waits_for_every_parent() -> None:
    agenda = Agenda()
    agenda.add(ONE, parents=[PARENT, TWO])
    agenda.ended(PARENT, completed=True)
    assert agenda.ready(1.0).ready == ()

    agenda.ended(TWO, completed=True)
    assert agenda.ready(1.0).ready == (ONE,)


def test_the_start_time_counts_after_the_parents_too() -> None:
    agenda = Agenda()
    agenda.add(ONE, not_before=50.0, parents=[PARENT])
    agenda.ended(PARENT, completed=True)

    assert agenda.ready(49.0).ready == ()
    assert agenda.ready(50.0).ready == (ONE,)


def test_after_a_failure_children_and_theirs_are_without_hope() -> None:
    agenda = Agenda()
    agenda.add(ONE, parents=[PARENT])
    agenda.add(TWO, parents=[ONE, PARENT])
    agenda.add(THREE)

    assert agenda.ended(PARENT, completed=False).hopeless == (ONE, TWO)
    assert agenda.ready(1.0).ready == (THREE,)


def test_a_cancelled_job_is_never_ready() -> None:
    agenda = Agenda()
    agenda.add(ONE, not_before=5.0)
    agenda.add(TWO, parents=[PARENT])

    assert agenda.discard(ONE)
    assert agenda.discard(TWO)
    assert not agenda.discard(TWO)
    agenda.ended(PARENT, completed=True)
    assert agenda.ready(9.0).ready == ()


def test_a_job_that_is_put_here_anew_waits_for_what_is_said_then() -> None:
    agenda = Agenda()
    for job_id in (ONE, TWO):
        agenda.add(job_id, not_before=5.0)
        agenda.discard(job_id)
    agenda.add(ONE, not_before=5.0, parents=[PARENT])
    agenda.add(TWO, not_before=20.0)
    assert agenda.ready(10.0).ready == ()

    agenda.ended(PARENT, completed=True)
    assert agenda.ready(10.0).ready == (ONE,)
    assert agenda.ready(20.0).ready == (TWO,)
    assert len(agenda) == 0


def test_a_chain_of_any_length_is_without_hope() -> None:
    agenda, chain = Agenda(), [uuid4() for _ in range(3_000)]
    for parent, child in pairwise(chain):
        agenda.add(child, parents=[parent])

    assert set(agenda.ended(chain[0], completed=False).hopeless) == set(chain[1:])
    assert len(agenda) == 0
