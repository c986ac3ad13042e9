"""Every page in a real browser: for axe-core, with the keyboard, on a telephone."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Browser, Page

from tests.audience import BrowserState, gathered
from tests.browser import started, window
from tests.embedded import Embedded
from tests.inspected import WIDE, answer_judged, forgotten, glanced_at, looked_over
from tests.visits import VISITS, Visit, left_out

Judge = Callable[[Page], Awaitable[list[str]]]

LANES = 2
SHOWN = [one for one in VISITS if not one.sent]
SENT = [one for one in VISITS if one.sent]
FILL_IN = """([action, values]) => {
  const names = Object.keys(values);
  const form = [...document.forms].find((one) =>
    new URL(one.getAttribute("action"), location).pathname === action
    && names.every((name) => one.elements[name]));
  if (!form) throw new Error(`no form for ${action} with ${names}`);
  form.noValidate = true;
  let button = form.querySelector("button");
  for (const name of names) {
    const pressed = form.querySelector(`button[name="${name}"][value="${values[name]}"]`);
    if (pressed) button = pressed; else form.elements[name].value = values[name];
  }
  form.requestSubmit(button);
}"""


def test_every_page_is_visited() -> None:
    assert left_out() == set()


@pytest.fixture(scope="module")
def audience(platform: Embedded) -> Iterator[dict[str, BrowserState]]:
    """Registered once: the same people cannot come twice."""
    with gathered(platform) as people:
        yield people


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("visits", "judge"),
    [
        pytest.param(SHOWN, glanced_at, id="pages", marks=pytest.mark.slow),
        pytest.param(SHOWN, looked_over, id="pages otherwise", marks=pytest.mark.slow),
        pytest.param(SENT, answer_judged, id="forms", marks=pytest.mark.slow),
    ],
)
async def test_nothing_stands_in_anyones_way(
    platform: Embedded, audience: dict[str, BrowserState], visits: list[Visit], judge: Judge
) -> None:
    async with started() as browser:
        lanes = (
            lane(browser, platform.ready["web"], audience, visits[one::LANES], judge)
            for one in range(LANES)
        )
        found = await asyncio.gather(*lanes)
    assert [one for said in found for one in said] == []


async def lane(
    browser: Browser,
    web: str,
    audience: dict[str, BrowserState],
    visits: Sequence[Visit],
    judge: Judge,
) -> list[str]:
    """One visit after the other, in a window for each who comes; what was wrong."""
    async with AsyncExitStack() as stack:
        pages: dict[str, Page] = {}
        for who, state in audience.items():
            options = {"storage_state": state, "viewport": WIDE, "color_scheme": "light"}
            opened = window(browser, base_url=web, **options)
            pages[who] = await stack.enter_async_context(opened)
        return [
            f"{visit}: {one}"
            for visit in visits
            for one in await visited(pages[visit.who], visit, judge)
        ]


async def visited(page: Page, visit: Visit, judge: Judge) -> list[str]:
    """What is wrong with the page that a visit ends at."""
    answer = await page.goto(visit.path, wait_until="load")
    for sent in visit.sent:
        async with page.expect_navigation(wait_until="load") as navigation:
            await page.evaluate(FILL_IN, [sent.action, dict(sent.values)])
        answer = await navigation.value
    assert answer is not None
    if answer.status != visit.status:
        return [f"answers {answer.status}: {(await page.inner_text('main'))[:300]}"]
    said = await judge(page)
    if visit.sent and visit.status >= 400:
        last = visit.sent[-1]
        said += await forgotten(page, last.action, last.values)
    return said
