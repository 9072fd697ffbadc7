"""The Discord rig's troubles: rate limits, lost replies, a torn gateway, repeated events."""

import time

import aiohttp
import discord
import pytest

from tests.rigs.discord import Answer, FakeDiscord
from tests.rigs.discord_painter import running
from tests.rigs.discord_studio import Studio, clean

SENDS = r"POST /channels/\d+/messages"


def headers(studio: Studio) -> dict[str, str]:
    return {"Authorization": f"Bot {studio.bot.token}", "User-Agent": "DiscordBot (https://example.org, 1)"}


async def test_a_rate_limit_is_waited_for_and_a_server_error_tried_again(studio: Studio) -> None:
    studio.discord.faults.rate_limit(SENDS, retry_after=0.4)
    studio.discord.faults.error(SENDS)
    began = time.monotonic()
    await studio.as_bot().send("hello")

    assert time.monotonic() - began > 0.4
    assert [c.status for c in studio.discord.calls if c.method == "POST"] == [429, 502, 200]
    assert len(studio.ann.sees()) == 1
    assert clean(studio.discord)


async def test_a_rate_limit_without_via_is_cloudflares_and_not_tried_again(studio: Studio) -> None:
    studio.discord.faults.rate_limit(SENDS, via=False)
    with pytest.raises(discord.HTTPException) as refused:
        await studio.as_bot().send("hello")
    assert refused.value.status == 429
    assert studio.discord.invalid_requests == 1
    await studio.ann.slash("secret", wait=False)
    await studio.discord.until(lambda: studio.discord.rule_breaks)


async def test_calling_before_retry_after_is_a_broken_rule(studio: Studio) -> None:
    url = f"{studio.discord.api_base}/channels/{studio.channel.id}/messages"
    studio.discord.faults.rate_limit(SENDS, retry_after=30)
    async with aiohttp.ClientSession(headers=headers(studio)) as http:
        answers = [(await http.post(url, json={"content": "x"})).status for _ in range(2)]
        assert answers == [429, 429]
        assert "before retry_after" in studio.discord.rule_breaks[0]
        studio.discord.advance(31)
        assert (await http.post(url, json={"content": "x"})).status == 200


async def test_a_new_process_learns_a_wait_by_one_more_429(studio: Studio) -> None:
    url = f"{studio.discord.api_base}/channels/{studio.channel.id}/messages"
    studio.discord.faults.rate_limit(SENDS, retry_after=30)
    async with aiohttp.ClientSession(headers=headers(studio)) as http:
        await http.post(url, json={"content": "told"})
        studio.discord.forget_who_was_told()
        assert (await http.post(url, json={"content": "not told yet"})).status == 429
        assert studio.discord.rule_breaks == []
        await http.post(url, json={"content": "could know better"})
        assert "before retry_after" in studio.discord.rule_breaks[0]


async def test_a_bucket_is_paced_by_discord_py_and_refuses_who_does_not_look(studio: Studio) -> None:
    url = f"{studio.discord.api_base}/channels/{studio.channel.id}/messages"
    async with aiohttp.ClientSession(headers=headers(studio)) as http:
        answers = [await http.post(url, json={"content": str(n)}) for n in range(6)]
        assert [answer.status for answer in answers] == [200] * 5 + [429]
        assert answers[4].headers["X-RateLimit-Remaining"] == "0"
        told = await answers[5].json()
        assert 4 < told["retry_after"] <= 5
        assert told["global"] is False
    assert studio.discord.rule_breaks == []


async def test_fifty_requests_a_second_are_the_bots_limit(studio: Studio) -> None:
    url = f"{studio.discord.api_base}/users/@me"
    async with aiohttp.ClientSession(headers=headers(studio)) as http:
        answers = [await http.get(url) for _ in range(51)]
        assert answers[-1].status == 429
        assert (await answers[-1].json())["global"] is True


async def test_a_global_limit_closes_all_but_interactions(studio: Studio) -> None:
    studio.discord.faults.rate_limit(SENDS, retry_after=30, everywhere=True)
    async with aiohttp.ClientSession(headers=headers(studio)) as http:
        url = f"{studio.discord.api_base}/channels/{studio.channel.id}/messages"
        told = await (await http.post(url, json={"content": "x"})).json()
        assert (told["global"], told["retry_after"]) == (True, 30)
        assert (await http.get(f"{studio.discord.api_base}/users/@me")).status == 429
    assert len(studio.discord.rule_breaks) == 1
    assert (await studio.ann.slash("secret")).kind is Answer.MESSAGE


async def test_a_reply_can_be_lost_before_or_after_the_effect(studio: Studio) -> None:
    studio.discord.faults.drop_before(SENDS)
    with pytest.raises(aiohttp.ClientError):
        await studio.as_bot().send("before")
    assert studio.ann.sees() == []
    studio.discord.faults.drop_after(SENDS)
    with pytest.raises(aiohttp.ClientError):
        await studio.as_bot().send("after")
    assert [m.content for m in studio.ann.sees()] == ["after"]
    assert studio.discord.dropped_replies == 1


async def test_an_interaction_that_came_while_the_gateway_was_torn_is_replayed(studio: Studio) -> None:
    studio.discord.gateway.shut()
    await studio.discord.offline(studio.bot)
    act = await studio.ann.slash("raw", wait=False)
    studio.discord.gateway.open()
    await studio.discord.until(lambda: studio.discord.gateway.online(studio.bot), timeout=20)

    assert (await studio.painter.arrived.get()).id == int(act.id)
    assert studio.discord.gateway.log == ["IDENTIFY", "RESUME"]


async def test_reconnect_resumes_and_an_invalid_session_identifies_anew(studio: Studio) -> None:
    log = studio.discord.gateway.log
    studio.discord.gateway.ask_to_reconnect()
    await studio.discord.until(lambda: log == ["IDENTIFY", "RESUME"])
    studio.discord.gateway.invalidate()
    await studio.discord.until(lambda: log == ["IDENTIFY", "RESUME", "IDENTIFY"], timeout=20)
    assert (await studio.ann.slash("secret")).kind is Answer.MESSAGE
    assert clean(studio.discord)


async def test_a_repeated_interaction_is_answered_once(studio: Studio) -> None:
    studio.discord.repeat_interactions()
    await studio.ann.slash("secret")
    await studio.discord.until(lambda: [c.code for c in studio.discord.calls if "callback" in c.path] == [0, 40060])
    assert len(studio.ann.sees()) == 1


async def test_two_processes_may_share_a_token(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(studio.discord, studio.bot, monkeypatch) as second:
        await studio.discord.until(lambda: studio.bot.identified == 2)
        await studio.ann.slash("secret")
        await studio.discord.until(lambda: second.acts and studio.painter.acts)
    assert len(studio.ann.sees()) == 1


async def test_a_wrong_token_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async with FakeDiscord() as fake, aiohttp.ClientSession(headers={"Authorization": "Bot wrong"}) as http:
        assert (await http.get(f"{fake.api_base}/users/@me")).status == 401
        assert fake.invalid_requests == 1
        async with http.ws_connect(fake.gateway_url) as socket:
            await socket.receive_json()
            await socket.send_json({"op": 2, "d": {"token": "wrong", "intents": 0, "properties": {}}})
            await socket.receive()
            assert socket.close_code == 4004
