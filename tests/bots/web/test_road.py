"""The whole road with real processes: a browser, the web chat, the scheduler and a worker."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from playwright.async_api import expect

from tests.bots.web.windows import CHROMIUM, a_chromium, a_window, say
from tests.system.stack import KNOW_THE_INSTANT_ENGINE, Stack, new_stack

pytestmark = [
    pytest.mark.browser,
    pytest.mark.system,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH"),
    pytest.mark.xdist_group("chromium"),
]
RESTART_MILLISECONDS = 40_000


@pytest.fixture
async def stack(tmp_path: Path, db: asyncpg.Pool, database_url: str, redis_url: str) -> AsyncIterator[Stack]:
    await db.execute(KNOW_THE_INSTANT_ENGINE)
    made = new_stack(tmp_path, database_url, redis_url)
    await made.scheduler()
    await made.worker()
    yield made
    await made.end()


async def test_a_picture_comes_with_progress(stack: Stack) -> None:
    await stack.web()
    async with a_chromium() as chromium:
        window = await a_window(chromium, stack.web_url, moves=True)
        page = await window.tab()
        await say(page, "/imagine a red sunset over the sea, slowly 2 --model instant")

        await expect(page.locator(".job .line")).to_contain_text("s left")
        await expect(page.locator(".preview.in").first).to_be_visible()
        await expect(page.locator(".final.in")).to_be_visible()
        await expect(page.locator(".job .line")).to_contain_text("instant (tests) · seed")
        await expect(page.locator("#purse")).to_contain_text("19 of 20 tokens left today")
        assert window.complaints == []


async def test_killed_web_chat_and_scheduler_lose_nothing(stack: Stack) -> None:
    web = await stack.web()
    async with a_chromium() as chromium:
        page = await (await a_window(chromium, stack.web_url)).tab()
        await say(page, "one, slowly 3 --model instant")
        await expect(page.locator(".preview.in").first).to_be_visible()
        await web.kill()
        await stack.running[0].kill()
        await say(page, "another --model instant")
        await stack.scheduler()
        await stack.web()

        await expect(page.locator(".job .final.in")).to_have_count(2, timeout=RESTART_MILLISECONDS)
        await expect(page.locator(".job")).to_have_count(2)
        await expect(page.locator("#purse")).to_contain_text("18 of 20 tokens left today")
        await expect(page.get_by_role("status")).to_be_hidden()
