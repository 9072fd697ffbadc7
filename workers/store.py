"""Puts finished files into the artifact store: a folder, or any S3 by URL."""

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


class StoreFailed(Exception):
    """The artifact store, or the disk below it, does not take files."""


class Missing(Exception):
    """There is no such file, or it cannot be one of ours."""


class Store:
    """Blocking, for the threads of engines; what is put appears whole or not at all."""

    def __init__(self, store: "ObjectStore") -> None:
        self._store = store

    @classmethod
    def open(cls, url: str) -> "Store":
        """Raises SettingsError where the URL can be no store; a folder is made when it is not there."""
        try:
            if url.startswith("file:"):
                return cls(LocalStore.from_url(url, mkdir=True))
            return cls(from_url(url, retry_config=RETRIES))  # client options given here would void AWS_ALLOW_HTTP
        except (BaseError, OSError, ValueError) as error:
            raise SettingsError(f"TESSERA_STORE_URL: {first_line(error)}") from None

    def put(self, path: str, content: Path | bytes) -> None:
        """Store one file; raises StoreFailed."""
        try:
            obstore.put(self._store, path, content)
        except (BaseError, OSError) as error:
            raise StoreFailed(first_line(error)) from error

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
