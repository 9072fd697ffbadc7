"""Puts finished files into the artifact store: a folder, or any S3 by URL."""

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, from_url

from scheduler.errors import SettingsError

if TYPE_CHECKING:
    from obstore.store import ObjectStore, RetryConfig

# shorter than obstore's three minutes: the slot is busy meanwhile, and another worker may reach the store
RETRIES: "RetryConfig" = {"max_retries": 5, "retry_timeout": timedelta(seconds=45)}
AT_ONCE = 4  # files on their way
PLAIN = re.compile(r"\w[\w.-]*(/\w[\w.-]*)*", re.ASCII)  # paths that every store calls the same


class StoreFailed(Exception):
    """The artifact store, or the disk below it, does not take files."""


class Missing(Exception):
    """There is no such file, or it cannot be one of ours."""


class Store:
    """Blocking, for the threads of engines; what is put appears whole or not at all. `root`: the folder that it is."""

    def __init__(self, store: "ObjectStore", root: Path | None = None) -> None:
        self._store = store
        self._root = root

    @classmethod
    def open(cls, url: str) -> "Store":
        """Raises SettingsError where the URL can be no store; a folder is made when it is not there."""
        try:
            if url.startswith("file:"):
                store = LocalStore.from_url(url, mkdir=True)
                return cls(store, Path(store.prefix) if store.prefix else None)
            return cls(from_url(url, retry_config=RETRIES))  # client options given here would void AWS_ALLOW_HTTP
        except (BaseError, OSError, ValueError) as error:
            raise SettingsError(f"TESSERA_STORE_URL: {first_line(error)}") from None

    def put(self, path: str, content: Path | bytes) -> None:
        """Store one file, which nobody changes any more; raises StoreFailed."""
        if isinstance(content, Path) and self._linked(path, content):
            return
        try:
            obstore.put(self._store, path, content)
        except (BaseError, OSError) as error:
            raise StoreFailed(first_line(error)) from error

    def put_all(self, files: Mapping[str, Path | bytes]) -> None:
        """Several, some at a time: one far away takes its time for each. Raises StoreFailed; then some may be there."""
        if len(files) == 1:
            self.put(*next(iter(files.items())))
            return
        with ThreadPoolExecutor(AT_ONCE, "store") as crew:
            for _ in crew.map(self.put, files.keys(), files.values()):
                pass

    def _linked(self, path: str, content: Path) -> bool:
        """Where the store is a folder on the same disk, the file gets a second name there, and nothing is copied."""
        if self._root is None or not PLAIN.fullmatch(path):
            return False
        try:
            to = self._root / path
            to.parent.mkdir(parents=True, exist_ok=True)
            to.hardlink_to(content)
        except OSError:  # another disk, or one without links; and what is wrong with this one is found out by writing
            return False
        return True

    def get(self, path: str) -> bytes:
        """A stored file; raises Missing or StoreFailed. A path that leads out of the store is no file of ours."""
        if path.startswith("/") or not path or {"", ".", ".."}.intersection(path.split("/")) or "\\" in path:
            raise Missing(path)
        try:
            return bytes(obstore.get(self._store, path).bytes())
        except (NotFoundError, FileNotFoundError):
            raise Missing(path) from None
        except (BaseError, OSError) as error:
            raise StoreFailed(first_line(error)) from error


def first_line(error: BaseException) -> str:
    """obstore's errors go on for pages."""
    return str(error).partition("\n")[0]
