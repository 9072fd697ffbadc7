"""A status message becomes the result once, whatever fails on the way."""

import asyncio
from datetime import UTC, datetime
from time import monotonic
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from bots.delivering import MOST_HALVINGS
from bots.files import Brought, Files
from bots.messenger import Blocked, Gone, Later, Moved, PictureLimits, Rate, TooLarge, Unknown
from bots.postman import Postman
from bots.status import StatusBoard
from scheduler.artifacts.model import WebView
from scheduler.client import User
from scheduler.deliveries.model import Claim, Claimed, DeliveryState
from scheduler.errors import Code, Refused, Unreachable
from scheduler.jobs.model import JobRequest, JobView, Status, Wait, Why
from tests.bots.studio import ADDRESS, FOR_SCREENS, HURRY, FakeMessenger, Studio, serving, until


@pytest.fixture
def studio() -> Studio:
    return Studio()


@pytest.fixture
def chat() -> FakeMessenger:
    return FakeMessenger()


async def ask(postman: Postman, key: str = "1", address: dict[str, Any] = ADDRESS) -> UUID:
    """What a handler does with a prompt."""
    user = postman.scheduler.acting_for("telegram:42")
    board = StatusBoard(postman, again_after_seconds=0.05)
    request = JobRequest(prompt="a fox")
    try:
        accepted = await user.submit(request, key=key, destination=board.destination(address))
        await board.open(accepted, address, user="telegram:42", locale="en")
    except Unreachable:
        asked = await board.keep_asking(user, request, key=key, address=address, ref="telegram:42", locale="en")
        assert asked is not None
        accepted = asked
    return accepted.job.id


async def test_one_message_goes_from_the_place_in_line_over_previews_to_the_picture(
    studio: Studio, chat: FakeMessenger
) -> None:
    async with serving(studio, chat) as postman:
        job = await ask(postman)
        await until(lambda: len(chat.shown) == 1)
        assert chat.shown[1].text == "🎨 a fox\nNext in line · about 2 s · 1 token"
        await until(lambda: studio.deliveries[job].message == {"number": 1})
        studio.run(job)
        studio.progress(job, 0.6, preview=1)
        await until(lambda: "60 %" in chat.shown[1].text)
        assert chat.shown[1].text == "🎨 a fox\n60 % · 1 s left"
        assert chat.shown[1].screens[-1].picture is not None
        studio.end(job)
        await until(lambda: studio.posted(job))
    assert chat.shown[1].is_result
    assert chat.shown[1].text == "a fox\npainter (no GPU) · seed 7 · 1 token, 19 left today"
    assert [button.label for button in chat.shown[1].screens[-1].buttons[0]] == ["Again", "Variation"]
    assert len(chat.shown) == 1


async def test_a_job_that_starts_later_says_so_until_its_time_has_come(studio: Studio, chat: FakeMessenger) -> None:
    async with serving(studio, chat) as postman:
        job = await ask(postman)
        await until(lambda: studio.deliveries[job].message is not None)
        later = Wait(position=0, seconds=None, why=Why.START_TIME, until=datetime(2026, 12, 1, 9, tzinfo=UTC))
        studio.change(job, status=Status.CREATED, wait=later)
        await until(lambda: "Waiting until 2026-12-01 09:00 UTC" in chat.shown[1].text)
        studio.change(job, status=Status.QUEUED, wait=Wait(position=1, seconds=2, why=Why.NEXT))
        studio.tell("accepted", job, status=Status.QUEUED)
        await until(lambda: "Next in line" in chat.shown[1].text)


async def test_an_end_that_nobody_heard_is_found_by_polling(studio: Studio, chat: FakeMessenger) -> None:
    async with serving(studio, chat) as postman:
        job = await ask(postman)
        await until(lambda: len(chat.shown) == 1)
        studio.end(job, silently=True)
        await until(lambda: studio.posted(job))


