"""The table that people read, and the JSON that programs read."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.benchmarks.figures import Disk, Line, Row, Spread

WIDTHS = (34, 22, 26, 24, 24)
HEAD = ("name", "title", "demanded", "ratio_is", "settings")  # of a row of the policy


def written(rows: Sequence[Row], policy: Sequence[Mapping[str, Any]] = ()) -> str:
    return json.dumps({"rows": [*(row.json() for row in rows), *policy]}, indent=2) + "\n"


def show_facts(facts: Mapping[str, Any]) -> None:
    """A row of the policy, which has figures of its own kind."""
    print(f"\n{facts['name']}: {facts['title']}\n  demanded: {facts['demanded']}\n  ratio: {facts['ratio_is']}")
    of_all = {name: value for name, value in facts.items() if name not in HEAD}
    settings: Mapping[str, Mapping[str, Any]] = {"": of_all, **facts.get("settings", {})}
    for setting, figures in settings.items():
        if setting:
            print(f"  {setting}:")
        for name, value in figures.items():
            print(f"  {name.ljust(WIDTHS[0])}{figure(value)}")


def figure(value: Any) -> str:
    """A number; of several their middle and their ends."""
    if isinstance(value, Mapping):
        return spread(Spread(**value), 2)
    return spread(Spread.of(value), 2) if isinstance(value, list) else f"{value:,}"


def show(row: Row) -> None:
    """One row of the issue with the lines beside it."""
    print(f"\n{row.name}: {row.title}\n  demanded: {row.demanded}\n  ratio: {row.ratio_is}")
    print("  " + cells("", "ratio", "a second", "p50 ms", "p99 ms"))
    for line in (row.main, *row.beside):
        print("  " + line_of(line))
    if row.disk:
        print(f"  disk: {spread(row.disk.ms, 2)} ms{mixed(row.disk)}")
    for name, value in row.facts.items():
        print(f"  {name} = {spread(value, 2) if isinstance(value, Spread) else f'{value:,}'}")


def mixed(disk: Disk) -> str:
    numbers = ", ".join(map(str, disk.mixed))
    return f"; not the same for both sides in repetition {numbers}" if numbers else ", the same for both sides"


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
