"""The scheduler's side of the artifact store: reading files for those who may, deleting what has expired."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

log = structlog.get_logger(__name__)

FAILURES = (BaseError, OSError, ValueError, TypeError)  # the last two: of a path that no file can have
MOST_FAILURES = 5  # in a row, of deletes: the store is away


class StoreError(Exception):
    """The store could not be reached, or has no such file."""


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes of a file from `first` on, and how many it has in all."""

    content: bytes
    first: int
    size_bytes: int

    @property
    def end(self) -> int:
        return self.first + len(self.content)


class ArtifactStore:
    """`url` is a folder (file:///...) or a bucket (s3://bucket/prefix)."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.store = open_store(url)

    async def read_part(self, path: str, first: int, end: int) -> Part | None:
        """From a byte to before another; None where the file has none of it. Raises StoreError when it is not there."""
        try:
            answer = await self.store.get_async(path, options={"range": (first, end)})
            return Part(bytes(await answer.bytes_async()), answer.range[0], answer.meta["size"])
        except FAILURES as error:
            if first < await self.size(path):
                raise StoreError(path) from error
            return None

    async def size(self, path: str) -> int:
        """Bytes of a file; raises StoreError when it is not there."""
        try:
            return (await self.store.head_async(path))["size"]
        except FAILURES as error:
            raise StoreError(path) from error

    async def write(self, path: str, content: bytes) -> None:
        """Store one file; it appears whole or not at all."""
        try:
            await self.store.put_async(path, content)
        except FAILURES as error:
            raise StoreError(path) from error

    async def files(self, folder: str) -> list[str]:
        """The paths of all files below a folder."""
        try:
            found = await self.store.list(prefix=folder).collect_async()
        except FAILURES as error:
            raise StoreError(folder) from error
        return [file["path"] for file in found]

    async def delete(self, paths: Sequence[str]) -> set[str]:
        """Delete files; one that is not there, or can be nowhere, is deleted already. Returns those that may still be
        there: one bad file does not keep the others."""
        left: set[str] = set()
        failures = 0
        for tried, path in enumerate(paths):
            if failures == MOST_FAILURES:
                left.update(paths[tried:])
                break
            try:
                await self.store.delete_async(path)
                failures = 0
            except (FileNotFoundError, ValueError, TypeError):
                failures = 0
            except (BaseError, OSError) as error:
                failures += 1
                left.add(path)
                log.warning("store.not_deleted", path=path, error=type(error).__name__)
        return left

    async def check(self) -> None:
        """Raise StoreError unless files can be listed."""
        try:
            await self.store.list_with_delimiter_async()
        except FAILURES as error:
            raise StoreError(self.url) from error


def open_store(url: str) -> ObjectStore:
    """A folder is made if it is absent."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        folder = Path(unquote(parts.path))
        return LocalStore(folder, mkdir=True)
    return from_url(url)