async def test_a_job_that_ended_before_its_message_was_opened(studio: Studio, chat: FakeMessenger) -> None:
    async with serving(studio, chat) as postman:
        user = postman.scheduler.acting_for("telegram:42")
        board = StatusBoard(postman)
        accepted = await user.submit(JobRequest(prompt="x"), key="1", destination=board.destination(ADDRESS))
        studio.run(accepted.job.id)
        studio.end(accepted.job.id)
        await board.open(accepted, ADDRESS, user="telegram:42")
        await until(lambda: studio.posted(accepted.job.id))
    assert [kind for _, kind, _ in chat.calls] == ["send", "edit"]


async def test_a_deleted_message_is_replaced_by_one_fresh_send(studio: Studio, chat: FakeMessenger) -> None:
    async with serving(studio, chat) as postman:
        job = await ask(postman)
        await until(lambda: studio.deliveries[job].message is not None)
        chat.failures.append(Gone())
        studio.end(job)
        await until(lambda: studio.posted(job))
    assert len(chat.shown) == 2
    assert chat.shown[2].is_result
    assert "Here it comes" in chat.shown[2].screens[0].text
    assert studio.deliveries[job].message == {"number": 2}


async def test_a_message_deleted_during_the_run_stays_away_until_the_result(
    studio: Studio, chat: FakeMessenger
) -> None:
    async with serving(studio, chat) as postman:
        job = await ask(postman)
        await until(lambda: studio.deliveries[job].message is not None)
        chat.failures.append(Gone())
        studio.run(job)
        await until(lambda: not chat.failures)
        studio.progress(job, 0.5)
        studio.progress(job, 0.7)
        studio.end(job)
        await until(lambda: studio.posted(job))
    assert len(chat.shown) == 2
    assert len(chat.shown[2].screens) == 2


async def test_a_message_deleted_twice_is_a_dead_letter(studio: Studio, chat: FakeMessenger) -> None:
    async with serving(studio, chat) as postman:
        job = await ask(postman)
        await until(lambda: studio.deliveries[job].message is not None)
        chat.failures.extend([Gone(), None, Gone()])
        studio.end(job)
        await until(lambda: studio.deliveries[job].state is DeliveryState.DEAD)


async def test_who_blocked_the_bot_is_a_dead_letter_without_retries(studio: Studio, chat: FakeMessenger) -> None:
    async with serving(studio, chat) as postman:
        job = await ask(postman)
        await until(lambda: studio.deliveries[job].message is not None)
        chat.failures.append(Blocked())
        studio.end(job)
        await until(lambda: studio.deliveries[job].state is DeliveryState.DEAD)
        await until(lambda: not postman.posts)
    assert studio.deliveries[job].error == "blocked"
    assert len(chat.finals()) == 1


async def test_a_file_that_the_platform_does_not_take_comes_smaller(studio: Studio, chat: FakeMessenger) -> None:
    studio.shape = {"size_bytes": 6 * 2**20, "web": WebView(format="jpg", width=8, height=8, size_bytes=9)}
    async with serving(studio, chat) as postman:
        job = await ask(postman)
        await until(lambda: studio.deliveries[job].message is not None)
        chat.failures.append(TooLarge())
        studio.end(job)
        await until(lambda: studio.posted(job))
    whole, smaller = chat.finals()
    assert whole.picture is not None
    assert smaller.picture is not None
    assert (len(whole.picture.content), smaller.picture.content) == (6 * 2**20, FOR_SCREENS["image"])
    assert "Shown smaller here: the original has 6 MB." in smaller.text


async def test_a_file_that_is_never_small_enough_is_a_dead_letter(studio: Studio, chat: FakeMessenger) -> None:
    async with serving(studio, chat) as postman:
        job = await ask(postman)
        await until(lambda: studio.deliveries[job].message is not None)
        chat.failures.extend(TooLarge() for _ in range(MOST_HALVINGS + 1))
        studio.end(job)
        await until(lambda: studio.deliveries[job].state is DeliveryState.DEAD)
    assert studio.deliveries[job].error == "too large"


