"""The checks of what stands in the chats find what is wrong there."""

from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.faults.acting import Doings
from tests.faults.checks import chats, told
from tests.faults.checks.sheets import Look, Sheet
from tests.faults.rows import a_job


async def test_messages_that_show_the_wrong_thing_are_found(
    doings: Doings, db: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = await a_job(db)
    await db.execute(
        """
        insert into deliveries (job_id, user_id, frontend, bot_id, address, message, state, posted_at)
        select $1, id, 'telegram', 'telegram', '{"chat_id": 1}', '{"message_id": 7}', 'posted', now() from users
        """,
        job_id,
    )
    waits, result = Look("🎨 a fox", False, (("cancel", job_id),)), Look("a fox", True, (("again", job_id),))

    def stand(*sheets: Sheet) -> None:
        monkeypatch.setattr(chats, "all_sheets", lambda _: {sheet.place: sheet for sheet in sheets})

    stand(Sheet(("telegram", "1", "7"), (waits, result)))
    assert await chats.posted_twice(doings) == await chats.not_shown(doings) == await chats.uncertain(doings.town) == []
    stand(Sheet(("telegram", "1", "7"), (waits, result, waits)))
    assert len(await chats.not_shown(doings)) == 1
    stand(Sheet(("telegram", "1", "7"), (waits, result)), Sheet(("telegram", "1", "8"), (result,)))
    assert len(await chats.posted_twice(doings)) == len(await chats.uncertain(doings.town)) == 1
    stand()
    assert len(await chats.not_shown(doings)) == 1
    await db.execute("update deliveries set state = 'dead', posted_at = null, last_error = 'blocked'")
    assert len(await chats.not_posted(doings)) == 1
    await db.execute("update deliveries set last_error = 'message deleted'")
    assert len(await chats.not_posted(doings)) == 1  # nobody deleted it
    doings.town.deleted.add(("telegram", "1", "7"))
    assert await chats.not_posted(doings) == await chats.not_delivered(doings) == []
    await db.execute("delete from deliveries")
    assert len(await chats.not_delivered(doings)) == 1


async def test_only_what_was_in_flight_when_a_bot_was_ended_is_excused(
    doings: Doings, db: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id, told_of = await a_job(db), await a_job(db)
    await db.execute(
        """
        insert into deliveries (job_id, user_id, frontend, bot_id, address, message, state)
        select $1, id, 'telegram', 'telegram', '{"chat_id": 1}', '{"message_id": 1}', 'waiting' from users
        """,
        told_of,
    )

    def status(number: int, job: UUID, age_seconds: float, bot: str = "telegram") -> Sheet:
        look = Look("🎨 a fox", False, (("cancel", job),))
        return Sheet((bot, "1", str(number)), (look,), age_seconds)

    sheets = [status(1, told_of, 9.0), status(2, told_of, 1.0), status(3, job_id, 5.0), status(4, job_id, 2.0)]
    sheets += [status(5, uuid4(), 30.0), status(6, uuid4(), 1.0, "discord")]
    monkeypatch.setattr(chats, "all_sheets", lambda _: {sheet.place: sheet for sheet in sheets})
    assert await chats.in_flight(doings.town, "telegram", 60.0) == {("telegram", "1", "4")}
    assert await chats.in_flight(doings.town, "telegram", 1.5) == set()  # another process sent them
    doings.town.deleted.add(("telegram", "1", "1"))
    assert await chats.in_flight(doings.town, "telegram", 1.5) == {("telegram", "1", "2")}


async def test_what_people_were_told_is_held_against_the_jobs(
    doings: Doings, db: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, missing = await a_job(db), uuid4()
    looks = tuple(Look("a fox", True, (("again", job),)) for job in (there, missing))
    monkeypatch.setattr(told, "all_sheets", lambda _: {"a place": Sheet(("telegram", "1", "7"), looks)})
    assert await told.shown_and_missing(doings) == [f"id={missing}"]

    def says(text: str, **more: Any) -> Any:
        look = SimpleNamespace(text=text, content=text, photo=None, attachments=(), buttons=())
        return SimpleNamespace(history=(look,), **more)

    update = SimpleNamespace(body={"message": {"chat": {"id": 1}, "message_id": 5}}, deliveries=1)
    heard = says("Too many words.", chat_id=1, reply_to=5, answers="9", ephemeral=True)
    person = SimpleNamespace(sees=lambda: [heard], sees_from_bot=lambda: [heard])
    town = cast(Any, doings.town)
    town.telegram_bot, town.written = SimpleNamespace(id=77, updates=SimpleNamespace(seen=[update])), {(1, 5)}
    town.telegram_people, town.discord_people = {0: person}, {0: person}
    for bot, key in (("telegram", "77:1:5"), ("discord", "discord:9")):
        assert await told.refused_and_there(doings) == []
        await db.execute("update jobs set idempotency_key = $1, bot_id = $2", key, bot)
        assert len(await told.refused_and_there(doings)) == 1
        await db.execute("update jobs set idempotency_key = null")
    await db.execute("update jobs set idempotency_key = '77:1:5', bot_id = 'telegram'")
    update.deliveries = 2
    assert await told.refused_and_there(doings) == []
