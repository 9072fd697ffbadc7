"""A finished file as the API shows it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Variant(StrEnum):
    """The files of an artifact."""

    ORIGINAL = "original"
    THUMBNAIL = "thumbnail"


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
    url: str  # path below the API's address; the thumbnail is this with `/thumbnail` appended


class LinkRequest(BaseModel):
    """Whoever has the link may read the file until it ends."""

    model_config = ConfigDict(extra="forbid")

    variant: Variant = Variant.ORIGINAL
    hours: float = Field(24, gt=0, le=7 * 24)


class ArtifactLink(BaseModel):
    url: str  # path below the API's address
    expires_at: datetime
