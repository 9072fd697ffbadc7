"""What all pages share, and one request's visitor."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiohttp import web

from bots.replies.translator import Translator
from bots.settings import BotEntry
from bots.web import cards
from bots.web.connections import Connections
from bots.web.languages import preferred
from bots.web.live import Live
from bots.web.model import Answer, Card, Kind
from bots.web.visitors import COOKIE, Visitors
from scheduler.accounts.model import AccountView
from scheduler.catalogue.model import Capability, ModelView
from scheduler.client import Scheduler, User
from scheduler.farewell import Farewell
from scheduler.jobs.model import Accepted, Destination, JobRequest, JobView
from scheduler.proxies import Origin, Proxies

PLATFORM = "web"


class Strange(Exception):
    """The request carries no cookie of ours."""


@dataclass(frozen=True, slots=True)
class Site:
    """One web bot in one process."""

    bot: BotEntry
    scheduler: Scheduler
    visitors: Visitors
    proxies: Proxies
    live: Live
    process: str  # names this start of the process to the scheduler
    farewell: Farewell = field(default_factory=Farewell)
    connections: Connections = field(default_factory=Connections)
    model_names: dict[str, str] = field(default_factory=dict)  # display names, as far as they were needed
    filmers: set[str] = field(default_factory=set)  # models that make a video of a picture

    @property
    def films(self) -> bool:
        return bool(self.filmers) and Capability.VIDEO in self.bot.capabilities


SITE = web.AppKey("site", Site)


@dataclass(frozen=True, slots=True)
class Visit:
    """A visitor in one request: what they may ask of the scheduler, and their language."""

    site: Site
    visitor: str
    user: User
    tr: Translator
    now: datetime

    async def submit(self, request: JobRequest, key: object) -> Accepted:
        """Ask for a job; `key` tells repetitions of one send from a new one."""
        bot_id = self.site.bot.bot_id
        accepted = await self.user.submit(
            request,
            key=f"{bot_id}:{self.visitor}:{key}",
            destination=Destination(bot_id=bot_id, process=self.site.process, address=None),
        )
        self.site.live.note(self.visitor, [accepted.job])
        return accepted

    async def models(self) -> list[ModelView]:
        models = await self.user.models()
        self.site.model_names.update({model.id: model.display_name for model in models})
        self.site.filmers.update(m.id for m in models if m.takes_picture and m.capability is Capability.VIDEO)
        return models

    async def cards(self, jobs: Iterable[JobView], account: AccountView) -> list[Card]:
        jobs = list(jobs)
        names = self.site.model_names
        if any(job.model not in names for job in jobs):
            await self.models()
        self.site.live.note(self.visitor, jobs)
        films = self.site.films
        return [
            cards.card(job, self.tr, self.now, account, names.get(job.model, job.model), films=films) for job in jobs
        ]

    async def about(self, job: JobView, text: str = "") -> Answer:
        """How a job stands, beside what the visitor has left."""
        account = await self.user.me()
        shown = await self.cards([job], account)
        return Answer(kind=Kind.JOB, text=text, card=shown[0], purse=cards.purse(account, self.tr))


def origin(request: web.Request) -> Origin:
    return request.app[SITE].proxies.origin(request.remote, request.secure, request.headers)


def translator(request: web.Request) -> Translator:
    return Translator(preferred(request.headers.get("Accept-Language", "")), PLATFORM)


def known_visitor(request: web.Request) -> str | None:
    return request.app[SITE].visitors.of(request.cookies.get(COOKIE))


def visit(request: web.Request) -> Visit:
    """The visitor whose cookie came with the request; Strange without one."""
    site, visitor, tr = request.app[SITE], known_visitor(request), translator(request)
    if visitor is None:
        raise Strange
    user = site.scheduler.acting_for(
        f"{PLATFORM}:{visitor}", name=None, locale=tr.locale, address=origin(request).address
    )
    return Visit(site, visitor, user, tr, datetime.now(UTC))
