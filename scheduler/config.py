"""How settings are read: TESSERA_* from the environment, `.env`, then `tessera.toml`; errors name the variable."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticUndefined
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
        lines.append(f"{where}: {plainly(problem)}{purpose}")
    return lines


def plainly(problem: ErrorDetails) -> str:
    """What is wrong, without the checker's own terms."""
    if problem["type"] == "string_pattern_mismatch":
        return "is not of the form expected here"
    return problem["msg"].removeprefix("Value error, ")


def secret(variable: str) -> SecretStr | None:
    """A variable of the environment or of `.env` that a table of tessera.toml names; given empty it counts as not
    given."""
    value = os.environ.get(variable) or (dotenv_values(".env").get(variable) if Path(".env").is_file() else None)
    return SecretStr(value) if value else None


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One variable, for people."""

    variable: str
    default: str
    purpose: str


def describe(kind: type[Settings]) -> list[SettingLine]:
    """Every variable that a kind of process reads, from the code."""
    return [
        SettingLine(PREFIX + name.upper(), shown_default(field), field.description or "")
        for name, field in kind.model_fields.items()
    ]


def shown_default(field: FieldInfo) -> str:
    """What holds when nothing is set; what depends on the machine is not shown."""
    if field.default_factory is not None or field.default is PydanticUndefined or field.default is None:
        return ""
    if isinstance(field.default, list | tuple | set | frozenset):
        return ",".join(str(item) for item in field.default)
    return str(field.default)


def listed(kind: type[Settings]) -> str:
    """The same as text, for `--help`."""
    lines = []
    for line in describe(kind):
        default = f" [{line.default}]" if line.default else ""
        lines.append(f"  {line.variable}{default}\n      {line.purpose}")
    return "\n".join(["settings (environment or .env; lists also in tessera.toml):", *lines])
