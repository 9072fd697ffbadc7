"""Where the files of an attempt come to stand in the store, and what the scheduler is told of them."""

from pathlib import Path

from scheduler.wire import Made, Rendition
from workers.engines import protocol
from workers.variants import Variants


class Shelf:
    """`files`: what must be stored, by its path, for all that was told to be true."""

    def __init__(self, folder: str) -> None:
        self._folder = folder.strip("/")
        self.files: dict[str, Path | bytes] = {}

    def told(self, position: int, made: protocol.Made, beside: Variants) -> Made:
        """Of one artifact with its variants."""
        start = f"{self._folder}/{position}"
        return Made(
            type=made.type,
            format=made.format,
            path=self._place(f"{start}.{made.format}", made.path),
            thumbnail_path=beside.thumbnail and self._place(f"{start}.thumb.jpg", beside.thumbnail),
            web=self._web(start, beside),
            blurhash=beside.blurhash,
            width=made.width,
            height=made.height,
            duration_seconds=made.duration_seconds,
            took_seconds=made.took_seconds,
            took_tokens=made.took_tokens,
            size_bytes=made.path.stat().st_size,
            metadata=made.metadata,
        )

    def _web(self, start: str, beside: Variants) -> Rendition | None:
        web = beside.web
        if web is None:
            return None
        path = self._place(f"{start}.web.{web.format}", web.content)
        return Rendition(path=path, width=web.width, height=web.height, size_bytes=web.size_bytes)

    def _place(self, path: str, content: Path | bytes) -> str:
        self.files[path] = content
        return path
