"""The account that runs the private servers: the person's own, or `nobody` where that is root."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scheduler.standalone.errors import EmbeddedError

ROOT = 0
UNPRIVILEGED = "nobody"

# The shell leaves the server behind as an orphan, so that it outlives this process and is never its zombie.
LAUNCH = '"$@" </dev/null >>"$0" 2>&1 & echo $!'


@dataclass(frozen=True, slots=True)
class Account:
    """Who the servers run as; `name` is None for the account of this very process."""

    uid: int
    gid: int
    name: str | None = None

    @classmethod
    def choose(cls) -> "Account":
        """PostgreSQL refuses to run as root, so root lends its servers to `nobody`."""
        if os.geteuid() != ROOT:
            return cls(os.geteuid(), os.getegid())
        try:
            entry = pwd.getpwnam(UNPRIVILEGED)
        except KeyError:
            raise EmbeddedError(
                f"PostgreSQL cannot run as root, and this system has no account {UNPRIVILEGED!r} to run it as. "
                "Start Tessera as a normal user, or set TESSERA_DATABASE_URL and TESSERA_REDIS_URL."
            ) from None
        return cls(entry.pw_uid, entry.pw_gid, entry.pw_name)

    def can_enter(self, folder: Path) -> bool:
        if self.name is None:
            return os.access(folder, os.X_OK)
        return all(self._passes(step.stat()) for step in (folder, *folder.parents))

    def make_private(self, folder: Path) -> Path:
        """Make `folder` if need be, closed to everybody but this account; its parent must exist."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid not in (os.geteuid(), self.uid):
            raise EmbeddedError(f"{folder} belongs to somebody else. Set TESSERA_DATA_DIR to a new folder.")
        if self.name is not None:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)
        return folder

    def run(self, command: Sequence[str | Path], *, cwd: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run to the end as this account and return what it said; raises OSError where it cannot even start."""
        return subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env=self._environment(cwd),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,  # Ctrl-C is for Tessera, which ends its servers in order
            user=self.uid if self.name else None,
            group=self.gid if self.name else None,
            extra_groups=[] if self.name else None,
        )

    def launch(self, command: Sequence[str | Path], *, cwd: Path, log: Path) -> int:
        """Start a server in the background as this account, appending to `log`, and return its pid."""
        return int(self.run(["/bin/sh", "-c", LAUNCH, log, *command], cwd=cwd).stdout)

    def _passes(self, status: os.stat_result) -> bool:
        shift = 6 if status.st_uid == self.uid else 3 if status.st_gid == self.gid else 0
        return bool(status.st_mode >> shift & 1)

    @staticmethod
    def _environment(home: Path) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
        return {"PATH": "/usr/bin:/bin", **kept, "HOME": str(home), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
