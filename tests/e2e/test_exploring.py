"""The explore page in a real browser: a box is drawn, what is pointed at stands out."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import Page, expect

from tests import browser

Ready = dict[str, Any]


async def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """With the mouse, between two places of the map as parts of its width and height."""
    box = await page.locator("svg.map").bounding_box()
    assert box is not None
    places = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in (start, end)]
    await page.mouse.move(*places[0])
    await page.mouse.down()
    await page.mouse.move(*places[1], steps=3)
    await page.mouse.up()


async def test_a_box_is_drawn_on_the_map(ready: Ready) -> None:
    async with browser.started() as chromium, browser.window(chromium) as page:
        await page.goto(f"{ready['web']}/-/explore?within=noaa")
        assert await page.locator("[data-hit]").count() > 3
        async with page.expect_navigation():
            await drag(page, (0.86, 0.2), (0.91, 0.45))
        asked = parse_qs(urlsplit(page.url).query)
        west, south, east, north = map(float, asked["bbox"][0].split(","))
        assert 120 < west < 140 < east < 160
        assert 0 < south < 40 < north < 70
        assert asked["within"] == ["noaa"]
        await expect(page.locator("[data-hit]")).to_have_count(1)
        await expect(page.locator("[data-hit]")).to_contain_text("japan.tif")
        await expect(page.locator("svg .asked")).to_have_count(1)


async def test_a_click_draws_nothing_and_a_box_may_cross_the_antimeridian(ready: Ready) -> None:
    async with browser.started() as chromium, browser.window(chromium) as page:
        await page.goto(f"{ready['web']}/-/explore?within=noaa&bbox=170,-25,-170,-10")
        address = page.url
        await drag(page, (0.3, 0.3), (0.3, 0.3))
        await expect(page.locator("svg .drawn")).to_have_count(0)
        assert page.url == address
        async with page.expect_navigation():
            await drag(page, (0.3, 0.3), (0.7, 0.7))
        west, _, east, _ = (await page.get_by_label("Place").input_value()).split(",")
        assert float(west) > 170
        assert float(east) < -170
        await expect(page.locator("[data-hit]")).to_contain_text("fiji.tif")


async def test_what_is_pointed_at_stands_out_on_the_map(ready: Ready) -> None:
    async with browser.started() as chromium, browser.window(chromium) as page:
        await page.goto(f"{ready['web']}/-/explore?within=noaa")
        lit = page.locator("svg .lit")
        await page.locator("[data-hit]").nth(1).hover()
        await expect(lit).to_have_attribute("id", "print-2")
        await page.locator("[data-hit] h2 a").first.focus()
        await page.mouse.move(0, 0)
        await expect(lit).to_have_attribute("id", "print-1")


async def test_repositories_are_found_by_a_box_too(ready: Ready) -> None:
    async with browser.started() as chromium, browser.window(chromium) as page:
        await page.goto(f"{ready['web']}/-/search?account=noaa")
        async with page.expect_navigation():
            await drag(page, (0.86, 0.2), (0.91, 0.45))
        assert parse_qs(urlsplit(page.url).query)["account"] == ["noaa"]
        await expect(page.locator("[data-hit]")).to_contain_text("globe-land-mask")
        await expect(page.locator("svg .asked")).to_have_count(1)


async def test_a_finger_scrolls_until_drawing_is_asked_for(ready: Ready) -> None:
    async with browser.started() as chromium, browser.window(chromium) as page:
        await page.goto(f"{ready['web']}/-/explore")
        drawing = page.get_by_role("button", name="Draw a box")
        await drawing.press("Enter")
        await expect(drawing).to_have_attribute("aria-pressed", "true")
        await expect(page.locator("svg.map")).to_have_css("touch-action", "none")


async def test_without_scripts_the_map_is_a_picture_and_the_form_is_plain(ready: Ready) -> None:
    async with (
        browser.started() as chromium,
        browser.window(chromium, java_script_enabled=False) as page,
    ):
        await page.goto(f"{ready['web']}/-/explore")
        await expect(page.get_by_role("button", name="Draw a box")).to_be_hidden()
        await page.get_by_label("Place").fill("130, 30, 146, 46")
        await page.get_by_label("Account or repository").fill("noaa")
        await page.get_by_role("button", name="Show").click()
        await expect(page.locator("[data-hit]")).to_contain_text("japan.tif")
        await expect(page.locator("svg g[id] .box")).to_have_count(1)
