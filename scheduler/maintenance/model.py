"""When a table wants to be vacuumed or analysed: rules on PostgreSQL's own counters."""

from dataclasses import dataclass

# PostgreSQL's autovacuum acts on such counts, too, but not while it is off, blocked or too slow: then this says so.
DEAD_ROWS, DEAD_SHARE = 1_000, 0.2
CHANGED_ROWS, CHANGED_SHARE = 1_000, 0.1
OLD_TRANSACTIONS = 500_000_000  # of 2 billion, after which the database stops


@dataclass(frozen=True, slots=True)
class Table:
    """A table by pg_stat_user_tables."""

    name: str
    live_rows: int
    dead_rows: int
    changed_rows: int  # since it was analysed
    transaction_age: int
    size_bytes: int
    vacuumed_days_ago: float | None  # None: never
    analysed_days_ago: float | None


def advice(table: Table) -> list[str]:
    """What should be done, with the reason; nothing when all is well."""
    wanted = []
    if table.dead_rows >= DEAD_ROWS and table.dead_rows > DEAD_SHARE * table.live_rows:
        wanted.append(f"vacuum: {table.dead_rows} dead rows beside {table.live_rows} live ones")
    if table.transaction_age > OLD_TRANSACTIONS:
        wanted.append(f"vacuum freeze: its oldest row is {table.transaction_age} transactions old")
    if table.changed_rows >= CHANGED_ROWS and table.changed_rows > CHANGED_SHARE * table.live_rows:
        wanted.append(f"analyze: {table.changed_rows} rows changed since the planner looked")
    return wanted
