"""Where errors end: a sentence on standard error and an exit code, never a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import asyncpg
import typer
from rich.console import Console
from rich.markup import escape

from scheduler.database import OUTAGES
from scheduler.errors import SettingsError, TesseraError
from scheduler.migrate import MigrationError
from scheduler.standalone.errors import EmbeddedError

if TYPE_CHECKING:
    from scheduler.settings import SchedulerSettings

out = Console()
err = Console(stderr=True)


@contextmanager
def told() -> Iterator[None]:
    """Say what went wrong and exit with code 1; Ctrl-C exits with 130."""
    try:
        yield
    except (TesseraError, EmbeddedError, MigrationError) as error:
        err.print(f"[bold red]✗[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None
    except OUTAGES as error:
        err.print(f"[bold red]✗[/] The database cannot be reached ({type(error).__name__}). Is it running?")
        raise typer.Exit(1) from None
    except asyncpg.PostgresError as error:
        err.print(f"[bold red]✗[/] The database refused: {escape(str(error))}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def settings() -> "SchedulerSettings":
    """The scheduler's settings, which tell commands where everything is. Raises SettingsError."""
    from scheduler.config import load
    from scheduler.settings import SchedulerSettings

    return load(SchedulerSettings)


def database_url() -> str:
    """TESSERA_DATABASE_URL, or the database of the `tessera up` that runs."""
    from scheduler.standalone.keys import database_at_hand

    return database_at_hand() or settings().database_url


@contextmanager
def database(*, fresh: bool = False) -> Iterator[str]:
    """The database to work on: the one that is set, that of the `tessera up` that runs, or, where nothing runs, the
    embedded one, started for as long as the command takes; `fresh` makes one where there is none."""
    from scheduler.standalone.embedded import Embedded, default_base, hold
    from scheduler.standalone.keys import database_at_hand

    given = settings()
    if "database_url" in given.model_fields_set:
        yield given.database_url
    elif running := database_at_hand():
        yield running
    elif fresh or (default_base() / "postgres").exists():
        with hold(default_base()), Embedded(default_base()) as addresses:
            yield addresses.database_url
    else:
        raise SettingsError(
            f"There is no database: TESSERA_DATABASE_URL is not set, and nothing is in {default_base()}."
        )


def store_url() -> str | None:
    """The artifact store that belongs to that database; None where only the database is named."""
    from scheduler.standalone.embedded import default_base

    given = settings()
    if "store_url" in given.model_fields_set:
        return given.store_url
    return None if "database_url" in given.model_fields_set else (default_base().absolute() / "store").as_uri()
