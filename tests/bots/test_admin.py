"""/admin is read exactly, and does not exist for anybody else."""

from decimal import Decimal
from uuid import UUID

import pytest

from bots import admin
from bots.admin import Act
from bots.replies.translator import Translator
from scheduler.accounts.model import AccountView, Pause, PauseList
from scheduler.deliveries.model import DeadLetter, DeadLetters, Revived
from tests.bots.studio import Studio, StudioUser, an_account

JOB = UUID(int=7)


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("", Act("status")),
        ("status", Act("status")),
        ("user telegram:42", Act("user", "telegram:42")),
        ("grant telegram:42 5", Act("grant", "telegram:42", Decimal(5))),
        ("grant web:key:7 2.50 for the help", Act("grant", "web:key:7", Decimal("2.5"), "for the help")),
        ("pause", Act("pause", "all")),
        ("pause new GPUs", Act("pause", "all", note="new GPUs")),
        ("Pause model:sdxl too slow", Act("pause", "model:sdxl", note="too slow")),
        ("resume capability:image", Act("resume", "capability:image")),
        ("resume", Act("resume", "all")),
        ("letters", Act("letters")),
        ("retry all", Act("retry")),
        (f"retry {JOB}", Act("retry", job=JOB)),
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
def test_the_words_of_an_admin(text: str, act: Act | None) -> None:
    assert admin.parse(text) == act


class Boss(StudioUser):
    async def admin_grant(
        self, ref: str, tokens: Decimal, note: str | None = None, key: str | None = None
    ) -> AccountView:
        assert (ref, tokens, note, key) == ("telegram:42", Decimal(5), None, "the key")
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
