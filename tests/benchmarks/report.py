"""The table that people read, and the JSON that programs read."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.benchmarks.figures import Line, Row, Spread

WIDTHS = (34, 22, 26, 24, 24)


def written(rows: Sequence[Row], policy: Sequence[Mapping[str, Any]] = ()) -> str:
    return json.dumps({"rows": [*(row.json() for row in rows), *policy]}, indent=2) + "\n"


def show_facts(name: str, facts: Mapping[str, Any]) -> None:
    """A row of the policy, which has figures of its own kind."""
    print(f"\n{name}:", json.dumps({key: value for key, value in facts.items() if key != "name"}))


def show(row: Row) -> None:
    """One row of the issue with the lines beside it."""
    print(f"\n{row.name}: {row.title}\n  demanded: {row.demanded}")
    print("  " + cells("", "ratio", "a second", "p50 ms", "p99 ms"))
    for line in (row.main, *row.beside):
        print("  " + line_of(line))
    for name, value in row.facts.items():
        print(f"  {name} = {value:,}")


def line_of(line: Line) -> str:
    ratio = spread(line.ratio, 2, " x")
    told = cells(line.label, ratio, spread(line.rate, 0), spread(line.p50_ms, 2), spread(line.p99_ms, 2))
    return f"{told} {line.note}".rstrip()


def spread(value: Spread | None, digits: int, unit: str = "") -> str:
    if value is None:
        return ""
    return f"{value.median:,.{digits}f}{unit} [{value.min:,.{digits}f}-{value.max:,.{digits}f}]"


def cells(*texts: str) -> str:
    return "".join(text.ljust(width) for text, width in zip(texts, WIDTHS, strict=True))
