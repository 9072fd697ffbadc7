"""A stack of real processes for each test, and a machine on which `tessera` is typed."""

import os
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import asyncpg
import pytest

from scheduler.standalone.account import Account
from tests.services import new_folder
from tests.system.leaks import files_below, leaks
from tests.system.machine import Machine
from tests.system.normal_user import NormalUser, python_for
from tests.system.stack import KNOW_THE_INSTANT_ENGINE, Stack, new_stack

PASSWORD = "the-password-of-the-tests"  # nobody asks for it: the servers trust whoever comes by their sockets


@pytest.fixture
async def stack(tmp_path: Path, db: asyncpg.Pool, database_url: str, redis_url: str) -> AsyncIterator[Stack]:
    """Nothing runs yet. The tests' instant engine is in the catalogue and in every plan. Whatever a test does, no
    secret that was given to a process may stand in what it wrote."""
    await db.execute(KNOW_THE_INSTANT_ENGINE)
    made = new_stack(
        tmp_path, f"{database_url}&password={PASSWORD}", f"{redis_url}?username=default&password={PASSWORD}"
    )
    yield made
    await made.end()
    assert leaks(made.secrets, files_below(tmp_path)) == []


@pytest.fixture(scope="session")
def data_folder() -> Iterator[Path]:
    """Outside of pytest's own folders, which the embedded servers' account cannot enter; made once, used in turn."""
    folder = new_folder("tessera-system-")
    yield folder / "data"
    shutil.rmtree(folder)


@pytest.fixture
def machine(data_folder: Path, tmp_path: Path) -> Iterator[Machine]:
    """Nothing runs yet; earlier tests may have left data, never processes."""
    yield from nothing_left(Machine(data_folder, tmp_path))


@pytest.fixture
def normal_machine() -> Iterator[Machine]:
    """The same for somebody without any rights, in a home of their own, while root tests."""
    nobody = Account.choose()
    if nobody.name is None:
        pytest.skip("whoever tests is a normal user: the other tests show it")
    if not all(nobody.can_enter(Path(folder)) for folder in (sys.prefix, Path(__file__).parents[2])):
        pytest.skip("these packages are closed to other users")
    with ExitStack() as stack:
        lent, home = (new_folder(f"tessera-{purpose}-") for purpose in ("python", "home"))
        stack.callback(shutil.rmtree, lent)
        stack.callback(shutil.rmtree, home)
        os.chown(home, nobody.uid, nobody.gid)
        if (python := python_for(nobody, lent)) is None:
            pytest.skip("no Python here runs for other users")
        yield from nothing_left(Machine(home / "data", home, NormalUser(nobody, home, python)))


def nothing_left(machine: Machine) -> Iterator[Machine]:
    """Whatever a test left running is killed, and fails it."""
    yield machine
    left = machine.processes()
    machine.kill_all()
    assert left == []
