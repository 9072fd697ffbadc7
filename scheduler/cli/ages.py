"""Ages as people write them."""

import re
from datetime import timedelta

import typer

UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def parse_age(text: str) -> timedelta:
    """`90d`, `36h` or `12w`."""
    found = re.fullmatch(r"(\d{1,6})([hdw])", text.strip())
    if found is None:
        raise typer.BadParameter(f"{text} is no age: write 36h, 90d or 12w")
    return timedelta(**{UNITS[found.group(2)]: int(found.group(1))})
