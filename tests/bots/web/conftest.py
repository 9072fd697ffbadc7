"""A scheduler in memory, the web chat before it, and two visitors."""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestServer

from tests.bots.web.browsing import Browser, browsing
from tests.bots.web.serving import serving
from tests.bots.web.studio import Studio


@pytest.fixture
def studio() -> Studio:
    return Studio()


@pytest.fixture
async def server(studio: Studio) -> AsyncIterator[TestServer]:
    async with serving(studio) as served:
        yield served


@pytest.fixture
async def ann(server: TestServer) -> AsyncIterator[Browser]:
    async with browsing(server) as browser:
        yield browser


@pytest.fixture
async def bob(server: TestServer) -> AsyncIterator[Browser]:
    async with browsing(server) as browser:
        yield browser
