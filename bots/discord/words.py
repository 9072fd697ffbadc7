"""What somebody asked for, shown as an embed, so that a button under a refusal can ask for it again, for ever."""

from typing import Any, Self
from uuid import UUID

import discord
from pydantic import BaseModel, ConfigDict

from bots import commands, making
from bots.making import Maker
from scheduler.jobs.model import JobRequest

LONGEST_FIELD = 1024  # characters of an embed's field
Json = dict[str, Any]


class Words(BaseModel):
    """The options of a command that makes something, as they were given."""

    model_config = ConfigDict(frozen=True)

    prompt: str
    size: str | None = None
    model: str | None = None
    seed: int | None = None
    seconds: float | None = None
    voice: str | None = None
    strength: float | None = None
    steps: int | None = None
    negative: str | None = None
    picture: UUID | None = None  # that was uploaded
    command: Maker = Maker.IMAGINE

    def embed(self) -> Json:
        """The prompt with its options under it; `read_words` reads it back."""
        told: list[tuple[str, object]] = [("size", self.size), ("model", self.model), ("seed", self.seed)]
        told += [("seconds", self.seconds), ("voice", self.voice)]
        told += [("strength", self.strength), ("steps", self.steps), ("negative", self.negative)]
        told += [("picture", self.picture)]
        told += [("command", self.command)] if self.command is not Maker.IMAGINE else []
        fields = [{"name": name, "value": str(value), "inline": True} for name, value in told if value is not None]
        return {"description": self.prompt, "fields": fields}

    def request(self) -> JobRequest:
        """Raises CommandError."""
        width, height = commands.size(self.size) if self.size else (None, None)
        request = making.made(
            self.command,
            self.prompt,
            width=width,
            height=height,
            seed=self.seed,
            model=self.model,
            seconds=self.seconds,
            voice=self.voice,
            strength=self.strength,
            steps=self.steps,
            negative=self.negative,
        )
        return request.model_copy(update={"picture": self.picture}) if self.picture else request

    @classmethod
    def of(cls, request: JobRequest) -> Self:
        size = f"{request.width}x{request.height}" if request.width and request.height else None
        return cls(
            prompt=request.prompt,
            size=size,
            model=request.model,
            seed=request.seed,
            seconds=request.seconds,
            voice=request.voice,
            strength=request.strength,
            steps=request.steps,
            negative=request.negative,
            picture=request.picture,
            command=making.maker_of(request),
        )


def read_words(message: discord.Message | None) -> Words | None:
    """The words that stand in a message of ours."""
    embed = message.embeds[0] if message and message.embeds else None
    if embed is None or not embed.description:
        return None
    options = {field.name: field.value for field in embed.fields}
    return Words.model_validate({"prompt": embed.description, **options})