async def test_a_group_that_became_a_supergroup_is_followed(studio: Studio, chat: FakeMessenger) -> None:
    async with serving(studio, chat) as postman:
        job = await ask(postman)
        await until(lambda: studio.deliveries[job].message is not None)
        chat.failures.append(Moved({"chat": -100}))
        studio.end(job)
        await until(lambda: studio.posted(job))
    assert chat.shown[2].chat == -100
    assert chat.shown[2].is_result
    assert studio.deliveries[job].address == {"chat": -100}


async def test_a_429_is_obeyed_and_the_result_follows(studio: Studio, chat: FakeMessenger) -> None:
    async with serving(studio, chat) as postman:
        job = await ask(postman)
        await until(lambda: studio.deliveries[job].message is not None)
        chat.failures.append(Later(0.3))
        studio.end(job)
        await until(lambda: studio.posted(job))
    (first, *_), (second, *_) = chat.calls[-2:]
    assert second - first >= 0.3


async def test_a_429_of_a_progress_edit_silences_the_whole_chat(studio: Studio, chat: FakeMessenger) -> None:
    async with serving(studio, chat) as postman:
        job, other = await ask(postman), await ask(postman, key="2")
        await until(lambda: all(row.message for row in studio.deliveries.values()))
        chat.failures.append(Later(0.4))
        studio.run(job)
        await until(lambda: not chat.failures)
        told_at = chat.calls[-1][0]
        studio.end(other)
        await until(lambda: studio.posted(other))
        assert monotonic() - told_at >= 0.4


@pytest.mark.parametrize("landed", [True, False])
async def test_a_final_edit_of_unknown_outcome_is_repeated_once(
    studio: Studio, chat: FakeMessenger, landed: bool
) -> None:
    async with serving(studio, chat) as postman:
        job = await ask(postman)
        await until(lambda: studio.deliveries[job].message is not None)
        chat.failures.append(Unknown())
        chat.landing.append(landed)
        studio.end(job)
        await until(lambda: studio.posted(job))
    (first, *_), (second, *_) = chat.calls[-2:]
    assert second - first >= HURRY.repeat
    assert len(chat.finals()) == 2
    assert len(chat.shown) == 1


async def test_after_a_progress_edit_of_unknown_outcome_the_final_edit_is_repeated(
    studio: Studio, chat: FakeMessenger
) -> None:
    """The late progress edit may land after the result."""
    async with serving(studio, chat) as postman:
        job = await ask(postman)
        await until(lambda: studio.deliveries[job].message is not None)
        chat.failures.append(Unknown())
        studio.run(job)
        await until(lambda: not chat.failures)
        studio.end(job)
        await until(lambda: studio.posted(job))
    assert len(chat.finals()) == 2


async def test_after_two_unknown_outcomes_the_delivery_is_handed_back_and_comes_again(
    studio: Studio, chat: FakeMessenger
) -> None:
    async with serving(studio, chat) as postman:
        job = await ask(postman)
        await until(lambda: studio.deliveries[job].message is not None)
        chat.failures.extend([Unknown(), Unknown()])
        studio.end(job)
        await until(lambda: studio.posted(job))
    assert studio.deliveries[job].tries == 1
    assert len(chat.shown) == 1


async def test_a_status_line_of_unknown_outcome_may_be_sent_again(studio: Studio, chat: FakeMessenger) -> None:
    chat.failures.append(Unknown())
    chat.landing.append(True)
    async with serving(studio, chat) as postman:
        job = await ask(postman)
        await until(lambda: studio.deliveries[job].message is not None)
        studio.end(job)
        await until(lambda: studio.posted(job))
    assert len(chat.shown) == 2
    assert sum(shown.is_result for shown in chat.shown.values()) == 1


