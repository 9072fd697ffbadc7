"""No window ever holds too many calls, and nothing more important waits behind something less so."""

import random
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.messenger import Chat, Rate
from bots.pacing import Budget, Priority, Ticket

GROUP = Chat("group", Rate(20, 60.0))


@dataclass
class Granted:
    at: float
    ticket: Ticket


def served(budget: Budget, arrivals: list[tuple[float, Chat, Priority]], end: float) -> list[Granted]:
    """Let the arrivals stand in line, each asking again exactly when it was told to."""
    waiting: list[tuple[float, Ticket]] = []
    granted: list[Granted] = []
    todo = sorted(arrivals, key=lambda arrival: arrival[0])
    now = 0.0
    while (todo or waiting) and now <= end:
        now = min([at for at, _ in waiting] + [todo[0][0]] if todo else [at for at, _ in waiting])
        while todo and todo[0][0] <= now:
            at, chat, priority = todo.pop(0)
            waiting.append((at, budget.join(chat, priority)))
        for at, ticket in sorted(waiting, key=lambda each: each[1].rank):
            if at <= now:
                waiting.remove((at, ticket))
                wait = budget.take(ticket, now)
                if wait:
                    waiting.append((now + wait, ticket))
                else:
                    granted.append(Granted(now, ticket))
    assert not waiting, "somebody was never served"
    return granted


CHATS = st.sampled_from([Chat("a", Rate(3, 3.0)), Chat("b", Rate(1, 1.0)), Chat("c", Rate(20, 60.0))])
ARRIVALS = st.lists(st.tuples(st.floats(0, 30), CHATS, st.sampled_from(Priority)), max_size=60)


@given(ARRIVALS)
def test_no_window_holds_more_than_the_rate_and_everybody_is_served(
    arrivals: list[tuple[float, Chat, Priority]],
) -> None:
    bot = Rate(5, 1.0)
    granted = served(Budget(bot), arrivals, end=10_000)
    assert len(granted) == len(arrivals)
    for rate, times in [
        (bot, [each.at for each in granted]),
        *[
            (chat.rate, [each.at for each in granted if each.ticket.chat == chat])
            for chat in {each.ticket.chat for each in granted}
        ],
    ]:
        for first, last in zip(times, times[rate.calls :], strict=False):
            assert last - first >= rate.seconds - 1e-6


@given(st.lists(st.sampled_from(Priority), min_size=2, max_size=30))
def test_of_those_who_wait_in_a_chat_the_most_important_goes_first(priorities: list[Priority]) -> None:
    chat = Chat("a", Rate(1, 1.0))
    granted = served(Budget(Rate(100, 1.0)), [(0.0, chat, priority) for priority in priorities], end=1000)
    assert [each.ticket.priority for each in granted] == sorted(priorities)


def test_progress_leaves_room_for_results() -> None:
    budget = Budget(Rate(1000, 1.0))
    progress = 0
    while not budget.take(budget.join(GROUP, Priority.PROGRESS), 0.0):
        progress += 1
    budget.waiting.clear()
    answers = 0
    while not budget.take(budget.join(GROUP, Priority.ANSWER), 0.0):
        answers += 1
    budget.waiting.clear()
    assert (progress, answers) == (12, 6)
    assert budget.take(budget.join(GROUP, Priority.RESULT), 0.0) == 0
    assert budget.take(budget.join(GROUP, Priority.RESULT), 0.0) == 0
    assert budget.take(budget.join(GROUP, Priority.RESULT), 0.0) == 60.0


@given(st.lists(st.floats(0, 3), min_size=10, max_size=40), st.randoms(use_true_random=False))
def test_however_long_calls_are_under_way_the_platform_never_counts_too_many(
    lasting: list[float], chance: random.Random
) -> None:
    """Found by the fault machine, seed 21: calls that were held up on their way arrived together with later ones."""
    rate, chat = Rate(4, 1.0), Chat("a", Rate(1000, 1.0))
    budget = Budget(rate)
    now, arrivals = 0.0, []
    under_way: list[float] = []
    todo = list(lasting)
    while todo or under_way:
        for end in [end for end in under_way if end <= now]:
            under_way.remove(end)
            budget.end(chat, now)
        while todo and not budget.take(budget.join(chat, Priority.RESULT), now):
            budget.begin(chat)
            seconds = todo.pop()
            under_way.append(now + seconds)
            arrivals.append(now + chance.random() * seconds)
        budget.waiting.clear()
        now += 0.05
    arrivals.sort()
    for first, last in zip(arrivals, arrivals[rate.calls :], strict=False):
        assert last - first >= rate.seconds - 1e-6


def test_a_turn_that_is_taken_late_erases_no_other_call() -> None:
    """Found by the fault machine, seed 1000."""
    chat = Chat("a", Rate(2, 1.0))
    budget = Budget(Rate(1000, 1.0))
    assert budget.take(budget.join(chat, Priority.RESULT), 0.0) == 0
    assert budget.take(budget.join(chat, Priority.RESULT), 1.5) == 0
    budget.begin(chat)
    budget.end(chat, 1.6)
    budget.begin(chat)  # the first turn, long over
    assert budget.take(budget.join(chat, Priority.RESULT), 1.7) > 0
    budget.end(chat, 1.8)
    assert budget.take(budget.join(chat, Priority.RESULT), 1.9) == pytest.approx(0.7)


def test_a_429_silences_the_chat_or_the_whole_bot() -> None:
    budget, other = Budget(Rate(1000, 1.0)), Chat("other", Rate(20, 60.0))
    budget.hold(GROUP, 30.0, 0.0)
    assert budget.take(budget.join(GROUP, Priority.RESULT), 1.0) == 29.0
    assert budget.take(budget.join(other, Priority.RESULT), 1.0) == 0
    budget.hold(None, 10.0, 1.0)
    assert budget.take(budget.join(other, Priority.RESULT), 2.0) == 9.0


def test_idle_chats_are_forgotten_and_silenced_ones_are_not() -> None:
    budget = Budget(Rate(1000, 1.0))
    budget.take(budget.join(GROUP, Priority.RESULT), 0.0)
    silenced = Chat("silenced", Rate(20, 60.0))
    budget.hold(silenced, 300.0, 0.0)
    budget.forget_idle(59.0)
    assert set(budget.chats) == {"group", "silenced"}
    budget.forget_idle(61.0)
    assert set(budget.chats) == {"silenced"}
    assert not budget.waiting
