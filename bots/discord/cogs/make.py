"""/video, /music, /say, /write and /ask: from words to a film, a sound or other words."""

import discord
from discord import app_commands

from bots.discord.client import Act
from bots.discord.cogs.create import sizes, starting_from, understood
from bots.discord.words import Words
from bots.making import Maker
from scheduler.jobs.model import LONGEST_SECONDS, SEED_LIMIT

Seconds = app_commands.Range[int, 1, int(LONGEST_SECONDS)]
Seed = app_commands.Range[int, 0, SEED_LIMIT]


@app_commands.command()
async def video(
    act: Act,
    prompt: str,
    size: str | None = None,
    seconds: Seconds | None = None,
    seed: Seed | None = None,
    picture: discord.Attachment | None = None,
) -> None:
    """Make a video."""
    words = Words(prompt=prompt, size=size, seconds=seconds, seed=seed, command=Maker.VIDEO)
    await act.client.desk.paint(act, understood(words) if picture is None else starting_from(act, words, picture))


video.autocomplete("size")(sizes)


@app_commands.command()
async def music(act: Act, prompt: str, seconds: Seconds | None = None, seed: Seed | None = None) -> None:
    """Compose music."""
    words = Words(prompt=prompt, seconds=seconds, seed=seed, command=Maker.MUSIC)
    await act.client.desk.paint(act, understood(words))


@app_commands.command()
async def say(act: Act, prompt: str, voice: app_commands.Range[str, 1, 20] | None = None) -> None:
    """Read words aloud."""
    await act.client.desk.paint(act, understood(Words(prompt=prompt, voice=voice, command=Maker.SAY)))


@app_commands.command()
async def write(act: Act, prompt: str, seed: Seed | None = None) -> None:
    """Write words."""
    await act.client.desk.paint(act, understood(Words(prompt=prompt, seed=seed, command=Maker.WRITE)))


@app_commands.command()
async def ask(act: Act, question: str) -> None:
    """Answer a question."""
    await act.client.desk.paint(act, understood(Words(prompt=question, command=Maker.ASK)))
