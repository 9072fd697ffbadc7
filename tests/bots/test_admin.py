"""/admin is read exactly, and does not exist for anybody else."""

from decimal import Decimal
from uuid import UUID

import pytest

from bots import admin
from bots.admin import Order
from bots.replies.translator import Translator
from scheduler.accounts.model import AccountView, Pause, PauseList
from scheduler.deliveries.model import DeadLetter, DeadLetters, Revived
from tests.bots.studio import Studio, StudioUser, an_account

JOB = UUID(int=7)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("", Order("status")),
        ("status", Order("status")),
        ("user telegram:42", Order("user", "telegram:42")),
        ("grant telegram:42 5", Order("grant", "telegram:42", Decimal(5))),
        ("grant web:key:7 2.50 for the help", Order("grant", "web:key:7", Decimal("2.5"), "for the help")),
        ("purchase telegram:42 100 inv-7", Order("purchase", "telegram:42", Decimal(100), reference="inv-7")),
        (
            "purchase telegram:42 1.5 inv-7 by bank",
            Order("purchase", "telegram:42", Decimal("1.5"), "by bank", reference="inv-7"),
        ),
        (
            "correct telegram:42 -2.5 booked twice",
            Order("correct", "telegram:42", Decimal("-2.5"), note="booked twice"),
        ),
        ("correct telegram:42 3 lost", Order("correct", "telegram:42", Decimal(3), note="lost")),
        ("ban telegram:42 it spams", Order("ban", "telegram:42", note="it spams")),
        ("unban telegram:42", Order("unban", "telegram:42")),
        ("purchase telegram:42 100", None),
        ("purchase telegram:42 -100 inv-7", None),
        (f"purchase telegram:42 100 {'x' * 101}", None),
        ("correct telegram:42 -2", None),
        ("correct telegram:42 0 nothing", None),
        ("ban telegram:42", None),
        ("ban", None),
        ("pause", Order("pause", "all")),
        ("pause new GPUs", Order("pause", "all", note="new GPUs")),
        ("Pause model:sdxl too slow", Order("pause", "model:sdxl", note="too slow")),
        ("resume capability:image", Order("resume", "capability:image")),
        ("resume", Order("resume", "all")),
        ("letters", Order("letters")),
        ("retry all", Order("retry")),
        (f"retry {JOB}", Order("retry", job=JOB)),
        ("retry", None),
        ("retry 42", None),
        ("letters all", None),
        ("grant telegram:42", None),
        ("grant telegram:42 -5", None),
        ("grant telegram:42 NaN", None),
        ("grant telegram:42 0.001", None),
        ("grant telegram:42 1e99", None),
        ("user", None),
        ("dance", None),
        ("resume everything", None),
    ],
)
def test_the_words_of_an_admin(text: str, order: Order | None) -> None:
    assert admin.parse(text) == order


class Boss(StudioUser):
    async def admin_grant(
        self, ref: str, tokens: Decimal, note: str | None = None, key: str | None = None
    ) -> AccountView:
        assert (ref, tokens, note, key) == ("telegram:42", Decimal(5), None, "the key")
        return an_account()

    async def admin_purchase(self, ref: str, tokens: Decimal, reference: str, note: str | None = None) -> AccountView:
        assert (ref, tokens, reference, note) == ("telegram:42", Decimal(100), "inv-7", None)
        return an_account()

    async def admin_correct(self, ref: str, tokens: Decimal, reason: str, key: str | None = None) -> AccountView:
        assert (ref, tokens, reason, key) == ("telegram:42", Decimal(-2), "booked twice", "the key")
        return an_account()

    async def admin_ban(self, ref: str, reason: str) -> AccountView:
        assert (ref, reason) == ("telegram:42", "it spams")
        return an_account(banned=True, open_jobs=1)

    async def admin_unban(self, ref: str, reason: str | None = None) -> AccountView:
        assert (ref, reason) == ("telegram:42", None)
        return an_account()

    async def admin_pause(self, subject: str = "all", reason: str | None = None) -> PauseList:
        return PauseList(pauses=[Pause(subject=subject, reason=reason)])

    async def admin_letters(self) -> DeadLetters:
        letter = DeadLetter(job_id=JOB, user="telegram:42", bot_id="b", error="blocked", tries=1, age_seconds=90)
        return DeadLetters(letters=[letter])

    async def admin_retry(self, job_id: UUID | None = None) -> Revived:
        return Revived(count=1 if job_id == JOB else 2)


async def test_an_admin_is_answered_and_nobody_else() -> None:
    studio, tr = Studio(), Translator("en")
    boss = Boss(studio, "telegram:42")
    assert await admin.answer(boss, "grant telegram:42 5", tr, key="the key") is None
    studio.account = an_account(is_admin=True)
    granted = await admin.answer(boss, "grant telegram:42 5", tr, key="the key")
    assert granted is not None
    assert granted.text == "telegram:42 has 5 tokens more; the balance is 0."
    paused = await admin.answer(boss, "pause model:sdxl too slow", tr, key="x")
    assert paused is not None
    assert paused.text == "Paused: model:sdxl (too slow)"
    usage = await admin.answer(boss, "dance", tr, key="x")
    assert usage is not None
    assert usage.text.startswith("/admin status")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("purchase telegram:42 100 inv-7", "The payment of telegram:42 for 100 tokens is booked; the balance is 0."),
        ("correct telegram:42 -2 booked twice", "The balance of telegram:42 was corrected by -2 tokens; it is 0."),
        ("ban telegram:42 it spams", "telegram:42 is banned. What waited is cancelled; 1 job still runs."),
        ("unban telegram:42", "telegram:42 is not banned and may ask for things."),
    ],
)
async def test_what_an_admin_did_to_an_account_is_told(text: str, answer: str) -> None:
    studio = Studio()
    studio.account = an_account(is_admin=True)
    said = await admin.answer(Boss(studio, "telegram:42"), text, Translator("en"), key="the key")
    assert said
    assert said.text == answer


async def test_dead_letters_are_listed_and_retried() -> None:
    studio, tr = Studio(), Translator("en")
    studio.account = an_account(is_admin=True)
    boss = Boss(studio, "telegram:42")

    async def told(text: str) -> str:
        screen = await admin.answer(boss, text, tr, key="x")
        assert screen is not None
        return screen.text

    assert await told("letters") == f"{JOB} · telegram:42 · blocked · 1 retry · due 90 s ago"
    assert await told(f"retry {JOB}") == "One result is posted after all."
    assert await told("retry all") == "2 results are posted after all."
