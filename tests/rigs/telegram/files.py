"""Keeps uploaded bytes; a file id names one file for one bot, as on the platform."""

import io
from dataclasses import dataclass

from PIL import Image

THUMBNAIL_SIDE = 320


@dataclass(frozen=True, slots=True)
class Upload:
    """A file part of a request."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, eq=False)
class File:
    """A stored file; equal only to itself."""

    number: int
    kind: str
    name: str
    data: bytes
    width: int = 0
    height: int = 0

    def id_for(self, bot_id: int, *, small: bool = False) -> str:
        """Every bot has its own id of the same file, and one more for the small version of a photo."""
        return f"{self.kind}-{self.number}-{bot_id}" + ("-small" if small else "")

    @property
    def thumbnail_size(self) -> tuple[int, int]:
        scale = min(1.0, THUMBNAIL_SIDE / max(self.width, self.height, 1))
        return max(1, round(self.width * scale)), max(1, round(self.height * scale))


class Files:
    """All files of the platform."""

    def __init__(self) -> None:
        self._files: dict[int, File] = {}

    def store(self, kind: str, name: str, data: bytes, size: tuple[int, int] = (0, 0)) -> File:
        file = File(len(self._files) + 1, kind, name, data, *size)
        self._files[file.number] = file
        return file

    def find(self, file_id: str, bot_id: int) -> File | None:
        """The file of an id that this bot was given."""
        parts = file_id.removesuffix("-small").rsplit("-", 2)
        if len(parts) != 3 or not parts[1].isdigit() or parts[2] != str(bot_id):
            return None
        file = self._files.get(int(parts[1]))
        return file if file and file.kind == parts[0] else None

    def read(self, file_id: str, bot_id: int) -> bytes | None:
        """The bytes that a download gives."""
        file = self.find(file_id, bot_id)
        if file is None or not file_id.endswith("-small"):
            return file.data if file else None
        small = io.BytesIO()
        with Image.open(io.BytesIO(file.data)) as picture:
            picture.convert("RGB").resize(file.thumbnail_size).save(small, "JPEG")
        return small.getvalue()
