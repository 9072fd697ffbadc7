"""/imagine: from words to a picture."""

import discord
from discord import app_commands

from bots.commands import SIZES
from bots.discord.client import Act
from bots.discord.desk import translator
from bots.discord.pictures import uploaded
from bots.discord.words import LONGEST_FIELD, Words
from bots.models import offered
from bots.replies.translator import Translator
from scheduler.catalogue.model import ModelView
from scheduler.errors import TesseraError
from scheduler.jobs.model import MOST_STEPS, SEED_LIMIT, JobRequest

MOST_CHOICES = 25
NAME_CHARACTERS = 100
Choices = list[app_commands.Choice[str]]


@app_commands.command()
async def imagine(
    act: Act,
    prompt: str,
    size: str | None = None,
    model: str | None = None,
    seed: app_commands.Range[int, 0, SEED_LIMIT] | None = None,
    picture: discord.Attachment | None = None,
    strength: app_commands.Range[float, 0, 1] | None = None,
    steps: app_commands.Range[int, 1, MOST_STEPS] | None = None,
    negative: app_commands.Range[str, 1, LONGEST_FIELD] | None = None,
) -> None:
    """Paint a picture."""
    words = Words(prompt=prompt, size=size, model=model, seed=seed, strength=strength, steps=steps, negative=negative)
    await act.client.desk.paint(act, understood(words) if picture is None else starting_from(act, words, picture))


async def understood(words: Words) -> JobRequest:
    return words.request()


async def starting_from(act: Act, words: Words, picture: discord.Attachment) -> JobRequest:
    """The words first: what is wrong with them is known at once."""
    return words.request().model_copy(update={"picture": await uploaded(act, picture)})


@imagine.autocomplete("size")
async def sizes(act: Act, typed: str) -> Choices:
    """The four sizes by name; any other, such as 640x960, may be typed."""
    named = [(name, f"{name} · {width}×{height}") for name, (width, height) in SIZES.items()]
    return [app_commands.Choice(name=label, value=name) for name, label in named if typed.lower() in label]


@imagine.autocomplete("model")
async def models(act: Act, typed: str) -> Choices:
    """What the person's plan allows and a worker offers, best first."""
    desk = act.client.desk
    try:
        found = await desk.user(act).models()
    except TesseraError:
        return []
    usable = [model for model in offered(found) if matches(model, typed)]
    tr = translator(act)
    return [
        app_commands.Choice(name=label(model, tr)[:NAME_CHARACTERS], value=model.id) for model in usable[:MOST_CHOICES]
    ]


def label(model: ModelView, tr: Translator) -> str:
    return model.display_name if model.online else tr("model-away", model=model.display_name)


def matches(model: ModelView, typed: str) -> bool:
    return typed.lower() in f"{model.id} {model.display_name}".lower()
