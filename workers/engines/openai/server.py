"""Where a model of this engine is: one `[[models]]` table of tessera.toml."""

from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from scheduler.config import secret


class Server(BaseModel):
    """A model as the catalogue names it, and the server that answers for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    engine: Literal["openai"]
    url: str = Field(pattern="^https?://[^/]")  # up to and with /v1
    name: str | None = None  # how the server calls the model; the first that it lists
    key_variable: str | None = None  # the variable, of the environment or of `.env`, that holds its key
    system: str | None = None  # what it is told before each question

    @field_validator("url")
    @classmethod
    def without_a_slash(cls, url: str) -> str:
        return url.rstrip("/")

    @field_validator("key_variable")
    @classmethod
    def is_set(cls, variable: str | None) -> str | None:
        if variable and not secret(variable):
            raise ValueError(f"{variable} is not set")
        return variable

    @property
    def headers(self) -> dict[str, str]:
        key = secret(self.key_variable) if self.key_variable else None
        return {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}

    @property
    def host(self) -> str:
        """For logs and people: never a name or password that stands in the address."""
        parts = urlsplit(self.url)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
