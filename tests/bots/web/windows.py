"""A browser's window in tests: it notes what a console would show in red, and every request that leaves the server."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page, Request, async_playwright, expect

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
VIOLATIONS = "document.addEventListener('securitypolicyviolation', event => console.error('CSP ' + event.blockedURI))"
PATIENCE_MILLISECONDS = 10_000

expect.set_options(timeout=PATIENCE_MILLISECONDS)


class Window:
    """One visitor's browser. `complaints`: what the browser's console would show in red, and requests elsewhere."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.context = context
        self.origin = origin
        self.complaints: list[str] = []

    async def tab(self) -> Page:
        page = await self.context.new_page()
        await page.add_init_script(VIOLATIONS)
        page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self.stays)
        await page.goto(self.origin)
        return page

    def stays(self, request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.origin).netloc:
            self.complaints.append(f"left for {request.url}")


@asynccontextmanager
async def a_chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


async def a_window(chromium: Browser, origin: str, *, moves: bool = False, **options: Any) -> Window:
    """Nothing `moves` unless a test is about that: without a GPU each frame of it costs a processor's time."""
    motion: Literal["no-preference", "reduce"] = "no-preference" if moves else "reduce"
    return Window(await chromium.new_context(reduced_motion=motion, **options), origin)


async def say(page: Page, text: str) -> None:
    await page.get_by_role("textbox", name="Your words").fill(text)
    await page.keyboard.press("Enter")
