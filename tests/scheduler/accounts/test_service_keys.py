"""A bot's key is good for its platform and its bot, within its scopes, until it ends."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from scheduler.accounts.attempts import AT_ONCE, EVERY_SECONDS, MOST_NETWORKS, Attempts
from scheduler.accounts.doorkeeper import Doorkeeper, digest
from scheduler.accounts.keyring import KeyringError, Wish, end, make
from scheduler.accounts.model import ACT_FOR, PEOPLE, STRANGERS, Party, Platform, Scope
from scheduler.accounts.service_keys import keep_service_key, service_keys, service_of
from scheduler.database import opened
from scheduler.errors import Refused
from tests.scheduler.api import Api
from tests.scheduler.stage import ADMIN, SERVICE_KEY, Stage
from tests.system.machine import run_tessera

DAY = timedelta(days=1)
EVERYTHING = tuple(Scope)


def wish(name: str = "telegram", **different: Any) -> Wish:
    facts: dict[str, Any] = {
        "name": name,
        "platform": Platform.TELEGRAM,
        "bot_id": name,
        "scopes": EVERYTHING,
        "lasts": None,
        "overlap": DAY,
    }
    return Wish(**(facts | different))


async def made(stage: Stage, name: str = "telegram", **different: Any) -> str:
    async with stage.pool.acquire() as connection:
        return await make(connection, wish(name, **different))


def to(bot_id: str) -> dict[str, Any]:
    return {"bot_id": bot_id, "process": "p", "address": {"chat_id": 7}}


# Platforms, bots and scopes


async def test_a_key_acts_only_for_users_of_its_platform(api: Api) -> None:
    key = await made(api.stage)

    assert (await api.get("/v1/me", user="telegram:42", key=key)).status == 200
    for other in ("discord:42", "web:ann"):
        assert (await api.get("/v1/me", user=other, key=key)).code == "forbidden"
    assert (await api.get("/v1/me", user=None, key=key)).code == "unauthorized"


async def test_a_key_speaks_only_for_its_bot(api: Api) -> None:
    key = await made(api.stage)
    claim = {"bot_id": "pictures", "process": "p"}

    assert (await api.submit(key=key, destination=to("telegram"))).status == 201
    assert (await api.submit(key=key, destination=to("pictures"))).code == "forbidden"
    for path in ("/v1/deliveries/claim", "/v1/deliveries/release"):
        assert (await api.call("POST", path, claim, key=key)).code == "forbidden"
        assert (await api.call("POST", path, claim | {"bot_id": "telegram"}, key=key)).status == 200
    assert (await api.get("/v1/bots/pictures/events", key=key)).code == "forbidden"


async def test_a_key_cannot_touch_the_deliveries_of_others(api: Api) -> None:
    """Neither by naming them among its own, nor by a report in their name."""
    key = await made(api.stage)
    job = (await api.submit(user="web:ann", destination=to("pictures"))).document["job"]["id"]
    same_bot = (await api.submit(user="web:ann", destination=to("telegram"))).document["job"]["id"]
    await api.stage.pool.execute("update deliveries set claim_until = now() - interval '1 second'")
    before = await deliveries(api)
    holding = {"bot_id": "telegram", "process": "p", "holding": [job, same_bot]}
    answer = await api.call("POST", "/v1/deliveries/claim", holding, key=key)

    assert answer.document["deliveries"] == []
    assert sorted(answer.document["lost"]) == sorted([job, same_bot])
    for one in (job, same_bot):
        report = {"process": "p", "state": "posted"}
        said = await api.call("POST", f"/v1/deliveries/{one}/report", report, key=key)
        assert said.document == {"kept": False}
    await api.call("POST", "/v1/deliveries/release", {"bot_id": "telegram", "process": "p"}, key=key)
    assert await deliveries(api) == before


async def deliveries(api: Api) -> list[Any]:
    return [tuple(row) for row in await api.stage.pool.fetch("select * from deliveries order by job_id")]


async def test_a_key_hears_only_of_users_of_its_platform(api: Api) -> None:
    key = await made(api.stage)
    headers = {"Authorization": f"Bearer {key}"}
    async with api.session.get(f"{api.base}/v1/bots/telegram/events", headers=headers) as stream:
        assert (await stream.content.readline()) == b": connected\n"
        await api.submit(user="web:ann", destination=to("telegram"))
        mine = (await api.submit(user="telegram:42", destination=to("telegram"))).document["job"]["id"]
        async with asyncio.timeout(10):
            while not (line := await stream.content.readline()).startswith(b"data: "):
                pass
    assert json.loads(line.removeprefix(b"data: "))["job_id"] == mine


@pytest.mark.parametrize("scope", list(Scope))
async def test_a_key_does_what_its_scopes_say(api: Api, scope: Scope) -> None:
    key = await made(api.stage, scopes=[Scope.ACT, Scope.ADMIN] if scope is Scope.ADMIN else [scope])
    claim = {"bot_id": "telegram", "process": "p"}
    found = {
        Scope.ACT: (await api.get("/v1/me", key=key)).status,
        Scope.DELIVER: (await api.call("POST", "/v1/deliveries/claim", claim, key=key)).status,
        Scope.ADMIN: (await api.get("/v1/admin/status", user=ADMIN, key=key)).status,
    }

    assert {one for one, status in found.items() if status == 200} == {scope} | (
        {Scope.ACT} if scope is Scope.ADMIN else set()
    )
    assert {status for status in found.values() if status != 200} <= {403}


async def test_an_admin_s_own_key_needs_no_bot(api: Api) -> None:
    key = await api.api_key(ADMIN)
    await api.get("/v1/me", user=ADMIN)

    assert (await api.get("/v1/admin/status", user=None, key=key)).status == 200


async def test_however_it_is_spelt_a_key_takes_the_same_places(api: Api) -> None:
    """The door counts by whom the doorkeeper finds, not by what stands in a header."""
    first, second = await made(api.stage), await made(api.stage)
    own = await api.api_key()
    spelt = [f"Bearer {first}", f"bEarer   {first}", f"Bearer {second}"]
    named = ["telegram:42", "telegram%3A42", "%74elegram:42"]
    for authorization in (*spelt, f"Bearer {own}"):
        headers = {"Authorization": authorization} | ({ACT_FOR: "telegram:42"} if own not in authorization else {})
        async with api.session.get(f"{api.base}/v1/me", headers=headers) as answer:
            assert answer.status == 200

    def party(authorization: str, **named: str) -> Party:
        return api.stage.door.party({"Authorization": authorization} | named)

    assert {party(one, **{ACT_FOR: user}) for one in spelt for user in named} == {Party("bot telegram", "telegram:42")}
    mine = {party(f"{scheme} {own}", **more) for scheme in ("Bearer", "BEARER  ") for more in ({}, {ACT_FOR: "web:a"})}
    assert len(mine) == 1
    assert mine.pop().key == PEOPLE
    assert party("Bearer tsr_unknown") == party("Basic ann") == Party(STRANGERS)


async def test_a_bot_makes_no_key_that_may_do_more_than_its_own(api: Api) -> None:
    """An admin's own key needs no scope: a bot without the scope neither gets nor ends one."""
    key = await made(api.stage, scopes=[Scope.ACT, Scope.DELIVER])
    own = await api.api_key(ADMIN)
    refused = await api.call("POST", "/v1/me/api-key", user=ADMIN, key=key)

    assert (refused.status, refused.code) == (403, "forbidden")
    assert (await api.get("/v1/admin/status", user=None, key=own)).status == 200
    assert (await api.call("POST", "/v1/me/api-key", user="telegram:42", key=key)).status == 201


