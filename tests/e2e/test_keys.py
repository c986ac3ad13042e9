"""Passkeys and security keys in a real browser, with a key that the browser makes up."""

from itertools import count
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests import browser
from tests.e2e.test_browser import register

Ready = dict[str, Any]
PASSWORD = "four quiet words more"
GONE = "() => { navigator.credentials.get = () => Promise.reject(new Error('gone')); }"
_numbers = count(1)


async def hold_key(page: Page, *, passkey: bool) -> None:
    """Plug in an authenticator that always says yes (WebAuthn §11.2)."""
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal" if passkey else "usb",
        "hasResidentKey": passkey,
        "hasUserVerification": passkey,
        "isUserVerified": passkey,
        "automaticPresenceSimulation": True,
    }
    await session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


async def sign_out(page: Page, web: str) -> None:
    await page.goto(web)
    await page.locator("header details.menu summary").click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("link", name="Sign in")).to_be_visible()


async def remove_key(page: Page, web: str) -> None:
    await page.goto(f"{web}/-/credentials")
    await page.get_by_role("button", name="Remove").click()
    await expect(page.get_by_text("are changed.")).to_be_visible()


@pytest.mark.parametrize("passkey", [True, False], ids=["passkey", "security key"])
async def test_a_key_is_added_and_signs_in(ready: Ready, passkey: bool) -> None:
    web, name = ready["web"], f"keyholder-{next(_numbers)}"
    async with browser.started() as chromium, browser.window(chromium) as page:
        await hold_key(page, passkey=passkey)
        await register(page, web, name)
        await page.goto(f"{web}/-/credentials")
        if passkey:
            await page.get_by_role("button", name="Add a passkey").click()
            await expect(page.get_by_text("Your passkeys are changed.")).to_be_visible()
        else:
            await page.get_by_label("Name of the key").fill("blue key")
            await page.get_by_role("button", name="Add a security key").click()
            await expect(page.get_by_text("Your security keys are changed.")).to_be_visible()
        await sign_out(page, web)
        await page.goto(f"{web}/-/sign-in?return_to=/{name}")
        if passkey:
            await page.get_by_role("button", name="Sign in with a passkey").click()
        else:
            await page.get_by_label("E-mail address").fill(f"{name}@example.org")
            await page.get_by_label("Password").fill(PASSWORD)
            await page.get_by_role("button", name="Sign in", exact=True).click()
            await expect(page.get_by_role("heading", level=1)).to_have_text("Second step")
            await page.get_by_role("button", name="Use a security key").click()
        await page.wait_for_url(f"{web}/{name}")
        await remove_key(page, web)


async def test_a_key_that_does_not_answer_is_told_and_the_page_stays(ready: Ready) -> None:
    async with browser.started() as chromium, browser.window(chromium) as page:
        await page.goto(f"{ready['web']}/-/sign-in")
        await page.evaluate(GONE)
        await page.get_by_role("button", name="Sign in with a passkey").click()
        await expect(page.get_by_text("The browser got no answer from the key.")).to_be_visible()
        assert page.url.endswith("/-/sign-in")
