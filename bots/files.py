"""Brings what a job has made as far as a platform takes it: whole, or smaller and with a way to the original."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from bots.grid import fitting, grid
from bots.messenger import Picture, PictureLimits
from bots.replies.originals import LINK_HOURS, Originals
from scheduler.artifacts.model import ArtifactView, Variant
from scheduler.client.session import User
from scheduler.errors import Code, Refused
from scheduler.jobs.model import JobView

PLAYED = ("video", "audio")
NOT_THERE = (Code.GONE, Code.NOT_FOUND)


@dataclass(frozen=True, slots=True)
class Brought:
    """A picture, a film or a sound, or words; nothing, where it has expired. `originals`: it is shown smaller."""

    picture: Picture | None = None
    text: str = ""
    originals: Originals | None = None


class Files:
    """`public_url` is where people reach the API; without it there are no links."""

    def __init__(self, public_url: str | None = None) -> None:
        self.public_url = (public_url or "").rstrip("/")

    async def bring(self, user: User, job: JobView, limits: PictureLimits) -> Brought:
        """What a message shows of the result."""
        kept = [artifact for artifact in job.artifacts if not artifact.expired]
        try:
            if words := [artifact for artifact in kept if artifact.type == "text"]:
                return Brought(text=await text(user, words))
            if played := next((artifact for artifact in kept if artifact.type in PLAYED), None):
                return await self.played(user, job, played, limits)
            return await self.pictures(user, job, kept, limits) if kept else Brought()
        except Refused as refused:
            if refused.refusal.code in NOT_THERE:
                return Brought()
            raise

    async def played(self, user: User, job: JobView, artifact: ArtifactView, limits: PictureLimits) -> Brought:
        variant = best(artifact, limits)
        picture = await file(user, job, artifact, variant)
        if variant is Variant.ORIGINAL:
            return Brought(picture)
        originals = await self.originals(user, [artifact], played=variant is Variant.WEB)
        return Brought(picture, originals=replace(originals, as_mp4=not artifact.plays))

    async def pictures(
        self, user: User, job: JobView, artifacts: Sequence[ArtifactView], limits: PictureLimits
    ) -> Brought:
        """One as it is, several as one; made to fit where that is needed."""
        variants = [best(artifact, limits) for artifact in artifacts]
        found = [await file(user, job, *pair) for pair in zip(artifacts, variants, strict=True)]
        if len(found) > 1:
            whole = await asyncio.to_thread(grid, [picture.content for picture in found])
        else:
            whole = found[0]
        picture = await asyncio.to_thread(fitting, whole, limits)
        if picture is whole and Variant.WEB not in variants:
            return Brought(picture)
        return Brought(picture, originals=await self.originals(user, artifacts))

    async def originals(self, user: User, artifacts: Sequence[ArtifactView], *, played: bool = True) -> Originals:
        size_bytes = sum(artifact.size_bytes or 0 for artifact in artifacts)
        links = [await user.link(artifact.id, hours=LINK_HOURS) for artifact in artifacts if self.public_url]
        return Originals(
            megabytes=max(1, ceil(size_bytes / 2**20)),
            urls=tuple(self.public_url + link.url for link in links),
            count=len(artifacts),
            is_shown=played,
        )


def best(artifact: ArtifactView, limits: PictureLimits) -> Variant:
    """The largest file that the platform takes and plays; of what it can never take the small picture, and a picture is
    made to fit."""
    web = artifact.web
    is_shown = artifact.plays or web is None
    if is_shown and takes(limits, artifact, artifact.size_bytes or 0, artifact.width, artifact.height):
        return Variant.ORIGINAL
    if artifact.type == "image":
        return Variant.WEB if web else Variant.ORIGINAL
    return Variant.WEB if web and takes(limits, artifact, web.size_bytes, web.width, web.height) else Variant.THUMBNAIL


def takes(
    limits: PictureLimits, artifact: ArtifactView, size_bytes: int, width: int | None, height: int | None
) -> bool:
    if artifact.type == "image":
        return limits.take_picture(size_bytes, width, height)
    return size_bytes <= limits.file_bytes


async def file(user: User, job: JobView, artifact: ArtifactView, variant: Variant) -> Picture:
    """One file of a job, as a message shows it."""
    name = f"tessera-{job.id.hex[:8]}"
    if variant is Variant.THUMBNAIL:
        return Picture(await user.thumbnail_bytes(artifact), f"{name}.jpg", None, None, final=True)
    shown = artifact.web if variant is Variant.WEB and artifact.web else artifact
    content = await (user.artifact_bytes(artifact) if shown is artifact else user.web_bytes(artifact))
    filename = f"{name}.{shown.format.lower()}"
    if artifact.type == "image":
        return Picture(content, filename, shown.width, shown.height, final=True)
    return Picture(
        content,
        filename,
        shown.width,
        shown.height,
        final=True,
        kind="video" if artifact.type == "video" else "audio",
        seconds=artifact.duration_seconds,
        title=" ".join(job.prompt.split()),
    )


async def text(user: User, artifacts: Sequence[ArtifactView]) -> str:
    written = [(await user.artifact_bytes(artifact)).decode("utf-8", "replace") for artifact in artifacts]
    return "\n\n".join(words.strip() for words in written)