async def test_who_becomes_an_admin_gets_a_new_key(api: Api) -> None:
    """Whoever had the old one made was trusted with less."""
    key = await api.api_key()
    assert (await api.get("/v1/admin/status", user=None, key=key)).code == "forbidden"
    user_id = await api.stage.pool.fetchval("select id from users where platform_user_id = '42'")
    await api.stage.change_plan(user_id, "admin")

    for path in ("/v1/admin/status", "/v1/me"):
        assert (await api.get(path, user=None, key=key)).code == "unauthorized"
    key = await api.api_key()
    await api.stage.change_plan(user_id, "admin")
    assert (await api.get("/v1/admin/status", user=None, key=key)).status == 200


async def test_keys_that_a_bot_makes_are_noted(api: Api) -> None:
    key = await made(api.stage)
    own = (await api.call("POST", "/v1/me/api-key", key=key)).document["key"]
    await api.call("POST", "/v1/me/api-key", user=None, key=own)
    noted = await api.stage.pool.fetch("select actor, subject from audit_log where action = 'api key'")

    assert [tuple(act) for act in noted] == [("bot telegram", "telegram:42")]


async def test_a_new_key_of_a_user_ends_the_one_before_it_on_every_scheduler(api: Api) -> None:
    first = await api.api_key()
    other = Doorkeeper(api.stage.pool, frozenset(), newcomers_a_day=1)
    headers = {"Authorization": f"Bearer {first}"}
    assert (await other.caller(headers)).ref == "telegram:42"
    await api.api_key()

    with pytest.raises(Refused, match="unauthorized"):
        await other.caller(headers)


