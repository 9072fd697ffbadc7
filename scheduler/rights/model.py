"""What each kind of process may do in PostgreSQL and in Redis: the least it can work with."""

from collections.abc import Mapping

from scheduler.wire import ANSWERS_PREFIX, ASKS, BEATS, EVENTS_PREFIX, REPORTS, inbox, preview_key

SCHEMAS = ("public", "billing", "catalogue")

# The scheduler's role. It owns nothing: no DDL, and what counts (money, jobs, acts of admins) it can never delete.
TABLES: Mapping[str, str] = {
    "billing.archived_usage": "select",
    "billing.token_account": "select, insert, update",
    "billing.token_ledger": "select, insert",
    "billing.usage_horizon": "select",
    "catalogue.models": "select",
    "catalogue.pauses": "select, insert, update, delete",
    "public.artifacts": "select, insert, update",
    "public.audit_log": "insert",
    "public.deliveries": "select, insert, update",
    "public.failures": "select, insert, delete",
    "public.jobs": "select, insert, update",
    "public.leadership": "select, update",
    "public.plans": "select, update (id)",  # to lock one takes a right to change some of it; ids are referred to
    "public.schema_migrations": "select",
    "public.service_keys": "select, insert, update",
    "public.uploads": "select, insert, update, delete",
    "public.usage_daily": "select, insert, update",
    "public.users": "select, insert, update",
    "public.workers": "select, insert, update, delete",
}

CONNECT = "+ping +hello +auth +client|setinfo +client|setname"  # what redis-py says of itself
NOTHING = "resetkeys resetchannels -@all"
ANY_INCARNATION = "?" * 8  # the hex digits at the end of a worker id


def redis_health(name: str = "health") -> str:
    """The rule of a user without a password who can only ask whether Redis answers."""
    return f"user {name} on nopass {NOTHING} +ping +hello +auth"


def redis_scheduler(password: str, name: str = "scheduler") -> str:
    """The ACL rule of the schedulers: they hear beats and outcomes, and write into the workers' inboxes."""
    return " ".join(
        [
            f"user {name} on >{password} {NOTHING} {CONNECT}",
            f"&{EVENTS_PREFIX}* &{ASKS} &{ANSWERS_PREFIX}* +publish +subscribe +unsubscribe +psubscribe +punsubscribe",
            "+time",
            f"(%RW~{BEATS} +xread +xinfo|stream +del)",
            f"(%RW~{REPORTS} +xreadgroup +xgroup|create +xinfo|stream +del)",
            f"(%W~{inbox('*')} +xadd)",
            f"(%R~{preview_key('*')} +get)",
        ]
    )


def redis_worker(password: str, worker_name: str, name: str | None = None) -> str:
    """The ACL rule of the workers called `worker_name`: their own inboxes, and what workers tell schedulers."""
    return " ".join(
        [
            f"user {name or worker_name} on >{password} {NOTHING} {CONNECT}",
            f"&{EVENTS_PREFIX}* +publish",
            f"(%RW~{inbox(f'{worker_name}-{ANY_INCARNATION}')} +xread +xdel +expire +del)",
            f"(%W~{BEATS} %W~{REPORTS} +xadd)",
            f"(%W~{preview_key('*')} +set)",
        ]
    )