async def test_a_lost_claim_is_left_alone(studio: Studio, chat: FakeMessenger) -> None:
    async with serving(studio, chat) as postman:
        job = await ask(postman)
        await until(lambda: studio.deliveries[job].message is not None)
        row = studio.deliveries[job]
        row.claimed_by, row.claim_until = "another", monotonic() + 60
        studio.end(job)
        await until(lambda: not postman.posts)
    assert chat.finals() == []


async def test_a_restarted_process_sends_a_line_first_and_edits_it_into_the_result(
    studio: Studio, chat: FakeMessenger
) -> None:
    async with serving(studio, chat) as before:
        user = before.scheduler.acting_for("telegram:42")
        accepted = await user.submit(
            JobRequest(prompt="x"), key="1", destination=StatusBoard(before).destination(ADDRESS)
        )
    studio.deliveries[accepted.job.id].claim_until = 0.0  # killed: the claim ran out
    studio.end(accepted.job.id)
    async with serving(studio, chat):
        await until(lambda: studio.posted(accepted.job.id))
    assert [kind for _, kind, _ in chat.calls] == ["send", "edit"]
    stored = [report for report in studio.reports if report.message]
    assert stored[0].state is DeliveryState.DUE


async def test_a_restarted_process_goes_on_with_the_message_it_finds(studio: Studio, chat: FakeMessenger) -> None:
    async with serving(studio, chat) as before:
        job = await ask(before)
        await until(lambda: studio.deliveries[job].message is not None)
        studio.run(job)
        await until(lambda: "Painting" in chat.shown[1].text)
    assert studio.released == [before.process]
    async with serving(studio, chat):
        await until(lambda: studio.deliveries[job].claimed_by is not None)
        studio.end(job)
        await until(lambda: studio.posted(job))
    assert len(chat.shown) == 1


async def test_a_storm_of_progress_becomes_few_edits(studio: Studio, chat: FakeMessenger) -> None:
    chat.chat_rate, chat.preview_seconds = Rate(20, 60.0), 0.05
    async with serving(studio, chat) as postman:
        job = await ask(postman)
        await until(lambda: studio.deliveries[job].message is not None)
        studio.run(job)
        for percent in range(1, 100):
            studio.progress(job, percent / 100, preview=percent)
            await asyncio.sleep(0.005)
        studio.end(job)
        await until(lambda: studio.posted(job))
    assert 3 <= len(chat.calls) <= 14
    assert chat.shown[1].is_result


async def test_two_results_in_one_chat_both_come_though_progress_used_its_share(
    studio: Studio, chat: FakeMessenger
) -> None:
    chat.chat_rate = Rate(10, 60.0)
    async with serving(studio, chat) as postman:
        first, second = await ask(postman), await ask(postman, key="2")
        await until(lambda: all(row.message for row in studio.deliveries.values()))
        studio.run(first)
        for percent in range(1, 60):
            studio.progress(first, percent / 100)
            await asyncio.sleep(0.001)
        studio.end(first)
        studio.end(second)
        await until(lambda: studio.posted(first) and studio.posted(second))
    assert len(chat.calls) <= 10


async def test_the_final_edit_waits_for_the_progress_edit_in_flight(studio: Studio, chat: FakeMessenger) -> None:
    async with serving(studio, chat) as postman:
        job = await ask(postman)
        await until(lambda: studio.deliveries[job].message is not None)
        chat.gate = asyncio.Event()
        studio.run(job)
        await until(lambda: chat.in_flight.get(1) == 1)
        studio.end(job)
        await until(lambda: postman.posts[job].due)
        assert chat.finals() == []
        chat.gate.set()
        await until(lambda: studio.posted(job))
    assert chat.shown[1].is_result


async def test_a_waiting_line_is_edited_when_its_place_changed_and_not_otherwise(
    studio: Studio, chat: FakeMessenger
) -> None:
    async with serving(studio, chat) as postman:
        job = await ask(postman)
        await until(lambda: len(chat.shown) == 1)
        studio.change(job, wait=Wait(position=3, seconds=40, why=Why.TURN))
        await until(lambda: "Third in line · about 40 s" in chat.shown[1].text)
        studio.change(job, wait=Wait(position=3, seconds=35, why=Why.TURN))
        looks = studio.looks
        await until(lambda: studio.looks >= looks + 3)
        assert len(chat.calls) == 2
        studio.change(job, wait=Wait(position=1, seconds=None, why=Why.OWN_JOBS))
        await until(lambda: "your plan runs one at a time" in chat.shown[1].text)


