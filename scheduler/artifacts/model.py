"""A finished file as the API shows it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Variant(StrEnum):
    """The files of an artifact."""

    ORIGINAL = "original"
    THUMBNAIL = "thumbnail"
    WEB = "web"  # the original itself, where it is no larger
    PLAYLIST = "playlist.m3u8"  # of a film that was asked for in the format hls
    STREAM = "stream.mp4"  # the original of such a film, as its playlist names it


class WebView(BaseModel):
    """The file for screens: of a picture a JPEG of at most 1280 pixels a side, of a video H.264 of at most 1080p."""

    format: str
    width: int
    height: int
    size_bytes: int


class ArtifactView(BaseModel):
    """`expired` artifacts have no bytes any more; a job can make them again from its seed."""

    id: UUID
    job_id: UUID
    position: int
    type: str
    format: str
    width: int | None
    height: int | None
    duration_seconds: float | None
    size_bytes: int | None
    seed: int | None
    expires_at: datetime | None
    expired: bool
    blurhash: str | None = None  # a blur to show while the picture loads; of a video or a sound, that of its thumbnail
    web: WebView | None = None  # None: the original serves as it
    plays: bool = True  # false for a video that not every browser or chat plays: show `web` instead, where there is one
    playlist: str | None = None  # path of its HLS playlist, for a film that was asked for in the format hls
    url: str  # path below the API's address; with `/thumbnail` or `/web` appended, of these


class LinkRequest(BaseModel):
    """Whoever has the link may read the file until it ends."""

    model_config = ConfigDict(extra="forbid")

    variant: Variant = Variant.ORIGINAL
    hours: float = Field(24, gt=0, le=7 * 24)


class ArtifactLink(BaseModel):
    url: str  # path below the API's address
    expires_at: datetime
