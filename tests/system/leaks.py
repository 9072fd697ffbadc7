"""Where a secret that was given to a process turns up: its logs, its files, its title, its API's description."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from scheduler.accounts.doorkeeper import KEY_PREFIX

SECRET = re.compile(r"TOKEN|KEY|SECRET|PASSWORD")
SHORTEST = 6  # characters; what is shorter turns up by chance
MADE = {  # while processes run: nobody could name them before
    "an API key": re.compile(re.escape(KEY_PREFIX).encode() + rb"[\w-]{43}"),
    "a signed link": re.compile(rb"signature=[0-9a-f]{64}"),
}


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
    """Which secret stands where, those that were made meanwhile included; in words that are safe to print."""
    looked_for = {value.encode(): name for name, value in secrets if len(value) >= SHORTEST}
    given = [
        f"{name} in {place}" for place, text in written.items() for value, name in looked_for.items() if value in text
    ]
    made = [f"{name} in {place}" for place, text in written.items() for name, form in MADE.items() if form.search(text)]
    return given + made


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
