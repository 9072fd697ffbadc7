"""Backs a database up into one file, and restores it into an empty one."""

from pathlib import Path

from scheduler.backups.programs import BackupError, program, run
from scheduler.backups.queries import contents
from scheduler.database import opened
from scheduler.files import whole
from scheduler.ledger.auditor import audit
from scheduler.ledger.model import Finding
from scheduler.migrate import migrate

# Owners and rights are the deployment's: `tessera roles` gives them again. Comments on extensions need a superuser.
WITHOUT_RIGHTS = ("--no-owner", "--no-privileges", "--no-comments")


async def backup(database_url: str, file: Path) -> None:
    """Write the database as of one moment, while everything runs.

    The file appears when it is whole and on disk, readable by its owner only. Raises BackupError.
    """
    async with opened(database_url) as connection:
        found = await contents(connection)
    if not found.tables:
        raise BackupError("There is nothing to back up: the database has no tables.")
    try:
        with whole(file) as part:
            options = ["--format=custom", "--lock-wait-timeout=60s", *WITHOUT_RIGHTS, f"--file={part}"]
            await run(program("pg_dump", found.major), database_url, options)
    except OSError as error:
        raise BackupError(f"{file} cannot be written: {error.strerror}.") from None


async def restore(database_url: str, file: Path) -> tuple[list[str], list[Finding]]:
    """Fill an empty database from a backup, in one transaction, and bring it to the schema of this version.

    Returns the migrations that were run, and what the money check says. Raises BackupError, MigrationError.
    """
    async with opened(database_url) as connection:
        found = await contents(connection)
    if found.tables:
        raise BackupError(f"The database is not empty ({found.tables} tables). Restore into a new one.")
    options: list[str | Path] = ["--single-transaction", "--exit-on-error", *WITHOUT_RIGHTS, file]
    await run(program("pg_restore", found.major), database_url, options)
    migrated = await migrate(database_url)
    async with opened(database_url) as connection:
        await connection.execute("analyze")
        return migrated, await audit(connection)
