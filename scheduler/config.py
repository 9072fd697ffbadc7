"""How settings are read: TESSERA_* from the environment, `.env`, then `tessera.toml`; errors name the variable."""

from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from scheduler.errors import SettingsError

PREFIX = "TESSERA_"


class Settings(BaseSettings):
    """The base of every process's settings. A value given empty counts as not given."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, toml_file="tessera.toml", extra="ignore", frozen=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, dotenv_settings, TomlConfigSettingsSource(settings_cls)


S = TypeVar("S", bound=Settings)


def load(kind: type[S]) -> S:
    """Read the settings of one kind of process, or raise SettingsError naming each wrong variable."""
    try:
        return kind()
    except ValidationError as error:
        raise SettingsError("\n".join(explain(kind, error))) from None
    except ValueError as error:  # tessera.toml is not TOML
        raise SettingsError(f"{Path('tessera.toml')}: {error}") from None


def explain(kind: type[Settings], error: ValidationError) -> list[str]:
    """One line per wrong value: its variable, what is wrong, and what the variable is for."""
    lines = []
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        name, *path = problem["loc"]
        field = kind.model_fields.get(str(name))
        where = PREFIX + str(name).upper() + "".join(f"[{part}]" for part in path)
        purpose = f" ({field.description})" if field and field.description else ""
        lines.append(f"{where}: {problem['msg']}{purpose}")
    return lines
