"""Makes the screens of a job from what the scheduler tells: names, previews, the files of a result."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from bots.grid import fitting, grid
from bots.messenger import Picture, PictureLimits, Screen
from bots.post import Post
from bots.replies import results
from scheduler.accounts.model import AccountView
from scheduler.artifacts.model import ArtifactView
from scheduler.catalogue.model import Capability
from scheduler.client.session import Scheduler, User
from scheduler.errors import Code, Refused
from scheduler.jobs.model import JobView, Status, Why

PLAYED = ("video", "audio")
PICTURES_AT_ONCE = 4  # results held in memory by one bot
NAMES_THE_MODEL = (Why.NO_WORKER, Why.PAUSED)
NOT_THERE = (Code.GONE, Code.NOT_FOUND)


class Composer:
    """One for each bot."""

    def __init__(self, scheduler: Scheduler, limits: PictureLimits, *, films: bool = True) -> None:
        self.scheduler = scheduler
        self.limits = limits
        self.names: dict[str, str] = {}
        self.makes_films = films
        self.films = False  # and there is a model that makes them from pictures
        self.gate = asyncio.Semaphore(PICTURES_AT_ONCE)

    async def status(self, post: Post) -> Screen:
        """What the message says now, in words."""
        why = post.job.wait.why if post.job.wait else None
        if why is Why.OWN_JOBS and not post.at_once:
            post.at_once = (await self.user(post).me()).plan.max_concurrent_jobs
        model = await self.model_name(post) if why in NAMES_THE_MODEL else None  # the first line waits for nothing
        return post.screen(datetime.now(UTC), model)

    async def preview(self, post: Post) -> Picture | None:
        """The newest preview, when there is one that the message does not show yet."""
        if post.preview is None or post.preview == post.preview_shown or post.job.status is not Status.RUNNING:
            return None
        try:
            content = await self.user(post).preview(post.job.id)
        except Refused:
            return None
        return Picture(content, "preview.jpg", None, None, final=False)

    async def result(self, post: Post) -> Screen:
        """The last screen of a job."""
        job, user = post.job, self.user(post)
        account = await self.account(user)
        picture, text = None, ""
        if job.status is Status.COMPLETED:
            async with self.gate:
                picture = await self.file(user, job)
                text = await self.text(user, job)
        model = await self.model_name(post)
        characters = self.limits.characters
        return results.ended(job, post.tr, account, model, picture, text, characters, films=self.films)

    async def file(self, user: User, job: JobView) -> Picture | None:
        """What the message shows of the result; None when it has expired, or is words."""
        played = next((each for each in job.artifacts if each.type in PLAYED and not each.expired), None)
        if played is None:
            return await self.picture(user, job)
        too_large = (played.size_bytes or 0) > self.limits.file_bytes
        try:
            if too_large:
                small = await user.thumbnail_bytes(played)
                return Picture(small, "tessera.jpg", None, None, final=True)
            content = await user.artifact_bytes(played)
        except Refused as refused:
            if refused.refusal.code in NOT_THERE:
                return None
            raise
        return Picture(
            content,
            f"tessera-{job.id.hex[:8]}.{played.format.lower()}",
            played.width,
            played.height,
            final=True,
            kind="video" if played.type == "video" else "audio",
            seconds=played.duration_seconds,
            title=" ".join(job.prompt.split()),
        )

    async def text(self, user: User, job: JobView) -> str:
        """The words of the result, if it is words."""
        kept = [artifact for artifact in job.artifacts if artifact.type == "text" and not artifact.expired]
        try:
            written = [(await user.artifact_bytes(artifact)).decode("utf-8", "replace") for artifact in kept]
        except Refused as refused:
            if refused.refusal.code in NOT_THERE:
                return ""
            raise
        return "\n\n".join(words.strip() for words in written)

    async def picture(self, user: User, job: JobView) -> Picture | None:
        """The job's pictures as one that the platform shows; None when they have expired."""
        kept = [artifact for artifact in job.artifacts if artifact.type == "image" and not artifact.expired]
        try:
            contents = [await user.artifact_bytes(artifact) for artifact in kept]
        except Refused as refused:
            if refused.refusal.code in NOT_THERE:
                return None
            raise
        if not contents:
            return None
        picture = await self.joined(job, kept, contents)
        return await asyncio.to_thread(fitting, picture, self.limits)

    async def joined(self, job: JobView, artifacts: Sequence[ArtifactView], contents: Sequence[bytes]) -> Picture:
        if len(contents) > 1:
            return await asyncio.to_thread(grid, contents)
        only = artifacts[0]
        return Picture(
            contents[0], f"tessera-{job.id.hex[:8]}.{only.format.lower()}", only.width, only.height, final=True
        )

    async def account(self, user: User) -> AccountView | None:
        try:
            return await user.me()
        except Refused:  # banned since: the result is still theirs
            return None

    async def model_name(self, post: Post) -> str:
        """How people call the job's model: "painter (no GPU)"."""
        model = post.job.model
        if model not in self.names:
            models = await self.user(post).models()
            self.names |= {each.id: each.display_name for each in models}
            films = any(each.takes_picture and each.capability is Capability.VIDEO for each in models)
            self.films = films and self.makes_films
        return self.names.get(model, model)

    def user(self, post: Post) -> User:
        return self.scheduler.acting_for(post.user)
