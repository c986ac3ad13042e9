"""The same in a real browser, with JavaScript and without it."""

import asyncio
import os
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests import browser
from tests.mailbox import mailed_code
from tests.pages import Page as Document

Ready = dict[str, Any]
PASSWORD = "four quiet words more"
CSV = b"lat,lon,level\n47.56,7.58,4.21\n47.61,8.92,4.10\n"
_numbers = count(1)


async def register(page: Page, web: str, account_id: str) -> None:
    """Through the form as a person would, to the new account's page."""
    await page.goto(f"{web}/-/register")
    email = f"{account_id}@example.org"
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_label("Code")).to_be_visible()
    code = await asyncio.to_thread(mailed_code, Document(await page.content()), email)
    await page.get_by_label("Code").fill(code)
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Save").click()
    await page.get_by_label("Account name").fill(account_id)
    await page.get_by_label("Your name").fill("Bea Browser")
    await page.get_by_role("button", name="Create account").click()
    await page.wait_for_url(f"{web}/{account_id}")


async def create_repository(page: Page, web: str, place: str) -> None:
    """By the form; its page is shown."""
    await page.goto(f"{web}/-/new")
    await page.get_by_label("Title").fill("Rhine levels")
    await page.get_by_label("Name", exact=True).fill(place.partition("/")[2])
    await page.get_by_role("button", name="Create repository").click()
    await page.wait_for_url(f"{web}/{place}")
    await expect(page.get_by_role("heading", level=1)).to_have_text(place.partition("/")[2])


async def sign_out(page: Page, web: str) -> None:
    """By the menu; afterwards one may sign in."""
    await page.locator("header details.menu summary").click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    await page.goto(f"{web}/-/new")
    assert "/-/sign-in" in page.url


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_the_whole_way(ready: Ready, tmp_path: Path, scripts: bool) -> None:
    web, account_id = ready["web"], f"browser-{next(_numbers)}"
    place = f"{account_id}/rhine-levels"
    path = tmp_path / "levels.csv"
    path.write_bytes(CSV)
    async with (
        browser.started() as chromium,
        browser.window(chromium, java_script_enabled=scripts) as page,
    ):
        await register(page, web, account_id)
        await create_repository(page, web, place)
        await page.get_by_role("link", name="Upload").first.click()
        await page.get_by_label("A file to upload").set_input_files(path)
        await page.get_by_role("button", name="Upload file").click()
        await page.wait_for_url(f"{web}/{place}**")
        for _ in range(20):
            answer = await page.goto(f"{web}/{place}/levels.csv")
            assert answer is not None
            if answer.ok and "level" in await page.inner_text("main"):
                break
            await page.wait_for_timeout(100)
        await expect(page.get_by_role("heading", level=1)).to_have_text("levels.csv")
        await expect(page.locator("main")).to_contain_text(f"{len(CSV)} bytes")
        if scripts:
            await upload_into_a_new_folder(page, f"{web}/-/{place}/upload?prefix=new/", path)
        await sign_out(page, web)


async def upload_into_a_new_folder(page: Page, form: str, path: Path) -> None:
    """By the form; ends at the folder, which is there by then."""
    await page.goto(form)
    await page.get_by_label("A file to upload").set_input_files(path)
    async with page.expect_navigation(url="**/new/") as navigation:
        await page.get_by_role("button", name="Upload file").click()
    answer = await navigation.value
    assert answer is not None
    assert answer.ok
    await expect(page.locator("#listing")).to_contain_text(path.name)


async def test_a_page_updates_by_itself(ready: Ready, s3: Any) -> None:
    key = f"globe-land-mask/self/{os.urandom(3).hex()}.csv"
    async with browser.started() as chromium, browser.window(chromium) as page:
        await page.goto(f"{ready['web']}/noaa/globe-land-mask")
        async with page.expect_event("request", lambda request: "/-/events" in request.url):
            await page.reload()
        await page.wait_for_timeout(300)
        s3.put_object(Bucket="noaa", Key=key, Body=CSV)
        await expect(page.locator("#listing")).to_contain_text("self/", timeout=3000)
        await page.goto(f"{ready['web']}/noaa/globe-land-mask/self/")
        await page.wait_for_timeout(300)
        s3.put_object(Bucket="noaa", Key=f"{key}.2.csv", Body=CSV)
        await expect(page.locator("#listing")).to_contain_text(".2.csv", timeout=3000)
    for name in (key, f"{key}.2.csv"):
        s3.delete_object(Bucket="noaa", Key=name)


async def test_a_page_catches_up_with_what_it_missed_while_it_began_to_listen(
    ready: Ready, s3: Any
) -> None:
    name = f"{os.urandom(3).hex()}.csv"
    listens, stored = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        listens.set()
        await stored.wait()
        await route.continue_()

    async with browser.started() as chromium, browser.window(chromium) as page:
        await page.route("**/-/events**", hold)
        await page.goto(f"{ready['web']}/noaa/globe-land-mask")
        await listens.wait()
        await asyncio.to_thread(
            s3.put_object, Bucket="noaa", Key=f"globe-land-mask/{name}", Body=CSV
        )
        # All that is told of the new file is told before the page listens.
        file = f"{ready['web']}/noaa/globe-land-mask/{name}"
        while "level" not in await (await page.request.get(file)).text():
            await page.wait_for_timeout(50)
        await expect(page.locator("#listing")).not_to_contain_text(name)
        stored.set()
        await expect(page.locator("#listing")).to_contain_text(name, timeout=3000)
    s3.delete_object(Bucket="noaa", Key=f"globe-land-mask/{name}")


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_pages_fit_and_nothing_is_refused(ready: Ready, width: int, theme: str) -> None:
    """No console error (so no broken policy), and nothing scrolls sideways."""
    addresses = ["/", "/noaa", "/noaa/globe-land-mask", "/noaa/globe-land-mask/europe.tif"]
    addresses += ["/natural-earth/countries/countries.parquet", "/-/sign-in", "/-/register"]
    addresses += ["/-/docs", "/none/none", "/-/recover", "/-/verify"]
    options = {"viewport": {"width": width, "height": 900}, "color_scheme": theme}
    async with browser.started() as chromium, browser.window(chromium, **options) as page:
        for address in addresses:
            await page.goto(ready["web"] + address)
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, address
            assert await page.locator("h1").count() == 1, address