async def test_a_requeued_job_says_so_and_then_goes_on(studio: Studio, chat: FakeMessenger) -> None:
    async with serving(studio, chat) as postman:
        job = await ask(postman)
        studio.run(job)
        await until(lambda: bool(chat.shown) and "Painting" in chat.shown[1].text)
        studio.requeue(job)
        await until(lambda: "moved to another one, same place in line" in chat.shown[1].text)
        studio.run(job)
        await until(lambda: "Painting" in chat.shown[1].text)
        studio.end(job)
        await until(lambda: studio.posted(job))


async def test_a_job_at_hand_is_next_and_a_recall_is_not_worth_a_word(studio: Studio, chat: FakeMessenger) -> None:
    async with serving(studio, chat) as postman:
        job = await ask(postman)
        studio.change(job, wait=Wait(position=3, seconds=40, why=Why.TURN))
        await until(lambda: bool(chat.shown) and "Third in line" in chat.shown[1].text)
        studio.at_hand(job)
        await until(lambda: "Next in line · about 1 s" in chat.shown[1].text)
        studio.requeue(job, begun=False)
        await until(lambda: "Next in line · about 3 s" in chat.shown[1].text)
        studio.run(job)
        await until(lambda: "Painting" in chat.shown[1].text)
        studio.end(job)
        await until(lambda: studio.posted(job))
    assert not any("Worker stopped" in screen.text for _, _, screen in chat.calls)


async def test_failed_and_cancelled_jobs_say_that_the_token_is_back(studio: Studio, chat: FakeMessenger) -> None:
    async with serving(studio, chat) as postman:
        failed, cancelled = await ask(postman), await ask(postman, key="2")
        studio.end(failed, Status.FAILED)
        studio.end(cancelled, Status.CANCELLED)
        await until(lambda: studio.posted(failed) and studio.posted(cancelled))
    texts = {shown.text for shown in chat.shown.values()}
    assert texts == {
        "a fox\nThe worker failed twice on this one. Your token is back.",
        "a fox\nCancelled. Your token is back.",
    }


async def test_a_result_whose_file_has_expired_offers_to_make_it_again(studio: Studio, chat: FakeMessenger) -> None:
    studio.expired = True
    async with serving(studio, chat) as postman:
        job = await ask(postman)
        studio.end(job)
        await until(lambda: studio.posted(job))
    assert chat.shown[1].screens[-1].buttons[0][0].label == "Make it again"


async def test_a_scheduler_that_is_away_for_a_while_delays_and_loses_nothing(
    studio: Studio, chat: FakeMessenger
) -> None:
    async with serving(studio, chat) as postman:
        job = await ask(postman)
        await until(lambda: studio.deliveries[job].message is not None)
        studio.end(job)
        studio.reachable = False
        await until(lambda: studio.turned_away >= 3)
        assert not studio.posted(job)
        studio.reachable = True
        await until(lambda: studio.posted(job))
    assert chat.shown[1].is_result


async def test_nothing_is_edited_with_a_claim_that_may_have_run_out(studio: Studio, chat: FakeMessenger) -> None:
    studio.claim_seconds = 0.4
    async with serving(studio, chat) as postman:
        job = await ask(postman)
        await until(lambda: studio.deliveries[job].message is not None)
        await until(lambda: postman.deliverer.claim_seconds == 0.4)
        studio.reachable = False
        await until(lambda: not postman.deliverer.is_ours(postman.posts[job]))
        assert chat.finals() == []
        studio.reachable = True
        studio.end(job)
        await until(lambda: studio.posted(job))
    assert len(chat.finals()) == 1


