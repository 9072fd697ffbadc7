"""The bots' keys as the database keeps them: SHA-256 only, with what each may do and until when."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from scheduler.accounts.model import Platform, Scope, Service
from scheduler.database import Db

VALID = "revoked_at is null and coalesce(expires_at > now(), true)"


@dataclass(frozen=True, slots=True)
class ServiceKey:
    """A key without the key."""

    id: int
    name: str
    platform: str | None
    bot_id: str | None
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    valid: bool


async def service_of(db: Db, key_sha256: str) -> Service | None:
    """Whose valid key this is. The index finds the digest, not the key; the last word has a constant-time compare."""
    row = await db.fetchrow(
        f"select name, key_sha256, platform, bot_id, scopes from service_keys where key_sha256 = $1 and {VALID}",
        key_sha256,
    )
    if row is None or not hmac.compare_digest(row["key_sha256"], key_sha256):
        return None
    return Service(
        name=row["name"],
        platform=Platform(row["platform"]) if row["platform"] else None,
        bot_id=row["bot_id"],
        scopes=frozenset(map(Scope, row["scopes"])),
    )


async def keep_service_key(db: Db, name: str, key_sha256: str | None) -> None:
    """Store the key of the settings, good for every bot; a changed one replaces the old, and none ends it."""
    await db.execute(
        """
        update service_keys set revoked_at = now()
         where name = $1 and key_sha256 is distinct from $2 and revoked_at is null
        """,
        name,
        key_sha256,
    )
    if key_sha256 is None:
        return
    await db.execute(
        """
        insert into service_keys (name, key_sha256) values ($1, $2)
            on conflict (key_sha256) do update set revoked_at = null, expires_at = null
         where service_keys.name = excluded.name and service_keys.revoked_at is not null
        """,
        name,
        key_sha256,
    )


async def lock_name(db: Db, name: str) -> None:
    """One change of a name's keys at a time. Run inside a transaction."""
    await db.execute("select pg_advisory_xact_lock(hashtextextended('service key ' || $1, 0))", name)


KEYS = f"""
    select id, name, platform, bot_id, scopes, created_at, expires_at, revoked_at, {VALID} as valid from service_keys
"""


async def service_keys(db: Db, name: str | None = None) -> list[ServiceKey]:
    """All keys, of a name or of every one, newest first."""
    rows = await db.fetch(f"{KEYS} where $1::text is null or name = $1 order by name, id desc", name)
    return [service_key_of(row) for row in rows]


async def find_service_key(db: Db, key_sha256: str) -> ServiceKey | None:
    """What is known of a key, valid or not."""
    row = await db.fetchrow(f"{KEYS} where key_sha256 = $1", key_sha256)
    return service_key_of(row) if row else None


def service_key_of(row: Any) -> ServiceKey:
    return ServiceKey(**{**dict(row), "scopes": tuple(row["scopes"])})


async def add_service_key(
    db: Db,
    name: str,
    key_sha256: str,
    platform: str,
    bot_id: str,
    scopes: Sequence[str],
    lasts: timedelta | None,
) -> None:
    await db.execute(
        """
        insert into service_keys (name, key_sha256, platform, bot_id, scopes, expires_at)
        values ($1, $2, $3, $4, $5, now() + $6::interval)
        """,
        name,
        key_sha256,
        platform,
        bot_id,
        list(scopes),
        lasts,
    )


async def renew_service_key(db: Db, key_id: int, lasts: timedelta | None) -> None:
    """A key that was about to end stays."""
    await db.execute("update service_keys set expires_at = now() + $2::interval where id = $1", key_id, lasts)


async def end_others(db: Db, name: str, key_sha256: str, overlap: timedelta) -> None:
    """The other valid keys of the name end after the overlap, or before where they would anyway."""
    await db.execute(
        f"""
        update service_keys set expires_at = least(coalesce(expires_at, 'infinity'), now() + $3::interval)
         where name = $1 and key_sha256 <> $2 and {VALID}
        """,
        name,
        key_sha256,
        overlap,
    )


async def revoke(db: Db, name: str, key_id: int | None) -> int:
    """End the keys of a name at once, or one of them; how many were valid."""
    rows = await db.fetch(
        f"""
        update service_keys set revoked_at = now()
         where name = $1 and ($2::bigint is null or id = $2) and {VALID} returning id
        """,
        name,
        key_id,
    )
    return len(rows)
