"""The settings of the bots: where the scheduler is, and each bot's token."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from scheduler.accounts.model import Platform
from scheduler.catalogue.model import Capability
from scheduler.config import Settings, secret
from scheduler.errors import SettingsError

Network = IPv4Network | IPv6Network
EVERYTHING = frozenset(Capability)


class BotTable(BaseModel):
    """One `[[bots]]` of tessera.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bot_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,50}$")
    platform: Platform
    token_variable: str | None = None  # the environment variable that holds the token; none for the web
    capabilities: frozenset[Capability] = Field(EVERYTHING, min_length=1)  # what its commands make


class BotEntry(BaseModel):
    """A bot that can be run."""

    model_config = ConfigDict(frozen=True)

    bot_id: str
    platform: Platform
    token: SecretStr | None = None  # none for the web
    capabilities: frozenset[Capability] = EVERYTHING


class BotSettings(Settings):
    """Read once, in `bots/__main__.py`."""

    api_url: str = Field("http://127.0.0.1:8080", description="address of the scheduler's HTTP API")
    service_key: SecretStr | None = Field(None, description="the bots' key for the scheduler's HTTP API")

    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s/]",
        description="address at which people reach the HTTP API: for links to originals that a chat does not take",
    )

    telegram_token: SecretStr | None = Field(None, description="token of a Telegram bot, from @BotFather")
    telegram_api_base: str = Field("https://api.telegram.org", description="address of the Telegram Bot API")
    telegram_webhook_url: str | None = Field(
        None, description="public https address for Telegram's webhooks; long polling without it"
    )
    telegram_webhook_secret: SecretStr | None = Field(
        None, description="secret that Telegram's webhook calls must carry; made from the token without it"
    )
    telegram_webhook_host: str = Field("127.0.0.1", description="where to listen for webhooks")
    telegram_webhook_port: int = Field(8081, ge=0, le=65535, description="port to listen on for webhooks")

    discord_token: SecretStr | None = Field(None, description="token of a Discord bot, from the developer portal")
    discord_api_base: str = Field("https://discord.com/api/v10", description="address of the Discord HTTP API")
    discord_gateway_url: str | None = Field(None, description="address of the Discord gateway; asked for without it")

    web_host: str = Field("127.0.0.1", description="where the web chat listens")
    web_port: int = Field(8000, ge=0, le=65535, description="port of the web chat")
    share_port: bool = Field(False, description="several web chats of this machine listen on one port")
    drain_seconds: float = Field(
        3, ge=0, description="how long a web chat that stops still serves whoever asks, at most, in seconds"
    )
    web_secret: SecretStr | None = Field(None, description="signs the visitors' cookies; made from the key without it")
    trusted_proxies: Annotated[list[Network], NoDecode] = Field(
        [], description="networks whose X-Forwarded-For is believed, comma separated: 10.0.0.0/8,127.0.0.1"
    )

    alive_file: Path | None = Field(None, description="touched every 5 s while the process is well, for health checks")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least severe log event shown")
    log_format: Literal["auto", "json", "text"] = Field("auto", description="auto: text on a terminal, else JSON")

    bots: list[BotTable] = Field(
        [], description="[[bots]] of tessera.toml: bot_id, platform, token_variable, capabilities"
    )

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def split(cls, value: object) -> object:
        """`10.0.0.0/8, 127.0.0.1` as a list."""
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    def entries(self) -> dict[str, BotEntry]:
        """Every bot that has what it needs, by bot_id: the web chat always, the others with their tokens."""
        found = {"web": BotEntry(bot_id="web", platform=Platform.WEB)}
        if self.telegram_token:
            found["telegram"] = BotEntry(bot_id="telegram", platform=Platform.TELEGRAM, token=self.telegram_token)
        if self.discord_token:
            found["discord"] = BotEntry(bot_id="discord", platform=Platform.DISCORD, token=self.discord_token)
        return found | {table.bot_id: entry(table) for table in self.bots}


def entry(table: BotTable) -> BotEntry:
    """The bot of a `[[bots]]` table, with the token that its variable holds."""
    token = secret(table.token_variable) if table.token_variable else None
    if token is None and table.platform is not Platform.WEB:
        missing = table.token_variable or "token_variable"
        raise SettingsError(f"{missing}: not set (token of [[bots]] {table.bot_id!r})")
    return BotEntry(bot_id=table.bot_id, platform=table.platform, token=token, capabilities=table.capabilities)
