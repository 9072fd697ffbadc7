"""The web chat on a loopback port, before a scheduler in memory."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_network

from aiohttp.test_utils import TestServer

from bots.settings import BotEntry
from bots.web.app import application
from bots.web.live import Live
from bots.web.site import Site
from bots.web.visitors import Visitors
from scheduler.accounts.model import Platform
from scheduler.proxies import Network, Proxies
from tests.bots.web.studio import Studio

TRUSTED = (ip_network("127.0.0.0/8"),)


def a_site(studio: Studio, trusted: Sequence[Network] = ()) -> Site:
    return Site(
        bot=BotEntry(bot_id="web", platform=Platform.WEB),
        scheduler=studio,
        visitors=Visitors(b"a secret of the tests"),
        proxies=Proxies(tuple(trusted)),
        live=Live(studio, "web"),
        process="web-test",
    )


@asynccontextmanager
async def serving(studio: Studio) -> AsyncIterator[TestServer]:
    """The page behind a proxy that is trusted: whoever calls from this machine."""
    site, stop = a_site(studio, TRUSTED), asyncio.Event()
    served = TestServer(application(site))
    async with served, asyncio.TaskGroup() as group:
        group.create_task(site.live.follow(stop))
        yield served
        stop.set()
