"""The scheduler's settings, from TESSERA_* variables."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from scheduler.config import Settings


class SchedulerSettings(Settings):
    database_url: str = Field(
        "postgresql://localhost/tessera", pattern=r"^postgres(ql)?://", description="PostgreSQL, 15 or later"
    )
    redis_url: str = Field("redis://localhost", pattern=r"^(redis|rediss|unix)://", description="Redis or Valkey")
    store_url: str = Field(
        default_factory=lambda: Path(".tessera/store").absolute().as_uri(),
        pattern=r"^(file|s3|memory)://",
        description="artifact store: file:///folder or s3://bucket/prefix",
    )
    host: str = Field("127.0.0.1", description="address the HTTP API listens on")
    port: int = Field(8080, ge=0, le=65535, description="port of the HTTP API")
    share_port: bool = Field(False, description="several schedulers, or web chats, of this machine listen on one port")
    drain_seconds: float = Field(
        3,
        ge=0,
        description="how long a scheduler or web chat that stops still serves whoever asks, at most, in seconds",
    )
    service_key: SecretStr | None = Field(
        None, min_length=16, description="key that bots use, at least 16 characters; the same for the bots"
    )
    link_secret: SecretStr | None = Field(
        None, min_length=16, description="signs links to finished files; made from the key without it"
    )
    admins: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(), description="accounts that get the Admin plan, comma separated: telegram:42,discord:77"
    )
    artifact_days: float = Field(30, gt=0, description="how long finished files are kept, in days")
    archive_days: float = Field(90, ge=7, description="age at which `tessera archive` takes ended jobs out, in days")
    keep_hours: float = Field(6, gt=0, description="how long a job is kept that no live worker can run, in hours")
    lease_seconds: float = Field(12, ge=3, description="silence after which a worker's attempts are lost, in seconds")
    claim_seconds: float = Field(40, ge=1, description="how long a bot process owns a status message, in seconds")
    newcomers_a_day: int = Field(10, ge=1, description="new web visitors a day from one network address")
    trusted_proxies: Annotated[list[IPv4Network | IPv6Network], NoDecode] = Field(
        [], description="networks whose X-Forwarded-For is believed, comma separated: 10.0.0.0/8,127.0.0.1"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="what is logged")
    log_format: Literal["auto", "json", "text"] = Field("auto", description="auto: lines on a terminal, else JSON")

    @field_validator("admins", mode="before")
    @classmethod
    def split(cls, value: object) -> object:
        """`a:1, b:2` as a set."""
        if isinstance(value, str):
            return frozenset(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def split_networks(cls, value: object) -> object:
        """`10.0.0.0/8, 127.0.0.1` as a list."""
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("admins")
    @classmethod
    def named_with_platform(cls, value: frozenset[str]) -> frozenset[str]:
        wrong = sorted(ref for ref in value if ref.partition(":")[0] not in ("telegram", "discord", "web"))
        if wrong:
            raise ValueError(f"must name accounts as platform:id, such as telegram:42, not {', '.join(wrong)}")
        return value

    @property
    def json_logs(self) -> bool | None:
        return None if self.log_format == "auto" else self.log_format == "json"