async def test_a_person_is_told_when_the_studio_is_silent_and_the_same_message_becomes_the_job(
    studio: Studio, chat: FakeMessenger
) -> None:
    async with serving(studio, chat) as postman:
        studio.reachable = False
        asking = asyncio.create_task(ask(postman))
        await until(lambda: len(chat.shown) == 1)
        assert "I can't reach the studio right now" in chat.shown[1].text
        studio.reachable = True
        job = await asyncio.wait_for(asking, 10)
        await until(lambda: "in line" in chat.shown[1].text)
        studio.end(job)
        await until(lambda: studio.posted(job))
    assert len(chat.shown) == 1


async def test_after_a_minute_of_silence_the_person_is_told_that_nothing_was_charged(
    studio: Studio, chat: FakeMessenger
) -> None:
    async with serving(studio, chat) as postman:
        studio.reachable = False
        board = StatusBoard(postman, patience_seconds=0.1, again_after_seconds=0.02)
        user = studio.acting_for("telegram:42")
        request = JobRequest(prompt="x")
        assert await board.keep_asking(user, request, key="1", address=ADDRESS, ref="telegram:42", helps=True) is None
        assert chat.shown[1].text == "It didn't work. Nothing was charged."
        assert chat.shown[1].screens[-1].buttons[0][0].label == "Try again"


async def test_what_nobody_foresaw_is_handed_back_and_does_not_stop_the_others(
    studio: Studio, chat: FakeMessenger
) -> None:
    with capture_logs() as logs:
        async with serving(studio, chat) as postman:
            job = await ask(postman)
            await until(lambda: studio.deliveries[job].message is not None)
            chat.failures.extend([ValueError("a bug")] * 3)
            studio.end(job)
            await until(lambda: studio.deliveries[job].tries == 1)
            other = await ask(postman, key="2")
            studio.end(other)
            await until(lambda: studio.posted(job) and studio.posted(other))
    assert [log["event"] for log in logs].count("delivery.failed") == 3


async def test_a_result_is_not_sent_again_when_only_the_report_was_lost(studio: Studio, chat: FakeMessenger) -> None:
    async with serving(studio, chat) as postman:
        job = await ask(postman)
        await until(lambda: studio.deliveries[job].message is not None)
        chat.gate = asyncio.Event()
        studio.end(job)
        await until(lambda: chat.in_flight.get(1) == 1)
        studio.reachable = False
        chat.gate.set()
        await until(lambda: postman.posts[job].posted)
        studio.reachable = True
        await until(lambda: studio.posted(job))
    assert len(chat.finals()) == 1


async def test_a_process_told_to_stop_finishes_the_call_in_flight(studio: Studio, chat: FakeMessenger) -> None:
    async with serving(studio, chat) as postman:
        job = await ask(postman)
        await until(lambda: studio.deliveries[job].message is not None)
        chat.gate = asyncio.Event()
        studio.end(job)
        await until(lambda: chat.in_flight.get(1) == 1)
        asyncio.get_running_loop().call_later(0.1, chat.gate.set)
    assert studio.posted(job)
    assert studio.released == [postman.process]


