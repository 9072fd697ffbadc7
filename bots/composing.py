"""Makes the screens of a job from what the scheduler tells: names, previews, the files of a result."""

import asyncio
from datetime import UTC, datetime

from bots.files import Brought, Files
from bots.messenger import Messenger, Picture, Screen
from bots.post import Post
from bots.replies import results
from scheduler.accounts.model import AccountView
from scheduler.catalogue.model import Capability
from scheduler.client.session import Scheduler, User
from scheduler.errors import Refused
from scheduler.jobs.model import Status, Why

PICTURES_AT_ONCE = 4  # results that one bot fetches at a time
NAMES_THE_MODEL = (Why.NO_WORKER, Why.PAUSED)


class Composer:
    """One for each bot."""

    def __init__(self, scheduler: Scheduler, messenger: Messenger, files: Files, *, films: bool = True) -> None:
        self.scheduler = scheduler
        self.messenger = messenger
        self.files = files
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
        limits = self.messenger.limits_at(post.address).halved(post.halvings)
        brought = Brought()
        if job.status is Status.COMPLETED:
            async with self.gate:
                brought = await self.files.bring(user, job, limits)
        model = await self.model_name(post)
        return results.ended(
            job,
            post.tr,
            account,
            model,
            brought.picture,
            brought.text,
            limits.characters,
            films=self.films,
            voice_notes=limits.voice_notes,
            originals=brought.originals,
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
