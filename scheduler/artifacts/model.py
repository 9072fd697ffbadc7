"""A finished file as the API shows it."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel


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
