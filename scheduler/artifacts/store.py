"""The scheduler's side of the artifact store: reading files for those who may, deleting what has expired."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url


class StoreError(Exception):
    """The store could not be reached, or has no such file."""


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


def open_store(url: str) -> ObjectStore:
    """A folder is made if it is absent."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        folder = Path(unquote(parts.path))
        return LocalStore(folder, mkdir=True)
    return from_url(url)
