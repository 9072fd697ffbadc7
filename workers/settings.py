"""What a worker can be told from outside."""

import json
import re
import socket
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, field_validator
from pydantic_settings import NoDecode

from scheduler.config import Settings

NAME_LIMIT = 40


class ModelTable(BaseModel):
    """One `[[models]]` of tessera.toml; what else stands in it is for the engine."""

    model_config = ConfigDict(frozen=True, extra="allow")

    model: str = Field(min_length=1, max_length=100)  # as the catalogue names it
    engine: str


class WorkerSettings(Settings):
    """Settings of `python -m workers`."""

    redis_url: str = Field(
        "redis://localhost",
        pattern="^(redis|rediss|unix)://",
        description="where Redis answers: redis://, rediss:// or unix://",
    )
    store_url: str = Field(
        default_factory=lambda: Path(".tessera/store").absolute().as_uri(),
        description="where artifacts are kept: file:///folder or s3://bucket/prefix",
    )
    worker_name: str = Field(
        default_factory=socket.gethostname,
        validate_default=True,
        description="the worker's name; the host's by default",
    )
    worker_slots: int = Field(1, ge=1, le=256, description="attempts that run at the same time")
    worker_look_ahead: bool | None = Field(
        None, description="keep one attempt at hand while all slots run; by default where there is one slot"
    )
    worker_engines: Annotated[tuple[str, ...], NoDecode] = Field(
        ("no-gpu",),
        min_length=1,
        description="engines to run: names separated by commas, or a JSON list; no-gpu means all that need none",
    )
    models: tuple[ModelTable, ...] = Field(
        (), description="[[models]] of tessera.toml: model, engine, and where that engine finds it"
    )
    worker_ffmpeg: Path | None = Field(
        None, description="the ffmpeg that compose runs; the system's by default, or the one that its extra brings"
    )
    worker_memory_gib: PositiveFloat | None = Field(
        None,
        description="memory that models may use, in GiB; the GPU's by default where the engine diffusers has one, else "
        "the machine's",
    )
    worker_scratch: Path = Field(
        default_factory=lambda: Path(tempfile.gettempdir()), description="folder for unfinished files"
    )
    worker_spool: Path | None = Field(
        None, description="folder for outcomes that were not acknowledged yet; the one for unfinished files by default"
    )
    worker_grace_seconds: float = Field(
        20.0, ge=0, description="how long running attempts may go on after SIGTERM before they are handed back"
    )
    worker_preview_seconds: float = Field(1.0, ge=0.1, description="least time between two previews of an attempt")
    alive_file: Path | None = Field(
        None, description="worker and bots touch it every 5 s while they are well, for health checks"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="debug, info, warning or error")
    log_format: Literal["auto", "json", "text"] = Field("auto", description="auto, json or text")

    @field_validator("worker_name")
    @classmethod
    def fit_for_a_key(cls, name: str) -> str:
        """Cut and clean the name: it becomes part of a Redis key, where braces have a meaning."""
        return re.sub(r"[^A-Za-z0-9._-]", "-", name.strip())[:NAME_LIMIT] or "worker"

    @field_validator("worker_engines", mode="before")
    @classmethod
    def split_names(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        names = json.loads(value) if value.lstrip().startswith("[") else value.split(",")
        return [name.strip() if isinstance(name, str) else name for name in names if name]

    @field_validator("models")
    @classmethod
    def once_each(cls, tables: tuple[ModelTable, ...]) -> tuple[ModelTable, ...]:
        if len({table.model for table in tables}) < len(tables):
            raise ValueError("a model is named twice")
        return tables

    @field_validator("log_level", "log_format", mode="before")
    @classmethod
    def lower(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @property
    def tables(self) -> list[dict[str, Any]]:
        """The models, for the engines."""
        return [table.model_dump() for table in self.models]

    @property
    def looks_ahead(self) -> bool:
        return self.worker_slots == 1 if self.worker_look_ahead is None else self.worker_look_ahead

    @property
    def log_json(self) -> bool | None:
        """What `setup_logging` wants to know; None lets the terminal decide."""
        return None if self.log_format == "auto" else self.log_format == "json"
