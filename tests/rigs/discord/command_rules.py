"""The rules for published commands that the OpenAPI file does not state."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from tests.rigs.discord.spec import Problem

Json = dict[str, Any]
SLASH = 1
SLASH_COMMANDS = 100
TOTAL_CHARACTERS = 8000
OPTIONS = 25
SUBCOMMANDS = (1, 2)
SUGGESTING = (3, 4, 10)
"""Option types that may have choices or autocomplete: text, integer, number."""


def command_problems(commands: Sequence[Json]) -> Iterator[Problem]:
    """Judge a whole set of commands as a bot publishes it."""
    slash = [command for command in commands if command.get("type", SLASH) == SLASH]
    if len(slash) > SLASH_COMMANDS:
        yield Problem("", f"A bot has at most {SLASH_COMMANDS} slash commands.")
    yield from duplicates("", [f"{c.get('type', SLASH)} {c.get('name')}" for c in commands])
    for number, command in enumerate(commands):
        if command.get("type", SLASH) == SLASH:
            yield from part_problems(str(number), command)
            if characters(command) > TOTAL_CHARACTERS:
                yield Problem(str(number), f"A command has at most {TOTAL_CHARACTERS} characters in all.")


def part_problems(where: str, part: Json) -> Iterator[Problem]:
    """Judge a command or an option: both have a name, a description and options."""
    if not is_command_name(part.get("name") or ""):
        yield Problem(f"{where}.name", "Lower-case letters, digits, - and _ only, 1 to 32 of them.")
    if not 1 <= len(part.get("description") or "") <= 100:
        yield Problem(f"{where}.description", "Must be between 1 and 100 in length.")
    options = part.get("options") or []
    if len(options) > OPTIONS:
        yield Problem(f"{where}.options", f"Must be {OPTIONS} or fewer in length.")
    yield from duplicates(f"{where}.options", [option.get("name") for option in options])
    nested = [option.get("type") in SUBCOMMANDS for option in options]
    if any(nested) and not all(nested):
        yield Problem(f"{where}.options", "Subcommands and options do not mix.")
    yield from order_problems(f"{where}.options", options)
    for number, option in enumerate(options):
        yield from part_problems(f"{where}.options.{number}", option)
        yield from suggestion_problems(f"{where}.options.{number}", option)


def order_problems(where: str, options: Sequence[Json]) -> Iterator[Problem]:
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        yield Problem(where, "Required options must be placed before non-required options")


def suggestion_problems(where: str, option: Json) -> Iterator[Problem]:
    choices = option.get("choices") or []
    if (choices or option.get("autocomplete")) and option.get("type") not in SUGGESTING:
        yield Problem(where, "This type of option has neither choices nor autocomplete.")
    if choices and option.get("autocomplete"):
        yield Problem(where, "An option has choices or autocomplete, not both.")
    yield from duplicates(f"{where}.choices", [choice.get("name") for choice in choices])


def duplicates(where: str, names: Sequence[str | None]) -> Iterator[Problem]:
    for name, times in Counter(names).items():
        if times > 1:
            yield Problem(where, f"{name} is there {times} times.")


def is_command_name(name: str) -> bool:
    r"""The documented pattern is ^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$ and lower case where there is one."""
    return 1 <= len(name) <= 32 and name == name.lower() and all(c.isalnum() or c in "-_'" for c in name)


def characters(part: Json) -> int:
    """Count names, descriptions and choice values, as Discord does for its limit of 8000."""
    total = len(part.get("name") or "") + len(part.get("description") or "")
    total += sum(len(choice["name"]) + len(str(choice["value"])) for choice in part.get("choices") or ())
    return total + sum(characters(option) for option in part.get("options") or ())
