"""The machine's own Chromium, driven by playwright."""

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.missing import give_up

CHROMIUM = "/usr/bin/chromium"
# What the console says of a page that refuses something, as tests mean it to.
REFUSAL = re.compile(r"the server responded with a status of 4\d\d")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@asynccontextmanager
async def started() -> AsyncIterator[Browser]:
    """A browser; without one the test is skipped, where CI=true it fails."""
    if shutil.which(CHROMIUM) is None:
        give_up(f"there is no browser at {CHROMIUM}")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def window(browser: Browser, **options: Any) -> AsyncIterator[Page]:
    """A window of a person of its own; what its pages complain of fails the test."""
    context: BrowserContext = await browser.new_context(**options)
    context.set_default_timeout(10_000)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda said: (
            complaints.append(f"{page.url}: {said.text}")
            if said.type == "error" and not REFUSAL.search(said.text)
            else None
        ),
    )
    try:
        yield page
    finally:
        await context.close()
    assert complaints == []
