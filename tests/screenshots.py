"""`make screenshots`: every page as people see it, light and dark, wide and narrow."""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import product
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from tests import embedded
from tests.browser import started, window
from tests.embedded import Embedded

FOLDER = Path(__file__).parents[1] / "docs" / "screenshots"
HEIGHTS = {1440: 1000, 390: 844}
MASK, COUNTRIES = "noaa/globe-land-mask", "natural-earth/countries"
PUBLIC = {
    "home": "/",
    "account": "/noaa",
    "repository": f"/{MASK}",
    "object": f"/{MASK}/europe.tif",
    "table": f"/{COUNTRIES}/countries.parquet",
    "search": "/-/search?q=mask",
    "search-none": "/-/search?q=nothing+like+this&format=COG",
    "explore": "/-/explore",
    "explore-box": "/-/explore?bbox=-12,35,30,60",
    "docs": "/-/docs",
    "cite": f"/-/{MASK}/cite",
    "register": "/-/register",
    "sign-in": "/-/sign-in",
    "recover": "/-/recover",
    "verify": "/-/verify",
    "not-found": "/noaa/none",
}
SIGNED_IN = {
    "new-repository": "/-/new",
    "new-organization": "/-/new-organization",
    "upload": f"/-/{MASK}/upload",
    "edit": f"/-/{MASK}/edit?key=README.md",
    "settings": f"/-/{MASK}/settings",
    "repository-members": f"/-/{MASK}/members",
    "repository-requests": f"/-/{MASK}/requests",
    "ask": f"/-/{MASK}/ask",
    "requests": "/-/requests",
    "repository-shares": f"/-/{MASK}/shares",
    "account-settings": "/-/demo/settings",
    "keys": "/-/demo/keys",
    "trusts": "/-/demo/trusts",
    "members": "/-/noaa/members",
    "connections": "/-/noaa/connections",
    "domains": "/-/noaa/domains",
    "audit": "/-/noaa/audit",
    "account-repositories": "/-/noaa/repositories",
    "delete-file": f"/-/{MASK}/delete-file?key=README.md",
    "invitations": "/-/invitations",
    "own-data": "/-/data",
    "delete-account": "/-/demo/delete",
    "credentials": "/-/credentials",
    "sessions": "/-/sessions",
    "email": "/-/email",
}
# The last, since whoever has seen these sees more on other pages too.
ADMINISTERING = {"admin": "/-/admin", "admin-account": "/-/admin/noaa"}
LOOKS = tuple(product(("light", "dark"), HEIGHTS))


async def take(platform: Embedded) -> None:
    """All of them, in every theme and width."""
    ready = platform.ready
    async with started() as browser:
        for look in LOOKS:
            async with looking(browser, ready, *look) as page:
                await take_in(page, ready, "-{}-{}".format(*look))
        make_administrator(platform, ready["accounts"][0]["account_id"])
        for look in LOOKS:
            async with looking(browser, ready, *look) as page:
                await sign_in(page, ready["accounts"][0])
                await shoot_all(page, ADMINISTERING, "-{}-{}".format(*look))


@asynccontextmanager
async def looking(
    browser: Browser, ready: dict[str, Any], theme: str, width: int
) -> AsyncIterator[Page]:
    """A window of that theme and width."""
    size = {"width": width, "height": HEIGHTS[width]}
    async with window(browser, base_url=ready["web"], color_scheme=theme, viewport=size) as page:
        yield page


async def take_in(page: Page, ready: dict[str, Any], end: str) -> None:
    """All pages in one window; first as nobody, then as the sample's account."""
    await shoot_all(page, PUBLIC, end)
    await sign_in(page, ready["accounts"][0])
    await shoot_all(page, SIGNED_IN, end)
    await shoot_refused(page, f"new-repository-refused{end}")


def make_administrator(platform: Embedded, account_id: str) -> None:
    """By an operator's command; the platform learns of it in a moment."""
    command = [sys.executable, "-m", "services.accounts", "grant-admin", account_id]
    subprocess.run(command, env={"COOP_HOME": str(platform.home)}, check=True, timeout=60)
    time.sleep(2)


async def shoot_all(page: Page, pages: Mapping[str, str], end: str) -> None:
    """Several pages, one after the other."""
    for name, path in pages.items():
        await shoot(page, path, f"{name}{end}")


async def sign_in(page: Page, person: dict[str, str]) -> None:
    """By the form."""
    await page.goto("/-/sign-in")
    await page.fill("input[name=identifier]", person["email"])
    await page.fill("input[name=password]", person["password"])
    await page.press("input[name=password]", "Enter")
    await page.wait_for_url("**/*", wait_until="load")


async def shoot_refused(page: Page, name: str) -> None:
    """A form that says what is wrong with it."""
    await page.goto("/-/new", wait_until="load")
    await page.fill("input[name=repository_id]", "Land Mask")
    await page.fill("textarea[name=description]", "Land and sea.")
    form = page.locator("form[action='/-/new']")
    async with page.expect_navigation(wait_until="load"):
        await form.evaluate("form => { form.noValidate = true; form.requestSubmit(); }")
    await take_picture(page, name)


async def shoot(page: Page, path: str, name: str) -> None:
    """One page, from its top down to the foot of a window."""
    await page.goto(path, wait_until="load")
    await take_picture(page, name)


async def take_picture(page: Page, name: str) -> None:
    """Of what the window shows."""
    await page.evaluate("document.fonts.ready")
    await page.screenshot(path=FOLDER / f"{name}.png")


def main() -> None:
    """Start the platform with its sample and take them."""
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="coop-") as folder,
        embedded.running(Path(folder) / "home") as running,
    ):
        asyncio.run(take(running))


if __name__ == "__main__":
    main()
