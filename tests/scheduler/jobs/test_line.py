"""What the leader keeps in memory, and what it costs whom."""

from datetime import UTC, datetime
from time import monotonic
from uuid import UUID

import pytest

from scheduler.fleet.model import LiveWorker
from scheduler.jobs.entries import waiting
from scheduler.jobs.line import Line
from scheduler.jobs.model import Status
from scheduler.jobs.outlook import Outlook
from scheduler.jobs.queries.open import NOBODY, OpenJob
from scheduler.jobs.queue import Server
from scheduler.wire import Beat, Offer

NOW = monotonic()
ANN, BEN = 1, 2


def a_line() -> tuple[Line, LiveWorker]:
    """With a worker of one slot, that has the painter loaded."""
    line, offers = Line(), [Offer(model="painter", capability="image", max_side=1024)]
    beat = Beat(worker_id="w-1", name="w", slots=1, offers=offers, warm=["painter"], sent_at=datetime.now(UTC))
    worker = line.workers["w-1"] = LiveWorker(beat, NOW)
    line.refresh({}, {})
    return line, worker


def job(number: int, user_id: int) -> OpenJob:
    return OpenJob(
        id=UUID(int=number),
        seq=number,
        user_id=user_id,
        user=f"telegram:{user_id}",
        limit=5,
        priority=0,
        status=Status.QUEUED,
        capability="image",
        model="painter",
        longest_side=512,
        share=1.0,
        bot_id=None,
        attempt=0,
        worker_id=None,
        avoid_workers=NOBODY,
        cancel_requested=False,
        wait_until=None,
        seconds=None,
    )


@pytest.mark.parametrize("unwritten", [0, 1, 3])
def test_a_start_that_was_not_written_costs_no_share(unwritten: int) -> None:
    """Ann was chosen in vain; then she and Ben take turns, as if nothing had been."""
    line, worker = a_line()
    for number in range(1, 5):
        line.place(job(number, ANN), NOW)
    for _ in range(unwritten):
        [chosen] = line.take(worker, NOW).jobs
        line.withdraw(chosen.id, NOW)
        line.place(job(chosen.seq, ANN), NOW)
    for number in range(5, 9):
        line.place(job(number, BEN), NOW)
    users = []
    for _ in range(6):
        [chosen] = line.take(worker, NOW).jobs
        users.append(line.jobs[chosen.id].user_id)
        line.remove(chosen.id, NOW)

    assert users in ([ANN, BEN] * 3, [BEN, ANN] * 3)


def test_a_new_leader_gives_lines_the_age_they_have() -> None:
    """Ann has waited for long enough to visit the class of those who pay, Ben has not."""
    line, worker = a_line()
    line.place(job(1, ANN)._replace(seconds=1000.0), NOW)
    line.place(job(2, BEN)._replace(seconds=50.0), NOW)
    for number in range(3, 6):
        line.place(job(number, number)._replace(priority=3), NOW)
    order = [line.jobs[line.take(worker, NOW).jobs[0].id].user_id for _ in range(5)]

    assert order == [ANN, 3, 4, 5, BEN]


def a_fleet(size: int) -> tuple[Line, list[LiveWorker]]:
    """Workers of one slot, each of which runs a job of Ben's."""
    line, offers = Line(), [Offer(model="painter", capability="image", max_side=1024)]
    for number in range(size):
        beat = Beat(
            worker_id=f"w-{number}", name="w", slots=1, offers=offers, warm=["painter"], sent_at=datetime.now(UTC)
        )
        line.workers[beat.worker_id] = LiveWorker(beat, NOW)
    line.refresh({}, {})
    for number, worker in enumerate(line.workers.values()):
        line.place(job(1000 + number, BEN + number), NOW)
        line.take(worker, NOW)
    line.refresh({}, {})
    return line, list(line.workers.values())


def test_the_policy_hears_of_the_workers_that_changed_and_of_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    line, (first, second, *_) = a_fleet(50)
    met: list[str] = []
    meet = line.queue.meet

    def noted(server: Server) -> None:
        met.append(server.id)
        meet(server)

    monkeypatch.setattr(line.queue, "meet", noted)

    line.refresh({}, {})
    assert met == []
    line.hear(second, second.beat.model_copy(update={"paces": {"painter": 3.0}}), NOW)
    line.remove(next(iter(first.busy)), NOW)
    line.refresh({}, {})
    assert met == ["w-0", "w-1"]
    assert line.queue.servers["w-1"].paces == {"painter": 3.0}
    line.put_aside({"w-2"})
    line.refresh({}, {})
    assert [one.id for one in line.queue.servers.values() if one.draining] == ["w-2"]


def test_a_large_fleet_is_looked_at_once_for_many_questions() -> None:
    """And again before what was seen is old: a tenth of a millisecond for each job that runs."""
    line, workers = a_fleet(120)
    outlook = Outlook(line)

    def seconds(now: float) -> float:
        told = outlook.expected(waiting(job(1, ANN)), None, now, promised=False).seconds
        assert told is not None
        return told

    before = seconds(NOW)
    for worker in workers[1:]:
        line.remove(next(iter(worker.busy)), NOW)
    assert seconds(NOW + 0.0099) == before > 0
    assert seconds(NOW + 0.0101) == 0


def test_who_looks_finds_a_worker_that_was_free_taken_meanwhile() -> None:
    line, workers = a_fleet(120)
    line.remove(next(iter(workers[0].busy)), NOW)
    outlook, mine = Outlook(line), waiting(job(1, ANN))
    assert outlook.expected(mine, None, NOW, promised=False).seconds == 0

    line.place(job(2, ANN + 9999), NOW)
    line.take(workers[0], NOW)
    assert outlook.expected(mine, None, NOW, promised=False).seconds != 0
