"""The parts that need no Discord: words, screens, the list of commands, the token's secrecy."""

import asyncio
import logging
import time
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.buttons import Action, button
from bots.discord import menu, screens
from bots.discord.calls import Calls
from bots.discord.client import Client
from bots.discord.cogs.admin import named
from bots.discord.cogs.buttons import on_press
from bots.discord.messenger import DiscordMessenger
from bots.discord.place import Place
from bots.discord.run import planted
from bots.discord.words import Words
from bots.messenger import TEXT_LIMIT, Screen
from bots.settings import BotEntry
from scheduler.accounts.model import Platform
from scheduler.catalogue.model import Capability
from scheduler.errors import SettingsError
from tests.bots.discord.stage import Process, Stage
from tests.bots.studio import PNG, a_job

PLACE = Place(
    channel_id="1", application_id="2", interaction_id="3", token="a-secret", token_expires=0.0, user_id="4" * 19
)


@given(st.text(min_size=1, max_size=TEXT_LIMIT))
def test_any_text_fits_a_message(text: str) -> None:
    assert len(screens.body(Screen(text), PLACE)["content"]) <= screens.CONTENT_CHARACTERS


@pytest.mark.parametrize("action", list(Action))
def test_a_button_says_what_it_does_and_whose_it_is(action: Action) -> None:
    pressed = button("label", action, a_job().id)
    custom_id = screens.component(pressed, PLACE.user_id)["custom_id"]
    assert len(custom_id) <= 100
    assert screens.pressed(custom_id) == (pressed.data, PLACE.user_id)


@pytest.mark.parametrize(("minutes", "mib"), [(14, 25), (0.5, 10), (-1, 10)])
def test_larger_files_are_for_tokens_that_live_long_enough(minutes: float, mib: int) -> None:
    place = PLACE.model_copy(update={"token_expires": time.time() + 60 * minutes, "file_bytes": 25 * 2**20})
    limits = DiscordMessenger(cast(Calls, None)).limits_at(place.address())

    assert (limits.size_bytes, limits.file_bytes) == (mib * 2**20, mib * 2**20)


def test_an_address_comes_back_as_it_was_and_never_shows_its_token() -> None:
    place = PLACE.model_copy(update={"words": Words(prompt="a fox", seed=7)})
    assert Place.model_validate(place.address()) == place
    assert "a-secret" not in repr(place)


def test_words_are_shown_with_their_options() -> None:
    embed = Words(prompt="a fox", size="64x64", seed=0).embed()
    assert embed["description"] == "a fox"
    assert [(field["name"], field["value"]) for field in embed["fields"]] == [("size", "64x64"), ("seed", "0")]


def test_words_keep_every_option_of_their_request() -> None:
    request = Words(prompt="a fox", size="64x64", seed=0, strength=0.4, steps=30, negative="blur").request()
    assert (request.strength, request.steps, request.negative) == (0.4, 30, "blur")
    assert Words.of(request).request() == request


@pytest.mark.parametrize(
    ("there", "same"),
    [
        ({"default_member_permissions": "0", "nsfw": False, "version": "9", "options": []}, True),
        ({"default_member_permissions": "0", "description_localizations": {"ru": "б", "de": "a"}}, True),
        ({"default_member_permissions": None}, False),
        ({"default_member_permissions": "0", "description": "older"}, False),
    ],
)
def test_commands_are_the_same_when_all_that_is_ours_is(there: dict[str, object], same: bool) -> None:
    command = {
        "type": 1, "name": "admin", "description": "For admins", "default_member_permissions": 0,
        "description_localizations": {"de": "a", "ru": "б"},
    }  # fmt: skip
    assert (menu.essence({**command, **there}) == menu.essence(command)) is same


@pytest.mark.parametrize(
    ("who", "ref"),
    [("<@42>", "discord:42"), ("42", "discord:42"), ("telegram:7", "telegram:7"), (" <@!42>", "discord:42")],
)
def test_admins_name_people_as_it_comes(who: str, ref: str) -> None:
    assert named(who) == ref


async def test_a_token_that_discord_does_not_know_is_said_at_once(empty_stage: Stage) -> None:
    empty_stage.bot.token += "x"
    process = Process(empty_stage)
    running = asyncio.create_task(process.live())
    await asyncio.sleep(0)
    empty_stage.bot.token = empty_stage.bot.token.removesuffix("x")
    with pytest.raises(SettingsError, match="token of bot 'discord'"):
        await running


async def test_no_secret_reaches_a_log(
    stage: Stage, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.discord.faults.error(r"POST /interactions/.*/callback")
    stage.discord.faults.drop_after(r"PATCH /webhooks/")
    act = await stage.ann.slash("imagine", prompt="a fox that nobody may know")
    stage.studio.end(await stage.kept())
    await stage.sees(lambda seen: PNG in seen.attachments)
    await stage.running[0].ends()

    logged = "".join(str(record.getMessage()) for record in caplog.records if record.levelno > logging.DEBUG) + "".join(
        capsys.readouterr()
    )
    assert "discord." in logged
    for secret in (stage.bot.token, act.token, "a fox that nobody"):
        assert secret not in logged


async def test_a_bot_offers_what_it_makes_and_nothing_else() -> None:
    entry = BotEntry(bot_id="sounds", platform=Platform.DISCORD, capabilities=frozenset({Capability.AUDIO}))
    client = Client(cast(Any, SimpleNamespace(bot=entry)), on_press)
    names = [command.name for command in planted(client).get_commands()]

    assert names == ["music", "say", "start", "help", "usage", "jobs", "cancel", "admin"]
