"""Suggestions while typing in a real browser: by keyboard, by mouse, and for axe-core."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests import browser
from tests.inspected import NARROW, WIDE, glanced_at

Ready = dict[str, Any]
HOME, SEARCH = "/", "/-/search"


@asynccontextmanager
async def typing(ready: Ready, path: str, text: str, **options: Any) -> AsyncIterator[Page]:
    """A page in whose search field this was typed, and whose suggestions are shown."""
    async with (
        browser.started() as chromium,
        browser.window(chromium, base_url=ready["web"], **options) as page,
    ):
        await page.goto(path)
        field = page.get_by_role("combobox")
        await field.press_sequentially(text, delay=20)
        await expect(page.get_by_role("listbox")).to_be_visible()
        yield page


@pytest.mark.parametrize("path", [HOME, SEARCH])
async def test_by_keyboard(ready: Ready, path: str) -> None:
    async with typing(ready, path, "mask") as page:
        field, options = page.get_by_role("combobox"), page.get_by_role("option")
        await expect(field).to_have_attribute("aria-expanded", "true")
        await expect(page.get_by_role("status").filter(has_text="suggestion")).to_be_attached()
        await field.press("ArrowDown")
        await expect(options.first).to_have_attribute("aria-selected", "true")
        chosen = await options.first.get_attribute("id")
        await expect(field).to_have_attribute("aria-activedescendant", chosen or "")
        await field.press("ArrowUp")
        assert await field.get_attribute("aria-activedescendant") is None
        await field.press("Escape")
        await expect(page.get_by_role("listbox")).to_be_hidden()
        await expect(field).to_have_value("mask")
        await field.press_sequentially(" ")
        await expect(page.get_by_role("listbox")).to_be_visible()
        await field.press("ArrowDown")
        await field.press("Enter")
        await page.wait_for_url("**/noaa/globe-land-mask")


async def test_by_mouse_and_as_a_plain_form(ready: Ready) -> None:
    async with typing(ready, HOME, "noa") as page:
        await page.get_by_role("option").filter(has_text="account").click()
        await page.wait_for_url("**/noaa")
    async with typing(ready, HOME, "mask") as page:
        await page.get_by_role("combobox").press("Enter")
        await page.wait_for_url("**/-/search?q=mask")


async def test_a_tab_leaves_and_nothing_covers_the_page(ready: Ready) -> None:
    async with typing(ready, HOME, "mask") as page:
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("listbox")).to_be_hidden()


@pytest.mark.parametrize(("theme", "size"), [("light", WIDE), ("dark", NARROW)])
async def test_nothing_stands_in_anyones_way(ready: Ready, theme: str, size: Any) -> None:
    async with typing(ready, HOME, "mask", color_scheme=theme, viewport=size) as page:
        await page.keyboard.press("ArrowDown")
        assert await glanced_at(page) == []
        wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0


async def test_without_scripts_the_field_is_plain(ready: Ready) -> None:
    options = {"base_url": ready["web"], "java_script_enabled": False}
    async with browser.started() as chromium, browser.window(chromium, **options) as page:
        await page.goto(HOME)
        await page.get_by_role("searchbox").fill("mask")
        await page.get_by_role("searchbox").press("Enter")
        await page.wait_for_url("**/-/search?q=mask")
