"""The scheduler's side of the artifact store: reading files for those who may, deleting what has expired."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

if TYPE_CHECKING:
    from obstore import GetOptions


class StoreError(Exception):
    """The store could not be reached, or has no such file."""


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes of a file from `first` on, and how many it has in all."""

    content: bytes
    first: int
    size_bytes: int


class ArtifactStore:
    """`url` is a folder (file:///...) or a bucket (s3://bucket/prefix)."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.store = open_store(url)

    async def read(self, path: str) -> bytes:
        """The whole file; raises StoreError when it is not there."""
        try:
            answer = await self.store.get_async(path)
            return bytes(await answer.bytes_async())
        except (BaseError, OSError) as error:
            raise StoreError(path) from error

    async def read_part(self, path: str, first: int, end: int | None) -> Part | None:
        """From a byte (a negative one from the end) to before another; None where the file has none of it. Raises
        StoreError when it is not there."""
        try:
            answer = await self.store.get_async(path, options=span(first, end))
            return Part(bytes(await answer.bytes_async()), answer.range[0], answer.meta["size"])
        except (BaseError, OSError) as error:
            if max(first, 0) < await self._size(path):
                raise StoreError(path) from error
            return None

    async def _size(self, path: str) -> int:
        try:
            return (await self.store.head_async(path))["size"]
        except (BaseError, OSError) as error:
            raise StoreError(path) from error

    async def write(self, path: str, content: bytes) -> None:
        """Store one file; it appears whole or not at all."""
        try:
            await self.store.put_async(path, content)
        except (BaseError, OSError) as error:
            raise StoreError(path) from error

    async def files(self, folder: str) -> list[str]:
        """The paths of all files below a folder."""
        try:
            found = await self.store.list(prefix=folder).collect_async()
        except (BaseError, OSError) as error:
            raise StoreError(folder) from error
        return [file["path"] for file in found]

    async def delete(self, paths: list[str]) -> None:
        """Delete files; one that is not there is deleted already."""
        for path in paths:
            try:
                await self.store.delete_async(path)
            except FileNotFoundError:
                continue
            except (BaseError, OSError) as error:
                raise StoreError(path) from error

    async def check(self) -> None:
        """Raise StoreError unless files can be listed."""
        try:
            await self.store.list_with_delimiter_async()
        except (BaseError, OSError) as error:
            raise StoreError(self.url) from error


def span(first: int, end: int | None) -> "GetOptions":
    if first < 0:
        return {"range": {"suffix": -first}}
    return {"range": {"offset": first} if end is None else (first, end)}


def open_store(url: str) -> ObjectStore:
    """A folder is made if it is absent."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        folder = Path(unquote(parts.path))
        return LocalStore(folder, mkdir=True)
    return from_url(url)
