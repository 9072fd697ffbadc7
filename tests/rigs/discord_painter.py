"""A small bot on the unmodified discord.py, with which the Discord rig is tried out."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import discord
import pytest
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.rigs.discord import Bot, FakeDiscord

SIZES = [app_commands.Choice(name=size, value=size) for size in ("square", "wide")]


class Buttons(discord.ui.View):
    """Again posts anew, Larger edits, Later defers and edits, Note opens a form; they work for ever."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Again", custom_id="again")
    async def again(self, act: discord.Interaction, _: discord.ui.Button["Buttons"]) -> None:
        await act.response.send_message("once more")

    @discord.ui.button(label="Larger", custom_id="larger")
    async def larger(self, act: discord.Interaction, _: discord.ui.Button["Buttons"]) -> None:
        await act.response.edit_message(content="larger", attachments=[picture(b"large")])

    @discord.ui.button(label="Later", custom_id="later")
    async def later(self, act: discord.Interaction, _: discord.ui.Button["Buttons"]) -> None:
        await act.response.defer()
        await act.edit_original_response(content="later")

    @discord.ui.button(label="Note", custom_id="note")
    async def note(self, act: discord.Interaction, _: discord.ui.Button["Buttons"]) -> None:
        await act.response.send_modal(Note())

    @discord.ui.button(label="Gone", custom_id="gone", disabled=True)
    async def gone(self, act: discord.Interaction, _: discord.ui.Button["Buttons"]) -> None:
        await act.response.defer()


class Note(discord.ui.Modal, title="A note"):
    text: discord.ui.TextInput["Note"] = discord.ui.TextInput(label="text", custom_id="text", max_length=50)

    async def on_submit(self, act: discord.Interaction) -> None:
        await act.response.send_message(f"noted: {self.text.value}", ephemeral=True)


class Painter(discord.Client):
    """Remembers the interactions it was given, so that tests can act in its place."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default())
        self.tree = app_commands.CommandTree(self)
        self.acts: list[discord.Interaction] = []
        self.arrived: asyncio.Queue[discord.Interaction] = asyncio.Queue()
        self.texts: list[str] = []
        commands: list[app_commands.Command[Any, ..., Any]] = [imagine, secret, silent, raw]
        for command in commands:
            self.tree.add_command(command)

    async def setup_hook(self) -> None:
        self.add_view(Buttons())
        await self.tree.sync()

    async def on_interaction(self, act: discord.Interaction) -> None:
        self.acts.append(act)
        self.arrived.put_nowait(act)

    async def on_message(self, message: discord.Message) -> None:
        self.texts.append(message.content)


@app_commands.command(description="Paint a picture")
@app_commands.choices(size=SIZES)
async def imagine(act: discord.Interaction, prompt: str, size: str = "square", model: str = "painter") -> None:
    await act.response.defer(thinking=True)
    await act.edit_original_response(content=f"painting {prompt}")
    done = f"{prompt}, {size}, {model}"
    await act.edit_original_response(content=done, attachments=[picture(b"small")], view=Buttons())


@imagine.autocomplete("model")
async def models(act: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=name, value=name) for name in ("painter", "pastel", "sdxl") if typed in name]


@app_commands.command(description="Only for you")
async def secret(act: discord.Interaction) -> None:
    await act.response.send_message("only you", ephemeral=True)


@app_commands.command(description="No answer at all")
async def silent(act: discord.Interaction) -> None:
    pass


@app_commands.command(description="The test answers by itself")
async def raw(act: discord.Interaction) -> None:
    await act.response.defer(thinking=True)


def picture(data: bytes) -> discord.File:
    return discord.File(io.BytesIO(data), "picture.png")


@asynccontextmanager
async def running(fake: FakeDiscord, bot: Bot, patch: pytest.MonkeyPatch) -> AsyncIterator[Painter]:
    """Run the bot against the fake until the block ends."""
    patch.setattr(Route, "BASE", fake.api_base)
    patch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(fake.gateway_url))
    painter = Painter()
    life = asyncio.create_task(painter.start(bot.token))
    try:
        online = asyncio.create_task(fake.online(bot, "imagine", "raw"))
        done, _ = await asyncio.wait({life, online}, return_when=asyncio.FIRST_COMPLETED)
        await done.pop()
        yield painter
    finally:
        await painter.close()
        life.cancel()
        with suppress(asyncio.CancelledError):
            await life
