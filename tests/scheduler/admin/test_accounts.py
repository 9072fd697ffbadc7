"""What admins do to accounts: once, exactly, noted, and felt at every door at once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from scheduler.errors import Code
from scheduler.ledger.auditor import audit
from scheduler.ledger.cashier import refusal
from scheduler.ledger.model import Move, Reason
from tests.scheduler.api import Answer, Api, open_api
from tests.scheduler.stage import Stage, until
from tests.scheduler.worker import PICTURE

ADMIN = "telegram:1"
ANN, BEN = "telegram:42", "telegram:43"


@pytest.fixture
async def api(stage: Stage) -> AsyncIterator[Api]:
    async with open_api(stage, await stage.worker("gpu")) as opened:
        for ref in (ANN, BEN):
            await opened.get("/v1/me", user=ref)
        yield opened
        assert await audited(stage) == []


async def audited(stage: Stage) -> list[Any]:
    async with stage.pool.acquire() as connection:
        return await audit(connection)


async def act(api: Api, what: str, body: Any, *, on: str = ANN, user: str = ADMIN, key: str = "k") -> Answer:
    return await api.call("POST", f"/v1/admin/users/{on}/{what}", body, user=user, headers={"Idempotency-Key": key})


async def balance(api: Api, user: str = ANN) -> str:
    return str((await api.get("/v1/me", user=user)).document["tokens"]["balance"])


async def acts(api: Api) -> list[tuple[str, str, Any]]:
    rows = await api.stage.pool.fetch(
        "select action, subject, details from audit_log where actor = $1 order by id", ADMIN
    )
    return [tuple(row) for row in rows]


async def rows(api: Api) -> list[tuple[str, str, Decimal, str | None]]:
    found = await api.stage.pool.fetch(
        "select reason, reference_id, delta, note from billing.token_ledger where job_id is null order by occurred_at"
    )
    return [tuple(row) for row in found]


# Purchases and corrections


def move(**changes: Any) -> Move:
    return replace(Move(1, Reason.PURCHASE, "purchase:7", Decimal(5)), **changes)


@pytest.mark.parametrize(
    ("wanted", "balance", "before", "code"),
    [
        (move(), "0", None, None),
        (move(), "0", move(delta=Decimal("5.00"), note="x"), None),
        (move(), "0", move(user_id=2), Code.REFERENCE_TAKEN),
        (move(), "0", move(delta=Decimal(6)), Code.REFERENCE_TAKEN),
        (move(reason=Reason.GRANT), "0", move(reason=Reason.GRANT, delta=Decimal(6)), Code.IDEMPOTENCY_MISMATCH),
        (move(reason=Reason.CORRECTION, delta=Decimal(-5)), "5", None, None),
        (move(reason=Reason.CORRECTION, delta=Decimal("-5.01")), "5", None, Code.BALANCE_TOO_LOW),
    ],
)
def test_a_movement_is_booked_once_and_never_below_zero(
    wanted: Move, balance: str, before: Move | None, code: Code | None
) -> None:
    said = refusal(wanted, Decimal(balance), before)
    assert (said.code if said else None) is code


async def test_a_payment_is_booked_once_whoever_says_it_how_often(api: Api) -> None:
    body = {"tokens": "100", "reference": "invoice 7", "note": "by transfer"}
    several = await asyncio.gather(*(act(api, "purchases", body, key=key) for key in "abc"))
    for_another = await act(api, "purchases", body, on=BEN)
    of_more = await act(api, "purchases", body | {"tokens": "200"})

    assert {answer.document["tokens"]["balance"] for answer in several} == {"100.00"}
    assert (for_another.status, for_another.code, of_more.code) == (409, "reference_taken", "reference_taken")
    assert for_another.document["reference"] == "invoice 7"
    assert await balance(api, BEN) == "0.00"
    assert await rows(api) == [("purchase", "purchase:invoice 7", Decimal(100), "by transfer")]
    assert await acts(api) == [("purchase", ANN, {"tokens": "100", "reference": "invoice 7", "note": "by transfer"})]


async def test_a_payment_is_booked_for_one_of_two_who_are_named_at_once(api: Api) -> None:
    body = {"tokens": "100", "reference": "7"}
    both = await asyncio.gather(*(act(api, "purchases", body, on=ref) for ref in (ANN, BEN)))

    assert sorted(answer.status for answer in both) == [200, 409]
    assert sorted([await balance(api), await balance(api, BEN)]) == ["0.00", "100.00"]


async def test_a_correction_adds_or_takes_but_never_more_than_there_is(api: Api) -> None:
    more = await act(api, "corrections", {"tokens": "10.50", "reason": "lost in the move"}, key="1")
    less = [await act(api, "corrections", {"tokens": "-4", "reason": "twice"}, key="2") for _ in range(2)]
    other = await act(api, "corrections", {"tokens": "-5", "reason": "twice"}, key="2")
    too_much = await act(api, "corrections", {"tokens": "-6.51", "reason": "all"}, key="3")
    wrong = [await act(api, "corrections", body) for body in ({"tokens": "1"}, {"tokens": "0", "reason": "x"})]

    assert [answer.document["tokens"]["balance"] for answer in (more, *less)] == ["10.50", "6.50", "6.50"]
    assert other.code == "idempotency_mismatch"
    assert (too_much.status, too_much.code) == (409, "balance_too_low")
    assert (too_much.document["balance"], too_much.document["tokens"]) == (6.5, -6.51)
    assert [answer.code for answer in wrong] == ["invalid_request"] * 2
    assert [row[2:] for row in await rows(api)] == [(Decimal("10.5"), "lost in the move"), (Decimal(-4), "twice")]
    assert await acts(api) == [
        ("correction", ANN, {"tokens": "10.50", "reason": "lost in the move"}),
        ("correction", ANN, {"tokens": "-4", "reason": "twice"}),
    ]


# Bans


async def test_who_is_banned_is_refused_at_every_door_at_once(api: Api) -> None:
    own_key = await api.api_key(ANN)
    assert (await api.submit(user=ANN)).status == 201
    answers = [await act(api, "ban", {"reason": "spam"}) for _ in range(2)]
    request = {"request": {"prompt": "a fox", "start_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}}
    png = {"Content-Type": "image/png"}
    doors = [
        await api.submit(user=ANN),
        await api.submit(user=None, key=own_key),
        await api.call("POST", "/v1/jobs", request, user=ANN),
        await api.call("POST", "/v1/jobs:quote", {"request": {"prompt": "a fox"}}, user=ANN),
        await api.call("POST", "/v1/me/api-key", user=ANN),
        await api.call("POST", "/v1/uploads", user=ANN, data=PICTURE, headers=png),
    ]

    assert [answer.document["banned"] for answer in answers] == [True, True]
    assert {(answer.status, answer.code) for answer in doors} == {(403, "banned")}
    assert (await api.get("/v1/jobs", user=ANN)).status == 200  # what they have stays theirs
    assert (await api.submit(user=BEN)).status == 201
    again = [await act(api, "unban", body) for body in ({"reason": "sorry"}, {})]
    assert [answer.document["banned"] for answer in again] == [False, False]
    assert (await api.submit(user=ANN)).status == 201
    assert await acts(api) == [("ban", ANN, {"reason": "spam"}), ("unban", ANN, {"reason": "sorry"})]


async def test_what_a_banned_person_has_waiting_is_cancelled_and_what_runs_goes_on(api: Api) -> None:
    first = (await api.submit(user=ANN)).document["job"]["id"]
    await until(lambda: api.stage.dispatcher.line.running)
    second = (await api.submit(user=ANN)).document["job"]["id"]
    later = (await api.submit(user=ANN, after=[first])).document["job"]["id"]
    after = (await api.submit(user=ANN, after=[second])).document["job"]["id"]
    banned = await act(api, "ban", {"reason": "spam"})
    jobs = {job["id"]: job["status"] for job in (await api.get("/v1/jobs", user=ANN)).document["jobs"]}

    assert jobs == {first: "RUNNING", second: "CANCELLED", later: "CANCELLED", after: "CANCELLED"}
    assert banned.document["open_jobs"] == 1
    assert banned.document["tokens"]["left_today"] == "19.00"


async def test_what_begins_while_somebody_is_banned_goes_on(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list of what waits was read before it began."""
    first = (await api.submit(user=ANN)).document["job"]["id"]
    await until(lambda: api.stage.dispatcher.line.running)

    async def read_before(*_: Any) -> list[UUID]:
        return [UUID(first)]

    monkeypatch.setattr("scheduler.admin.accounts.waiting_jobs", read_before)
    await act(api, "ban", {"reason": "spam"})
    job = (await api.get(f"/v1/jobs/{first}", user=ANN)).document

    assert (job["status"], job["cancel_requested"]) == ("RUNNING", False)


async def test_an_admin_is_nobody_s_to_ban_but_another_s(api: Api) -> None:
    await api.stage.user(BEN, "admin")
    api.stage.door.forget()
    himself = await act(api, "ban", {"reason": "tired"}, on=ADMIN)
    silent = await act(api, "ban", {})
    assert (himself.status, himself.code, silent.code) == (403, "forbidden", "invalid_request")

    assert (await api.get("/v1/admin/status", user=BEN)).status == 200
    assert (await act(api, "ban", {"reason": "gone"}, on=BEN)).status == 200
    assert (await api.get("/v1/admin/status", user=BEN)).code == "banned"
    assert (await act(api, "unban", {}, on=BEN, user=BEN)).code == "banned"
