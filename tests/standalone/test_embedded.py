"""The embedded servers, with real processes."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest
import redis

from scheduler import migrate
from scheduler.standalone import binaries
from scheduler.standalone.account import Account
from scheduler.standalone.daemon import alive
from scheduler.standalone.embedded import Addresses, Embedded, EmbeddedError, default_base, hold
from tests.services import new_folder

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")

AS_NOBODY = """
import os, sys, asyncpg
from pathlib import Path
from scheduler.standalone.embedded import Embedded
os.setgroups([]), os.setgid({gid}), os.setuid({uid})
with Embedded(Path(sys.argv[1]), fast=True) as addresses:
    print(addresses.database_url, addresses.redis_url)
"""


@pytest.fixture
def base() -> Iterator[Path]:
    folder = new_folder("tessera-embedded-")
    yield folder
    Embedded(folder).stop()
    shutil.rmtree(folder)


async def write(addresses: Addresses) -> None:
    connection = await asyncpg.connect(addresses.database_url)
    await connection.execute("create table if not exists notes (text text)")
    await connection.execute("insert into notes values ('kept')")
    await connection.close()
    with redis.Redis.from_url(addresses.redis_url) as client:
        client.set("note", "kept")


async def ask(addresses: Addresses, query: str) -> object:
    connection = await asyncpg.connect(addresses.database_url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def server_pids(base: Path) -> list[int]:
    """PostgreSQL's and Valkey's, as the servers themselves noted them."""
    return [int((base / file).read_text().split()[0]) for file in ("postgres/postmaster.pid", "valkey/server.pid")]


async def test_data_is_kept_over_stop_and_start(base: Path) -> None:
    with Embedded(base) as addresses:
        await write(addresses)
        pids = server_pids(base)
        assert all(map(alive, pids))
    assert not any(map(alive, pids))

    with Embedded(base) as addresses:
        assert await ask(addresses, "select text from notes") == "kept"
        with redis.Redis.from_url(addresses.redis_url) as client:
            assert client.get("note") == b"kept"


async def test_durable_private_and_in_utc(base: Path) -> None:
    with Embedded(base) as addresses:
        for setting, value in {
            "fsync": "on",
            "full_page_writes": "on",
            "synchronous_commit": "on",
            "listen_addresses": "",
            "TimeZone": "UTC",
            "server_encoding": "UTF8",
            "data_checksums": "on",
        }.items():
            assert await ask(addresses, f"show {setting}") == value
        assert await ask(addresses, "select lower('ПЛАМЯ')") == "пламя"
        with redis.Redis.from_url(addresses.redis_url) as client:
            assert client.config_get("port", "appendonly", "save", "maxmemory-policy") == {
                "port": "0",
                "appendonly": "yes",
                "save": "",
                "maxmemory-policy": "noeviction",
            }
        assert (base / "run").stat().st_mode & 0o777 == 0o700


def test_a_second_start_uses_the_running_servers(base: Path) -> None:
    first = Embedded(base, fast=True).start()
    pids = server_pids(base)

    assert Embedded(base, fast=True).start() == first
    assert server_pids(base) == pids


def test_starts_at_the_same_moment_give_one_pair_of_servers(base: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        addresses = list(threads.map(lambda _: Embedded(base, fast=True).start(), range(4)))

    assert len(set(addresses)) == 1
    assert all(map(alive, server_pids(base)))


async def test_killed_servers_start_again_with_their_data(base: Path) -> None:
    await write(Embedded(base).start())
    pids = server_pids(base)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)

    addresses = Embedded(base).start()

    assert not set(pids) & set(server_pids(base))
    assert await ask(addresses, "select text from notes") == "kept"


def test_a_first_start_that_was_killed_half_way_is_begun_anew(base: Path) -> None:
    (base / "postgres.new").mkdir()
    (base / "postgres.new/PG_VERSION").write_text("half")

    with Embedded(base, fast=True):
        assert not (base / "postgres.new").exists()


def test_a_server_that_cannot_start_is_explained_and_leaves_nothing_running(base: Path) -> None:
    with Embedded(base, fast=True):
        pass
    (base / "postgres/postgresql.conf").write_text("no_such_setting = 1\n")

    with pytest.raises(EmbeddedError, match=r"(?s)PostgreSQL stopped while starting.*no_such_setting"):
        Embedded(base, fast=True).start()
    assert not (base / "valkey/server.pid").exists()


def test_data_of_another_version_is_not_touched(base: Path) -> None:
    with Embedded(base, fast=True):
        pass
    (base / "postgres/PG_VERSION").write_text("9\n")

    with pytest.raises(EmbeddedError, match="was made by PostgreSQL 9"):
        Embedded(base, fast=True).start()


async def test_a_long_path_gets_a_short_socket_folder(base: Path) -> None:
    deep = base / ("d" * 100)
    with Embedded(deep, fast=True) as addresses:
        assert await ask(addresses, "select 1") == 1
        sockets = Path(addresses.redis_url.removeprefix("unix://")).parent
        assert len(str(sockets)) < 40
        assert sockets.stat().st_mode & 0o777 == 0o700
    sockets.rmdir()


def test_twice_at_once_names_the_other_process(base: Path) -> None:
    second = hold(base)
    with hold(base), pytest.raises(EmbeddedError, match=rf"already running .* \(pid {os.getpid()}\)"):
        second.__enter__()
    with hold(base):
        pass


def test_a_folder_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(EmbeddedError, match="Set TESSERA_DATA_DIR to a folder of yours"):
        Embedded(tmp_path / "file/data").start()


def test_without_any_programs_the_message_names_the_way_out(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "POSTGRES_WHEEL", "no_such_wheel")
    monkeypatch.setattr(binaries, "DEBIAN_POSTGRES", base)
    monkeypatch.setenv("PATH", "")

    with pytest.raises(EmbeddedError, match="TESSERA_DATABASE_URL"):
        binaries.postgres_folder(Account.choose(), base)


async def test_the_system_has_servers_that_do_as_well(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "POSTGRES_WHEEL", "no_such_wheel")
    try:
        binaries.postgres_folder(Account.choose(), base)
    except EmbeddedError:
        pytest.skip("no PostgreSQL is installed on this system")

    with Embedded(base) as addresses:
        assert await migrate.migrate(addresses.database_url)
        assert await ask(addresses, "select lower('ПЛАМЯ')") == "пламя"


def test_the_data_folder_is_chosen_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert default_base() == tmp_path / "tessera"

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert default_base() == Path("/var/lib/tessera")

    monkeypatch.setenv("TESSERA_DATA_DIR", "/srv/tessera")
    assert default_base() == Path("/srv/tessera")


@needs_root
def test_root_lends_its_servers_to_nobody(base: Path) -> None:
    with Embedded(base, fast=True):
        owners = {Path(f"/proc/{pid}").stat().st_uid for pid in server_pids(base)}
    assert owners == {pwd.getpwnam("nobody").pw_uid}


@needs_root
def test_root_is_told_when_nobody_cannot_enter(base: Path) -> None:
    base.chmod(0o700)

    with pytest.raises(EmbeddedError, match="cannot enter"):
        Embedded(base, fast=True).start()
    base.chmod(0o711)


@needs_root
def test_programs_that_nobody_cannot_reach_are_copied_once(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = base / "closed"
    for module in (binaries.POSTGRES_WHEEL, binaries.VALKEY_WHEEL):
        spec = importlib.util.find_spec(module)
        assert spec is not None
        assert spec.origin is not None
        for source in Path(spec.origin).parents[1].glob(f"{module}*"):
            shutil.copytree(source, closed / source.name, symlinks=True)
        monkeypatch.delitem(sys.modules, module, raising=False)
    closed.chmod(0o700)
    monkeypatch.syspath_prepend(closed)

    with Embedded(base, fast=True):
        programs = [Path(f"/proc/{pid}/exe").readlink() for pid in server_pids(base)]
    assert all(program.is_relative_to(base / "bin") for program in programs)


@needs_root
def test_a_normal_user_needs_no_rights(base: Path) -> None:
    nobody = Account.choose()
    if not nobody.can_enter(Path(asyncpg.__file__).parent):
        pytest.skip("this environment is closed to other users")
    os.chown(base, nobody.uid, nobody.gid)

    program = AS_NOBODY.format(uid=nobody.uid, gid=nobody.gid)
    done = subprocess.run([sys.executable, "-c", program, base], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [
        f"postgresql://tessera@/tessera?host={base}/run",
        f"unix://{base}/run/valkey.sock",
    ]
