"""Pictures that people give to start from: what is kept of them, how many, and how long."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import BaseModel

from scheduler.artifacts import checks
from scheduler.errors import Code, Fact, Refusal
from scheduler.jobs.model import SIDE_STEP, SMALLEST_SIDE

KEPT = timedelta(days=3)  # since it was last given
MOST_UPLOADS = 60  # of one account at a time
MOST_BYTES = 200 * 2**20  # of these together
USUAL_SIDE = 1024  # pixels: the longer side of what is made from a picture, unless the request says more

LARGEST_FILE = checks.MOST_BYTES  # of what is given
TAKEN = ("image/png", "image/jpeg", "image/webp")
SUFFIXES: Mapping[str, str] = {"image/png": "png", "image/jpeg": "jpg"}  # of what is kept


class UploadView(BaseModel):
    """A picture as it was taken: upright, without what a camera writes beside it."""

    id: UUID  # the `picture` of requests
    content_type: str
    width: int
    height: int
    size_bytes: int
    expires_at: datetime


class UploadList(BaseModel):
    uploads: list[UploadView]  # the newest first; never more than MOST_UPLOADS


@dataclass(frozen=True, slots=True)
class NewUpload:
    """A row of `uploads` before its file is stored."""

    id: UUID
    user_id: int
    digest: bytes  # of what was given
    content_type: str
    width: int
    height: int
    size_bytes: int

    @property
    def path(self) -> str:
        """Where the file stands, below the artifact store; nothing of it comes from whoever gave it."""
        return f"uploads/{self.id}.{SUFFIXES[self.content_type]}"


@dataclass(frozen=True, slots=True)
class Picture:
    """What a request starts from: an upload or a finished picture; `path` is below the artifact store."""

    id: UUID
    path: str
    width: int
    height: int
    expired: bool

    def shape(self) -> tuple[int, int]:
        """The picture's proportions at the usual size."""
        scale = USUAL_SIDE / max(self.width, self.height)
        return stepped(self.width * scale), stepped(self.height * scale)


@dataclass(frozen=True, slots=True)
class Kept:
    """What one account has here now."""

    count: int
    size_bytes: int
    first_ends_in_seconds: float


def refusal(kept: Kept, size_bytes: int) -> Refusal | None:
    """Why one more picture is not taken; it may be once the first has ended."""
    if kept.count < MOST_UPLOADS and kept.size_bytes + size_bytes <= MOST_BYTES:
        return None
    wait = round(max(1.0, kept.first_ends_in_seconds), 1)
    facts: dict[str, Fact] = {"limit": MOST_UPLOADS, "limit_bytes": MOST_BYTES, "retry_after_seconds": wait}
    return Refusal(Code.TOO_MANY_UPLOADS, facts)


def stepped(side: float) -> int:
    return max(SMALLEST_SIDE, int(side) // SIDE_STEP * SIDE_STEP)