async def test_the_key_of_the_settings_ends_when_they_name_none(stage: Stage) -> None:
    key, bots = digest(SERVICE_KEY), digest(await made(stage))
    await keep_service_key(stage.pool, "settings", None)
    assert await service_of(stage.pool, key) is None
    assert await service_of(stage.pool, bots)
    await keep_service_key(stage.pool, "settings", key)
    assert await service_of(stage.pool, key)


# Making, rotating, ending


async def test_rotation_leaves_two_keys_valid_until_the_overlap_is_over(api: Api) -> None:
    first = await made(api.stage)
    second = await made(api.stage, overlap=timedelta(hours=1))
    assert [(await api.get("/v1/me", key=key)).status for key in (first, second)] == [200, 200]
    with pytest.raises(KeyringError, match="Two keys of telegram"):
        await made(api.stage)

    await api.stage.pool.execute("update service_keys set expires_at = now() where expires_at is not null")
    api.stage.door.forget()
    assert [(await api.get("/v1/me", key=key)).status for key in (first, second)] == [401, 200]
    third = await made(api.stage)
    assert [(await api.get("/v1/me", key=key)).status for key in (second, third)] == [200, 200]


async def test_keys_expire_by_themselves_and_a_rotation_never_lets_one_live_longer(api: Api) -> None:
    key = await made(api.stage, lasts=timedelta(hours=1))
    await made(api.stage, overlap=timedelta(days=30))
    left = await api.stage.pool.fetchval("select max(expires_at) - now() from service_keys where name = 'telegram'")
    assert left <= timedelta(hours=1)

    await api.stage.pool.execute("update service_keys set expires_at = now() where expires_at is not null")
    assert (await api.get("/v1/me", key=key)).code == "unauthorized"


async def test_a_revoked_key_is_refused_and_others_are_not(api: Api) -> None:
    first, second, other = await made(api.stage), await made(api.stage), await made(api.stage, "another")
    async with api.stage.pool.acquire() as connection:
        number = min(one.id for one in await service_keys(connection, "telegram"))
        assert await end(connection, "telegram", number) == 1
        api.stage.door.forget()
        assert [(await api.get("/v1/me", key=key)).status for key in (first, second, other)] == [401, 200, 200]
        assert await end(connection, "telegram", None) == 1
        with pytest.raises(KeyringError, match="No valid key"):
            await end(connection, "telegram", None)
    api.stage.door.forget()
    assert [(await api.get("/v1/me", key=key)).status for key in (second, other)] == [401, 200]


async def test_a_given_key_may_be_said_again(stage: Stage) -> None:
    given = "the-same-key-at-every-start"
    assert await made(stage, given=given) == await made(stage, given=given) == given
    assert await stage.pool.fetchval("select count(*) from service_keys where name = 'telegram'") == 1
    with pytest.raises(KeyringError, match="16 characters"):
        await made(stage, given="short")


async def test_given_keys_may_change_as_often_as_the_owner_likes(api: Api) -> None:
    """Back to the one before, which then stays; a third one ends what is ending; what has ended is not given again."""
    first, second, third = (f"a-given-key-of-the-owner-{n}" for n in range(3))
    for given in (first, second, first, first):
        await made(api.stage, given=given)
    ends = "select key_sha256, expires_at from service_keys where name = 'telegram'"
    found = {row["key_sha256"]: row["expires_at"] for row in await api.stage.pool.fetch(ends)}
    assert found[digest(first)] is None
    assert found[digest(second)] is not None

    await made(api.stage, given=third)
    assert [(await api.get("/v1/me", key=key)).status for key in (first, second, third)] == [200, 401, 200]
    with pytest.raises(KeyringError, match="has ended"):
        await made(api.stage, given=second)
    with pytest.raises(KeyringError, match="another one's"):
        await made(api.stage, "another", given=third)


async def test_rotations_at_once_never_leave_three_keys(stage: Stage) -> None:
    done = await asyncio.gather(*(made(stage) for _ in range(4)), return_exceptions=True)

    assert sum(isinstance(one, KeyringError) for one in done) == 2
    async with stage.pool.acquire() as connection:
        assert sum(one.valid for one in await service_keys(connection, "telegram")) == 2


