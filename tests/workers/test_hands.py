"""The thread of a slot, and the folders that attempts make their things in."""

import threading
from pathlib import Path

import pytest

from workers.hand import Hand
from workers.trays import Trays


def test_a_hand_does_everything_in_the_same_thread_and_ends_when_it_is_dismissed() -> None:
    hand, threads = Hand(), []
    done = threading.Semaphore(0)

    def work() -> None:
        threads.append(threading.current_thread())
        done.release()

    for _ in range(3):
        hand.do(work)
        assert done.acquire(timeout=5)
    hand.dismiss()

    assert len(set(threads)) == 1
    assert not threads[0].is_alive()


def test_what_is_given_has_begun_when_the_giver_goes_on() -> None:
    hand, begun, on = Hand(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        on.wait(5)

    hand.do(work)
    assert begun.wait(5)
    on.set()
    hand.dismiss()


def test_one_that_does_not_come_back_is_not_waited_for() -> None:
    hand, never = Hand(), threading.Event()

    def stuck() -> None:
        never.wait(30)

    hand.do(stuck)

    hand.do(lambda: None)  # it is given up
    never.set()
    hand.dismiss()


def test_trays_are_used_again_and_are_empty_each_time(tmp_path: Path) -> None:
    trays = Trays(tmp_path)
    with trays.one() as first:
        (first / "a.png").write_bytes(b"a")
        (first / "parts").mkdir()
        (first / "parts" / "b.png").write_bytes(b"b")
        (first / "link").symlink_to(tmp_path, target_is_directory=True)

    with trays.one() as again, trays.one() as another:
        assert again == first
        assert another != first
        assert list(again.iterdir()) == list(another.iterdir()) == []


def test_a_tray_that_is_gone_is_replaced(tmp_path: Path) -> None:
    trays = Trays(tmp_path)
    with trays.one() as first:
        first.rmdir()

    with trays.one() as second:
        assert second.is_dir()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_hand_that_broke_is_replaced() -> None:
    hand, done = Hand(), threading.Event()

    def breaks() -> None:
        raise RuntimeError

    hand.do(breaks)
    assert hand._thread
    hand._thread.join(5)
    hand.do(done.set)

    assert done.wait(5)
    hand.dismiss()
