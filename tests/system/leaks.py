"""Where a secret that was given to a process turns up: its logs, its files, its title, its API's description."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

SECRET = re.compile(r"TOKEN|KEY|SECRET|PASSWORD")
SHORTEST = 6  # characters; what is shorter turns up by chance


def secrets_of(settings: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The names and values of secrets in settings, passwords in addresses included."""
    for name, value in settings.items():
        if name.startswith("TESSERA_") and SECRET.search(name):
            yield name, value
        if "://" in value:
            parts = urlsplit(value)
            passwords = [parts.password or "", *parse_qs(parts.query).get("password", [])]
            yield from ((f"the password in {name}", password) for password in passwords)


def leaks(secrets: Iterable[tuple[str, str]], written: Mapping[str, bytes]) -> list[str]:
    """Which secret stands where; in words that are safe to print."""
    looked_for = {value.encode(): name for name, value in secrets if len(value) >= SHORTEST}
    return [
        f"{name} in {place}" for place, text in written.items() for value, name in looked_for.items() if value in text
    ]


def files_below(folder: Path) -> dict[str, bytes]:
    """What stands in the files below a folder, except the pictures."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "store" not in path.relative_to(folder).parts
    }


def titles(pids: Iterable[int]) -> dict[str, bytes]:
    """What `ps` shows to everybody on the machine."""
    return {f"the title of {pid}": Path(f"/proc/{pid}/cmdline").read_bytes() for pid in pids}