async def test_an_answer_that_was_overtaken_by_the_post_begins_nothing_anew(
    studio: Studio, chat: FakeMessenger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A claim that is answered late still calls a delivery due that was posted meanwhile."""
    late, answered = asyncio.Event(), studio.claim
    begun = 0
    held_up = False

    async def claim(asked: Claim) -> Claimed:
        nonlocal begun, held_up
        begun += 1
        claimed = await answered(asked)
        if chat.in_flight.get(1):
            held_up = True
            await late.wait()
        return claimed

    async with serving(studio, chat) as postman:
        job = await ask(postman)
        await until(lambda: studio.deliveries[job].message is not None)
        monkeypatch.setattr(studio, "claim", claim)
        chat.gate = asyncio.Event()
        studio.end(job)
        await until(lambda: chat.in_flight.get(1) == 1)
        await until(lambda: held_up)
        chat.gate.set()
        await until(lambda: studio.posted(job) and not postman.posts)
        before = begun
        late.set()
        await until(lambda: begun > before + 1)  # one claim follows the other, so the late answer was taken in
        assert not postman.posts
    assert len(chat.finals()) == 1


async def test_a_wrong_service_key_is_one_clear_line_and_the_bot_keeps_trying(
    studio: Studio, chat: FakeMessenger
) -> None:
    with capture_logs() as logs:
        async with serving(studio, chat) as postman:
            studio.key_fits = False
            await until(lambda: len(logs) > 0)
            await until(lambda: studio.turned_away >= 5)
            studio.key_fits = True
            await until(lambda: postman.reach.value == "scheduler.reached")
    assert [(line["event"], line["log_level"]) for line in logs] == [
        ("bot.unauthorized", "error"),
        ("scheduler.reached", "info"),
    ]


async def test_who_holds_as_many_as_a_claim_names_still_posts_what_others_left(
    studio: Studio, chat: FakeMessenger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.postman.MOST_IN_A_CLAIM", 2)
    async with serving(studio, chat) as postman:
        held = [await ask(postman, key) for key in ("1", "2", "3")]
        left, waits = await ask(postman, "left"), await ask(postman, "waits")
        rows = [studio.deliveries[job] for job in (left, waits)]
        await until(lambda: all(row.message for row in rows))
        for row in rows:
            row.claimed_by = "a process that was killed"
            row.claim_until = monotonic() + 60
        await until(lambda: set(postman.posts) == set(held))
        studio.end(left)
        for row in rows:
            row.claimed_by = None
        await until(lambda: rows[0].state is DeliveryState.POSTED)
        await until(lambda: set(postman.posts) == set(held))


async def test_who_holds_as_many_as_a_claim_names_keeps_them_where_the_scheduler_is_older(
    studio: Studio, chat: FakeMessenger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In an upgrade that begins with the bots: it turns a claim with a field that it does not know down as a whole."""
    monkeypatch.setattr("bots.postman.MOST_IN_A_CLAIM", 2)
    answered, limits = studio.claim, []

    async def claim(asked: Claim) -> Claimed:
        if asked.only_due:
            raise Refused.because(Code.INVALID_REQUEST)
        limits.append(asked.limit)
        return await answered(asked)

    monkeypatch.setattr(studio, "claim", claim)
    async with serving(studio, chat) as postman:
        held = [await ask(postman, key) for key in ("1", "2")]
        await until(lambda: 0 in limits)
        studio.end(held[0])
        await until(lambda: studio.posted(held[0]))


async def test_however_many_results_wait_for_their_turn_few_are_in_memory(
    studio: Studio, chat: FakeMessenger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an outage, say; and a chat that takes no more keeps no other waiting."""
    monkeypatch.setattr("bots.delivering.MOST_AT_HAND", 3)
    chat.gate = asyncio.Event()
    chat.gate.set()
    brought: list[UUID] = []
    bring = Files.bring

    async def noted(files: Files, user: User, job: JobView, limits: PictureLimits) -> Brought:
        brought.append(job.id)
        return await bring(files, user, job, limits)

    monkeypatch.setattr(Files, "bring", noted)
    async with serving(studio, chat) as postman:
        jobs = [await ask(postman, str(number), {"chat": 1 + number // 4}) for number in range(40)]
        await until(lambda: all(studio.deliveries[job].message for job in jobs))
        chat.gate.clear()
        for job in jobs:
            studio.end(job)
        await until(lambda: sum(chat.in_flight.values()) == 3)
        await until(lambda: all(post.due for post in postman.posts.values()))
        assert len(brought) == 3
        assert len({studio.deliveries[job].address["chat"] for job in brought}) == 3
        chat.gate.set()
        await until(lambda: all(studio.posted(job) for job in jobs))
    assert len(brought) == len(chat.finals()) == 40
