"""Users, their accounts and keys, and the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from scheduler.accounts.model import Platform, UsageDay
from scheduler.database import Db, columns
from scheduler.plans.model import Plan, Standing
from scheduler.plans.queries import COLUMNS, plan_of


@dataclass(frozen=True, slots=True)
class User:
    id: int
    platform: Platform
    platform_user_id: str
    display_name: str | None
    locale: str | None
    is_admin: bool
    has_api_key: bool

    @property
    def ref(self) -> str:
        return f"{self.platform}:{self.platform_user_id}"


USER = """u.id, u.platform, u.platform_user_id, u.display_name, u.locale, p.tier = 'admin' as is_admin,
          u.api_key is not null as has_api_key"""


def user_of(row: Any) -> User:
    return User(
        id=row["id"],
        platform=Platform(row["platform"]),
        platform_user_id=row["platform_user_id"],
        display_name=row["display_name"],
        locale=row["locale"],
        is_admin=row["is_admin"],
        has_api_key=row["has_api_key"],
    )


async def find_user(db: Db, platform: str, platform_user_id: str) -> User | None:
    row = await db.fetchrow(
        f"select {USER} from users u join plans p on p.id = u.plan_id where platform = $1 and platform_user_id = $2",
        platform,
        platform_user_id,
    )
    return user_of(row) if row else None


async def user_by_api_key(db: Db, key_sha256: str) -> User | None:
    row = await db.fetchrow(
        f"select {USER} from users u join plans p on p.id = u.plan_id where u.api_key = $1", key_sha256
    )
    return user_of(row) if row else None


async def register(
    db: Db,
    platform: str,
    platform_user_id: str,
    name: str | None,
    locale: str | None,
    address: str | None,
    tier: str,
    *,
    by_settings: bool = False,
) -> None:
    """Make a user, on the plan of `tier`; one that is there stays as it is. `by_settings`: as long as these say so."""
    await db.execute(
        """
        insert into users (platform, platform_user_id, display_name, locale, ip_address, plan_id, admin_by_settings)
        select $1, $2, $3, $4, $5::text::inet, p.id, $7 from plans p where p.tier = $6
            on conflict (platform, platform_user_id) do nothing
        """,
        platform,
        platform_user_id,
        name,
        locale,
        address,
        tier,
        by_settings,
    )


async def touch(db: Db, arrivals: Mapping[int, tuple[str | None, str | None]]) -> None:
    """Note that these users were here, and how the platform calls them now, where it said so: name and locale."""
    await db.execute(
        """
        update users u
           set last_active_at = now(), display_name = coalesce(a.name, display_name),
               locale = coalesce(a.locale, u.locale)
          from unnest($1::bigint[], $2::text[], $3::text[]) a (id, name, locale)
         where u.id = a.id
        """,
        *columns([(user_id, *told) for user_id, told in sorted(arrivals.items())], 3),
    )


async def change_plan(db: Db, user_id: int, tier: str, *, by_settings: bool = False) -> None:
    """Put a user on a plan; a new admin's API key ends, because whoever had it made was trusted with less. Run inside
    a transaction: the account row is locked first, as admission does."""
    await db.execute("select 1 from billing.token_account where user_id = $1 for update", user_id)
    await db.execute(
        """
        update users u
           set plan_id = p.id, admin_by_settings = $3,
               api_key = case when p.tier = 'admin' and p.id is distinct from u.plan_id then null else u.api_key end
          from plans p where u.id = $1 and p.tier = $2
        """,
        user_id,
        tier,
        by_settings,
    )


async def admins_by_settings(db: Db) -> list[User]:
    """Who is an admin because the settings said so."""
    rows = await db.fetch(f"select {USER} from users u join plans p on p.id = u.plan_id where u.admin_by_settings")
    return [user_of(row) for row in rows]


async def newcomers_from(db: Db, network: str, within: timedelta) -> int:
    """How many web users of an address or network are new. Run inside a transaction: newcomers of it queue up."""
    await db.execute("select pg_advisory_xact_lock(hashtextextended('newcomers ' || $1, 0))", network)
    count: int = await db.fetchval(
        """
        select count(*) from users
         where platform = 'web' and ip_address <<= $1::text::inet and created_at > now() - $2::interval
        """,
        network,
        within,
    )
    return count


async def locked_user(db: Db, user_id: int) -> User:
    """Somebody whose key or plan nobody else changes until the end of the transaction."""
    sql = f"select {USER} from users u join plans p on p.id = u.plan_id where u.id = $1 for update of u"
    return user_of(await db.fetchrow(sql, user_id))


async def set_api_key(db: Db, user_id: int, key_sha256: str) -> None:
    await db.execute("update users set api_key = $2, api_key_created_at = now() where id = $1", user_id, key_sha256)


async def standing_of(db: Db, user_id: int) -> tuple[Standing, Plan]:
    """The account as it is, unlocked, with its plan."""
    row = await db.fetchrow(f"{STANDING} where a.user_id = $1", user_id)
    return standing_in(row), plan_of(row)


STANDING = f"""
    select a.user_id, a.balance, a.allowance_day, a.allowance_used, a.open_jobs, a.rate_tat, a.banned, a.last_seq,
           {COLUMNS}
      from billing.token_account a
      join users u on u.id = a.user_id
      join plans p on p.id = u.plan_id
"""


def standing_in(row: Any) -> Standing:
    return Standing(
        user_id=row["user_id"],
        plan_id=row["plan_id"],
        balance=row["balance"],
        allowance_day=row["allowance_day"],
        allowance_used=row["allowance_used"],
        open_jobs=row["open_jobs"],
        rate_tat=row["rate_tat"],
        banned=row["banned"],
        last_seq=row["last_seq"],
    )


async def is_banned(db: Db, user_id: int) -> bool:
    return bool(await db.fetchval("select banned from billing.token_account where user_id = $1", user_id))


async def set_banned(db: Db, user_id: int, banned: bool) -> bool:
    """Ban a user, or end that. Returns whether it was otherwise before."""
    done = await db.execute(
        "update billing.token_account set banned = $2 where user_id = $1 and banned <> $2", user_id, banned
    )
    return done != "UPDATE 0"


async def database_now(db: Db) -> datetime:
    now: datetime = await db.fetchval("select clock_timestamp()")
    return now


async def usage_days(db: Db, user_id: int, since: date) -> list[UsageDay]:
    """Days with use, newest first."""
    rows = await db.fetch(
        """
        select date, tokens_used, jobs_completed, jobs_failed, tokens_image, tokens_video, tokens_text, tokens_audio
          from usage_daily where user_id = $1 and date >= $2 order by date desc
        """,
        user_id,
        since,
    )
    return [UsageDay(**dict(row)) for row in rows]


def no_usage(day: date) -> UsageDay:
    zero = Decimal(0)
    return UsageDay(
        date=day,
        tokens_used=zero,
        jobs_completed=0,
        jobs_failed=0,
        tokens_image=zero,
        tokens_video=zero,
        tokens_text=zero,
        tokens_audio=zero,
    )


async def write_audit(
    db: Db, actor_id: int | None, actor: str, action: str, subject: str | None, details: Mapping[str, Any]
) -> None:
    """Note an act of an admin; it stands in the transaction of the act itself."""
    await db.execute(
        "insert into audit_log (actor_user_id, actor, action, subject, details) values ($1, $2, $3, $4, $5)",
        actor_id,
        actor,
        action,
        subject,
        dict(details),
    )
