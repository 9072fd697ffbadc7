"""What the Discord rig refuses, by requests as no library makes them, and whether its own answers are honest."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from tests.rigs.discord import Bot, FakeDiscord, Guild, Interaction, NotPossible, Person
from tests.rigs.discord_bad_requests import (
    BAD_ANSWERS,
    BAD_CHOICES,
    BAD_COMMANDS,
    BAD_MESSAGES,
    SAY,
    SUGGEST,
    button,
    row,
)

Json = Any
MIB = 2**20


@dataclass(slots=True)
class Wire:
    """A bot that speaks raw HTTP."""

    discord: FakeDiscord
    bot: Bot
    guild: Guild
    ann: Person
    http: aiohttp.ClientSession

    @property
    def messages(self) -> str:
        return f"/channels/{self.guild.channels[0].id}/messages"

    @property
    def commands(self) -> str:
        return f"/applications/{self.bot.id}/commands"

    async def ask(self, method: str, path: str, body: Json = None, files: tuple[bytes, ...] = ()) -> tuple[int, Json]:
        given: dict[str, Any] = {} if body is None else {"json": body}
        if files:
            form = aiohttp.FormData({"payload_json": json.dumps(body)})
            for number, data in enumerate(files):
                form.add_field(f"files[{number}]", io.BytesIO(data), filename=f"{number}.png", content_type="image/png")
            given = {"data": form}
        async with self.http.request(method, self.discord.api_base + path, **given) as answer:
            return answer.status, await answer.json() if answer.content_type == "application/json" else None

    async def say(self) -> Interaction:
        return await self.ann.slash("say", text="hello", wait=False)

    @property
    def found(self) -> list[str]:
        return self.discord.problems + self.discord.rule_breaks


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with FakeDiscord() as discord:
        bot, guild = discord.new_bot(), discord.guild("Studio", bots=[])
        guild.bots.append(bot)
        headers = {"Authorization": f"Bot {bot.token}", "User-Agent": "DiscordBot (https://example.org, 1)"}
        async with aiohttp.ClientSession(headers=headers) as http:
            made = Wire(discord, bot, guild, discord.person("Ann"), http)
            assert (await made.ask("PUT", made.commands, [SAY, SUGGEST]))[0] == 200
            yield made
        assert discord.own_problems == []


@pytest.mark.parametrize("body", BAD_MESSAGES.values(), ids=BAD_MESSAGES.keys())
async def test_a_message_that_discord_refuses(wire: Wire, body: Json) -> None:
    status, told = await wire.ask("POST", wire.messages, body)
    assert status == 400
    assert told["code"] in (50035, 50006)
    assert wire.found
    assert wire.ann.sees() == []


@pytest.mark.parametrize("body", BAD_COMMANDS.values(), ids=BAD_COMMANDS.keys())
async def test_commands_that_discord_refuses(wire: Wire, body: Json) -> None:
    status, _ = await wire.ask("PUT", wire.commands, body)
    assert status == 400
    assert wire.found
    assert wire.ann.commands() == ("say", "find")


@pytest.mark.parametrize("body", BAD_ANSWERS.values(), ids=BAD_ANSWERS.keys())
async def test_an_answer_that_discord_refuses(wire: Wire, body: Json) -> None:
    act = await wire.say()
    status, _ = await wire.ask("POST", f"/interactions/{act.id}/{act.token}/callback", body)
    assert status == 400
    assert wire.found
    assert act.kind is None


@pytest.mark.parametrize("body", BAD_CHOICES.values(), ids=BAD_CHOICES.keys())
async def test_choices_that_discord_refuses(wire: Wire, body: Json) -> None:
    await type_against(wire, body)
    assert wire.found


async def type_against(wire: Wire, body: Json) -> None:
    """Type while the bot answers with `body`; the person gets no choices."""
    typing = asyncio.create_task(wire.ann.types("find", "q", "x"))
    await wire.discord.until(lambda: wire.discord.interactions)
    act = wire.discord.interactions[-1]
    status, _ = await wire.ask("POST", f"/interactions/{act.id}/{act.token}/callback", body)
    assert status == 400
    wire.discord.advance(4)
    with pytest.raises(TimeoutError):
        await typing


async def test_files_have_limits(wire: Wire) -> None:
    for files in ((b"x" * (10 * MIB + 1),), (b"x" * (9 * MIB),) * 3):
        status, told = await wire.ask("POST", wire.messages, {"content": "x"}, files)
        assert (status, told["code"]) == (413, 40005)
    status, _ = await wire.ask("POST", wire.messages, {"content": "x"}, (b"x",) * 11)
    assert status == 400
    assert wire.ann.sees() == []
    assert (await wire.ask("POST", wire.messages, {"content": "x"}, (b"x",) * 10))[0] == 200


async def test_an_edit_keeps_the_listed_files_only(wire: Wire) -> None:
    _, said = await wire.ask("POST", wire.messages, {}, (b"one", b"two"))
    kept = {"attachments": [{"id": said["attachments"][1]["id"]}, {"id": 0, "description": "three"}]}
    status, edited = await wire.ask("PATCH", f"{wire.messages}/{said['id']}", kept, (b"three",))
    assert status == 200
    assert wire.ann.sees()[0].attachments == (b"two", b"three")
    async with wire.http.get(edited["attachments"][1]["url"]) as file:
        assert await file.read() == b"three"
    assert (await wire.ask("PATCH", f"{wire.messages}/{said['id']}", {"attachments": []}))[1]["code"] == 50006
    lost = await wire.ask("PATCH", f"{wire.messages}/{said['id']}", {"attachments": [], "content": "x"}, (b"lost",))
    assert lost[0] == 400


async def test_routes_and_queries_that_do_not_exist(wire: Wire) -> None:
    assert (await wire.ask("POST", "/interaction/1/t/callback", {"type": 5}))[0] == 404
    assert (await wire.ask("GET", "/users/@me?with_everything=1"))[0] == 400
    assert len(wire.discord.problems) == 2


async def test_a_bot_says_what_it_is(wire: Wire) -> None:
    async with wire.http.get(f"{wire.discord.api_base}/users/@me", headers={"User-Agent": "curl"}) as answer:
        assert answer.status == 200
    assert "User-Agent" in wire.discord.rule_breaks[0]


async def test_tokens_and_order_of_an_interaction(wire: Wire) -> None:
    act = await wire.say()
    hook = f"/webhooks/{wire.bot.id}/{act.token}"
    assert (await wire.ask("POST", hook, {"content": "x"}))[1]["code"] == 10015
    assert (await wire.ask("GET", f"{hook}/messages/@original"))[1]["code"] == 10015
    assert (await wire.ask("POST", f"/interactions/{act.id}/wrong/callback", {"type": 5}))[1]["code"] == 10062
    assert (await wire.ask("POST", f"/interactions/{act.id}/{act.token}/callback", {"type": 5})) == (204, None)
    assert (await wire.ask("POST", f"/webhooks/{wire.bot.id}/wrong", {"content": "x"}))[1]["code"] == 10015
    other = await wire.say()
    await wire.ask("POST", f"/interactions/{other.id}/{other.token}/callback", {"type": 4, "data": {"content": "b"}})
    assert other.message is not None
    stranger = await wire.ask("PATCH", f"{hook}/messages/{other.message.id}", {"content": "x"})
    assert stranger[1]["code"] == 10008


async def test_a_bot_that_is_no_member_may_only_follow_up_five_times(wire: Wire) -> None:
    elsewhere = wire.discord.guild("Elsewhere", bots=[]).channels[0]
    own = {**SAY, "integration_types": [0, 1], "contexts": [0, 1, 2]}
    await wire.ask("PUT", wire.commands, [own])
    act = await wire.ann.slash("say", text="hello", channel=elsewhere, wait=False)
    await wire.ask("POST", f"/interactions/{act.id}/{act.token}/callback", {"type": 4, "data": {"content": "a"}})
    codes = []
    for number in range(6):
        wire.discord.advance(3)
        _, told = await wire.ask("POST", f"/webhooks/{wire.bot.id}/{act.token}", {"content": str(number)})
        codes.append(told.get("code"))
    assert codes == [None] * 5 + [40094]


async def test_who_is_offered_a_command(wire: Wire) -> None:
    guarded = {**SAY, "name": "admin", "default_member_permissions": 0}
    here = {**SAY, "name": "here", "contexts": [0]}
    await wire.ask("PUT", wire.commands, [guarded, here])
    await wire.ask("PUT", f"/applications/{wire.bot.id}/guilds/{wire.guild.id}/commands", [{**SAY, "name": "ours"}])
    chief = wire.discord.person("Chief", administrator=True)
    assert wire.ann.commands() == ("here", "ours")
    assert chief.commands() == ("admin", "here", "ours")
    assert wire.ann.commands(channel=wire.ann.dm()) == ("admin",)


async def test_subcommands_people_and_choices_are_sent_as_the_app_does(wire: Wire) -> None:
    amount = {"type": 4, "name": "amount", "description": "d", "choices": [{"name": "a few", "value": 3}]}
    person = {"type": 6, "name": "user", "description": "d", "required": True}
    grant = {"type": 1, "name": "grant", "description": "d", "options": [person, amount]}
    assert (await wire.ask("PUT", wire.commands, [{"name": "admin", "description": "d", "options": [grant]}]))[0] == 200
    act = await wire.ann.slash("admin grant", user=wire.ann.user, amount="a few", wait=False)

    (inner,) = act.data["options"]
    assert (inner["name"], inner["type"]) == ("grant", 1)
    assert [(o["name"], o["type"], o["value"]) for o in inner["options"]] == [
        ("user", 6, wire.ann.id),
        ("amount", 4, 3),
    ]
    assert act.data["resolved"]["users"][wire.ann.id]["global_name"] == "Ann"
    for wrong in ("admin", "admin revoke", "admin grant"):
        with pytest.raises(NotPossible):
            await wire.ann.slash(wrong)


async def test_a_menu_offers_what_it_lists(wire: Wire) -> None:
    menu = {"type": 3, "custom_id": "size", "options": [{"label": "Wide", "value": "wide"}]}
    assert (await wire.ask("POST", wire.messages, {"components": [row(menu)]}))[0] == 200
    act = await wire.ann.chooses(wire.ann.sees()[0], "size", "wide", wait=False)
    assert act.data == {"custom_id": "size", "component_type": 3, "values": ["wide"]}
    with pytest.raises(NotPossible):
        await wire.ann.chooses(wire.ann.sees()[0], "size", "round")


async def test_the_rigs_own_answers_follow_the_official_schemas(wire: Wire) -> None:
    """The fixture's end looks at `own_problems`; this asks what the other tests do not."""
    for path in ("/users/@me", "/users/@me/guilds", "/applications/@me", "/gateway", "/gateway/bot", wire.commands):
        assert (await wire.ask("GET", path))[0] == 200
    for path in (f"/guilds/{wire.guild.id}", f"/channels/{wire.guild.channels[0].id}"):
        assert (await wire.ask("GET", path))[0] == 200
    status, direct = await wire.ask("POST", "/users/@me/channels", {"recipient_id": wire.ann.id})
    assert (status, direct["id"]) == (200, wire.ann.dm().id)
    assert (await wire.ask("POST", f"/channels/{direct['id']}/typing"))[0] in (200, 204)
    look = {"embeds": [{"title": "a", "color": 5}], "components": [row(button(), button("b", disabled=True))]}
    _, said = await wire.ask("POST", wire.messages, {"content": "x", **look}, (b"x",))
    reply = {"content": "y", "message_reference": {"message_id": said["id"]}, "nonce": 7}
    assert (await wire.ask("POST", wire.messages, reply))[0] == 200
    assert [m["content"] for m in (await wire.ask("GET", f"{wire.messages}?limit=2"))[1]] == ["y", "x"]
    assert (await wire.ask("GET", f"{wire.messages}/{said['id']}"))[0] == 200
    status, added = await wire.ask("POST", wire.commands, {**SAY, "name": "new"})
    assert status == 201
    one = f"{wire.commands}/{added['id']}"
    assert (await wire.ask("PATCH", one, {"description": "Newer"}))[1]["description"] == "Newer"
    assert (await wire.ask("GET", one))[0] == 200
    assert (await wire.ask("DELETE", one))[0] == 204
    assert (await wire.ask("DELETE", one))[1]["code"] == 10063
    assert wire.found == []


async def test_a_fake_that_lies_is_noticed(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.rigs.discord.payloads.user", lambda account: {"id": account.id})
    await wire.ask("GET", "/users/@me")
    assert any("required property" in problem for problem in wire.discord.own_problems)
    wire.discord.own_problems.clear()