async def test_no_key_is_stored_and_each_act_is_noted(stage: Stage) -> None:
    key = await made(stage)
    async with opened(stage.database_url) as connection:
        await end(connection, "telegram", None)
        everything = await connection.fetch(
            "select k::text from service_keys k union all select a::text from audit_log a"
        )
        acts = await connection.fetch("select action, subject from audit_log order by id")

    assert not [row for row in everything if key in row[0]]
    assert [tuple(row) for row in acts] == [("service key", "telegram"), ("service key revoked", "telegram")]


async def test_the_commands(stage: Stage) -> None:
    given = {"TESSERA_DATABASE_URL": stage.database_url}
    first = await run_tessera("keys", "make", "telegram", "--platform", "telegram", "--expires-in", "90d", **given)
    listed = await run_tessera("keys", "list", **given)
    known = json.loads((await run_tessera("keys", "list", "--json", **given)).out)
    unset = await run_tessera("keys", "make", "web", "--platform", "web", "--from-env", "NOT_THERE", **given)
    revoked = await run_tessera("keys", "revoke", "telegram", **given)

    assert first.out.startswith("tsr_"), first.err
    assert first.out.strip() not in listed.out
    assert "act deliver" in listed.out
    assert [one["name"] for one in known] == ["settings", "telegram"]
    assert (unset.code, revoked.code) == (1, 0)
    assert "NOT_THERE is not set" in unset.err


# Wrong keys


def test_failures_are_forgiven_one_by_one() -> None:
    attempts = Attempts()
    for _ in range(AT_ONCE - 1):
        attempts.failed("a", 100.0)
        assert attempts.wait("a", 100.0) == 0
    attempts.failed("a", 100.0)

    assert attempts.wait("a", 100.0) == EVERY_SECONDS
    assert attempts.wait("b", 100.0) == 0
    assert attempts.wait("a", 100.0 + EVERY_SECONDS) == 0


def test_memory_of_failures_is_bounded() -> None:
    attempts = Attempts()
    for n in range(MOST_NETWORKS + 50):
        attempts.failed(str(n), 100.0)

    assert len(attempts.forgiven) == MOST_NETWORKS
    assert "0" not in attempts.forgiven


async def test_who_tries_keys_is_slowed_down_but_not_those_whose_key_was_right(api: Api) -> None:
    good = await api.api_key()
    await api.get("/v1/me", user=None, key=good)
    codes = [(await api.get("/v1/me", user=None, key=f"tsr_guess-{n}")).code for n in range(AT_ONCE + 5)]
    refused = await api.get("/v1/me", user=None, key="tsr_guess")

    assert codes[:AT_ONCE] == ["unauthorized"] * AT_ONCE
    assert codes[-1] == refused.code == "too_many_failures"
    assert refused.status == 429
    assert 0 < int(refused.headers["Retry-After"]) <= EVERY_SECONDS
    assert (await api.get("/v1/me", user=None, key=good)).status == 200
    assert (await api.get("/v1/me", user="telegram:77", key=SERVICE_KEY)).status == 200
    assert (await api.get("/healthz", key=None, user=None)).status == 200
    made = await api.call("POST", "/v1/me/api-key", user=None, key=good)
    assert (await api.get("/v1/me", user=None, key=made.document["key"])).status == 200  # although it is new here


async def test_requests_without_a_key_make_nobody_of_their_network_wait(api: Api) -> None:
    good = await api.api_key()
    for _ in range(AT_ONCE + 5):
        assert (await api.get("/v1/me", user=None, key=None)).code == "unauthorized"
        assert (await api.get("/v1/me", user=None, key=SERVICE_KEY)).code == "unauthorized"  # right, wrongly used

    assert (await api.get("/v1/me", user=None, key=good)).status == 200


async def test_what_needs_no_key_is_answered_whatever_key_comes_with_it(api: Api) -> None:
    for n in range(AT_ONCE + 5):
        await api.get("/v1/me", user=None, key=f"tsr_guess-{n}")

    assert (await api.get("/v1/me", user=None, key="tsr_guess")).status == 429
    for path in ("/healthz", "/readyz", "/metrics", "/openapi.json"):
        assert (await api.get(path, user=None, key="tsr_guess")).status == 200


async def test_nothing_of_a_request_without_a_key_is_read(api: Api) -> None:
    assert (await api.call("POST", "/v1/jobs", {"wrong": 1}, user=None, key=None)).code == "unauthorized"
    assert (await api.get("/v1/jobs/none", user=None, key=None)).code == "unauthorized"
