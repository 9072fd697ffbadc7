"""Owns a bot's status messages: shows progress in them, and edits each into its result exactly once."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from enum import Enum
from uuid import UUID, uuid4

import structlog

from bots.composing import Composer
from bots.delivering import Deliverer
from bots.files import Files
from bots.messenger import Address, Message, Messenger
from bots.post import Clock, Post, Timing
from bots.replies.translator import Translator
from bots.writing import Writer
from scheduler import supervisor
from scheduler.client.session import Scheduler
from scheduler.deliveries.model import Claim, Claimed, DeliveryState
from scheduler.errors import Code, Refused, Unreachable
from scheduler.jobs.model import Accepted, JobEvent, JobView, Status
from scheduler.supervisor import Loop

log = structlog.get_logger(__name__)

MOST_IN_A_CLAIM = 2_000  # names that one claim may hold; who holds so many takes only results beside them
MOST_TAKEN = 100  # deliveries asked for at once
MOST_POLLED = 300  # waiting jobs whose place in line is kept fresh, oldest first
MOST_REMEMBERED = 1_000  # jobs that ended before their post was opened
POLLS_AT_ONCE = 8
KEY_IS_WRONG = frozenset({Code.UNAUTHORIZED, Code.FORBIDDEN, Code.TOO_MANY_FAILURES})
GOODBYE_SECONDS = 2.0  # for giving the claims back; they end by themselves otherwise


class Reach(Enum):
    """How the scheduler answered the last claim; the event that a change is logged as."""

    REACHED = "scheduler.reached"
    UNREACHABLE = "scheduler.unreachable"
    UNAUTHORIZED = "bot.unauthorized"


class Postman:
    """One for each bot; `run` serves until `stop`, `adopt` hands it a message to keep. `films`: it makes videos."""

    def __init__(
        self,
        messenger: Messenger,
        scheduler: Scheduler,
        bot_id: str,
        *,
        timing: Timing | None = None,
        clock: Clock = time.monotonic,
        films: bool = True,
        files: Files | None = None,
    ) -> None:
        self.scheduler = scheduler
        self.messenger = messenger
        self.bot_id = bot_id
        self.process = f"{bot_id[:60]}:{uuid4().hex}"
        self.timing = timing or Timing()
        self.clock = clock
        self.writer = Writer(messenger, clock)
        composer = Composer(scheduler, messenger, files or Files(), films=films)
        self.deliverer = Deliverer(scheduler, composer, self.writer, self.process, self.timing)
        self.posts: dict[UUID, Post] = {}
        self.ended_early: OrderedDict[UUID, bool] = OrderedDict()
        self.group: asyncio.TaskGroup | None = None
        self.serving = asyncio.Event()
        self.stopping = False
        self.reach = Reach.REACHED
        self.claims = Loop("claims", self.claim, every=self.timing.claim)

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop`; then finish the calls in flight and give all claims back."""
        loops = [self.claims, Loop("positions", self.refresh_positions, every=self.timing.poll)]
        async with asyncio.TaskGroup() as self.group:
            listening = self.group.create_task(self.listen(), name="events")
            looping = self.group.create_task(supervisor.run(loops, stop), name="loops")
            self.serving.set()
            await stop.wait()
            self.stopping = True
            listening.cancel()
            for post in self.posts.values():
                post.end()
            following = [post.task for post in self.posts.values() if post.task]
            _, late = await asyncio.wait([looping, listening, *following], timeout=self.timing.goodbye)
            for task in late:
                task.cancel()
        with suppress(Unreachable, Refused, TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self.scheduler.release(self.bot_id, self.process)

    def adopt(self, accepted: Accepted, address: Address, *, user: str, locale: str | None = None) -> Post | None:
        """Keep the status message of a job that was just submitted: it is sent, unless it is there already. None while
        the process stops: the next one takes it over."""
        job = accepted.job
        if self.stopping:
            return None
        if job.id in self.posts:
            return self.posts[job.id]
        if job.status.ended or self.ended_early.pop(job.id, False):
            self.claims.wake.set()
        return self.made(job, user, locale, address, accepted.message)

    async def claim(self) -> bool:
        """Renew what is held and take what is free; says whether there is more to take."""
        self.writer.budget.forget_idle(self.clock())
        held = list(self.posts)
        more = False
        try:
            for start in range(0, len(held) or 1, MOST_IN_A_CLAIM):
                limit, full = 0 if start else MOST_TAKEN, len(held) >= MOST_IN_A_CLAIM
                more = await self.claim_some(held[start : start + MOST_IN_A_CLAIM], limit, only_due=full) or more
        except Unreachable:
            self.note_reach(Reach.UNREACHABLE)
            return False
        except Refused as error:
            if error.refusal.code not in KEY_IS_WRONG:
                raise
            self.note_reach(Reach.UNAUTHORIZED)
            return False
        self.note_reach(Reach.REACHED)
        return more

    def note_reach(self, reach: Reach) -> None:
        """Log when the scheduler goes away or turns the bot's key down, when it is back, and nothing in between."""
        if reach is self.reach:
            return
        self.reach = reach
        say = log.error if reach is Reach.UNAUTHORIZED else log.info
        say(reach.value, bot=self.bot_id)

    async def claim_some(self, holding: Sequence[UUID], limit: int, *, only_due: bool) -> bool:
        asked_at, names = self.clock(), list(holding)
        claimed = await self.claimed(
            Claim(bot_id=self.bot_id, process=self.process, holding=names, limit=limit, only_due=only_due)
        )
        self.deliverer.claim_seconds = claimed.claim_seconds
        lost = set(claimed.lost)
        for job_id in holding:
            if post := self.posts.get(job_id):
                if job_id in lost:
                    log.info("delivery.lost", job=str(job_id))
                    post.end()
                else:
                    post.renewed_at = asked_at
        # what was finished while the answer was on its way must not begin anew
        finished = {job_id for job_id in holding if job_id not in self.posts}
        return self.taken(claimed, lost | finished, asked_at) >= limit > 0

    async def claimed(self, claim: Claim) -> Claimed:
        """Without more to take where the scheduler is older than `only_due`: it turns down all that is held with it."""
        try:
            return await self.scheduler.claim(claim)
        except Refused as error:
            if not claim.only_due or error.refusal.code is not Code.INVALID_REQUEST:
                raise
        return await self.scheduler.claim(claim.model_copy(update={"limit": 0, "only_due": False}))

    def taken(self, claimed: Claimed, skip: set[UUID], asked_at: float) -> int:
        """Take the deliveries of a claim in; returns how many are new."""
        new = 0
        for view in claimed.deliveries:
            if view.job.id in skip:
                continue
            post = self.posts.get(view.job.id)
            if post is None:
                new += 1
                post = self.made(view.job, view.user, view.locale, view.address, view.message)
            post.renewed_at = asked_at
            if view.state is DeliveryState.DUE and not post.due:
                post.job, post.due, post.tries = view.job, True, view.tries
                post.news.set()
        return new

    def made(self, job: JobView, user: str, locale: str | None, address: Address, message: Message | None) -> Post:
        """A post, and the one task that edits its message from now on."""
        tr = Translator(locale, self.messenger.platform)
        post = Post(job, user, tr, address, message, renewed_at=self.clock(), stored=message is not None)
        self.posts[job.id] = post
        if self.group is None:
            raise RuntimeError("the postman is not running")
        post.task = self.group.create_task(self.follow(post), name=f"post {job.id}")
        return post

    async def follow(self, post: Post) -> None:
        try:
            await self.deliverer.follow(post)
        finally:
            post.end()
            if self.posts.get(post.job.id) is post:
                del self.posts[post.job.id]

    async def listen(self) -> None:
        """Hear the live events of the bot's jobs, for ever."""
        while True:
            try:
                async for event in self.scheduler.bot_events(self.bot_id):
                    self.hear(event)
            except (Unreachable, Refused):
                pass  # the claims say so
            except Exception:  # the top of the loop: an event of a newer scheduler, say
                log.exception("events.failed", bot=self.bot_id)
            self.claims.wake.set()  # something may have ended unheard
            await asyncio.sleep(self.timing.listen_again)

    def hear(self, event: JobEvent) -> None:
        post = self.posts.get(event.job_id)
        if post is not None:
            post.hear(event)
        elif event.kind == "ended":
            self.ended_early[event.job_id] = True
            while len(self.ended_early) > MOST_REMEMBERED:
                self.ended_early.popitem(last=False)
        if event.kind == "ended" and post is not None:
            self.claims.wake.set()

    async def refresh_positions(self) -> None:
        """Look where the oldest waiting jobs stand, those in line first; events tell only when they start."""
        waiting = [post for post in self.posts.values() if waits(post)]
        gate = asyncio.Semaphore(POLLS_AT_ONCE)
        with suppress(Unreachable):
            async with asyncio.TaskGroup() as group:
                for post in sorted(waiting, key=how_soon)[:MOST_POLLED]:
                    group.create_task(self.refresh(post, gate))

    async def refresh(self, post: Post, gate: asyncio.Semaphore) -> None:
        async with gate:
            with suppress(Refused, Unreachable):
                post.learn(await self.scheduler.acting_for(post.user).job(post.job.id))
        if post.ending:
            self.claims.wake.set()


def how_soon(post: Post) -> tuple[bool, datetime]:
    """Jobs that are in no line yet come last."""
    return post.job.status is Status.CREATED, post.job.created_at


def waits(post: Post) -> bool:
    """Whether the place in line is worth a look."""
    under_way = post.job.status is Status.RUNNING and not post.job.is_next
    return not under_way and not (post.due or post.ending or post.quiet)
