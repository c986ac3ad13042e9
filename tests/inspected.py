"""How a page is judged in a real browser: by axe-core, with the keyboard, on a narrow screen."""

from collections.abc import Mapping
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, ViewportSize

WIDE: ViewportSize = {"width": 1440, "height": 1000}
NARROW: ViewportSize = {"width": 390, "height": 844}
SCRIPT = Axe().axe_script
ONLY = {"resultTypes": ["violations"], "preload": False}
# All rules, and those of WCAG 2.2 that axe-core leaves out unless they are asked for.
ALL = {**ONLY, "rules": {"target-size": {"enabled": True}}}
CONTRAST = {**ONLY, "runOnly": ["color-contrast"]}
# What else may differ on a small screen.
SMALL = {**ONLY, "runOnly": ["color-contrast", "target-size", "scrollable-region-focusable"]}

# Secrets and codes are typed again; what is hidden in a form, and its buttons, nobody types.
NEVER_KEPT = {
    *("password", "code", "totp_code", "csrf_token", "invitation_uid", "request_uid", "etag"),
    *("do", "answer", "preview"),
}

# What can be used: shown and enabled. Of radio buttons one stands for its group.
USABLE = """
const usable = () => [...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [tabindex='0']")]
  .filter((one) => one.checkVisibility({visibilityProperty: true}))
  .filter((one) => !one.disabled && one.type !== "hidden");
const told = (one) => one.outerHTML.slice(0, 120);
const stop = (one) => one.type === "radio" ? `${one.form?.action} ${one.name}` : one;
"""
# A ring, a frame or a shadow that was not there before, at the thing or around it; and in sight.
WALK = f"""() => {{
  {USABLE}
  const look = (one) => [one, one.parentElement].map((part) => {{
    const style = getComputedStyle(part);
    return [style.outlineStyle, style.outlineWidth, style.boxShadow, style.borderColor].join();
  }}).join();
  const before = new Map(usable().map((one) => [one, look(one)]));
  const walk = {{first: "", reached: new Set(), dim: []}};
  document.addEventListener("focusin", ({{target}}) => {{
    if (target === document.body) return;
    walk.first ||= target.className;
    walk.reached.add(stop(target));
    const box = target.getBoundingClientRect();
    const hides = box.bottom < 1 || box.top > innerHeight;
    if (hides || look(target) === before.get(target)) walk.dim.push(told(target));
  }});
  window.walk = walk;
  return usable().length;
}}"""
WALKED = f"""() => {{
  {USABLE}
  const missed = usable().filter((one) => !window.walk.reached.has(stop(one))).map(told);
  return {{first: window.walk.first, dim: window.walk.dim, missed}};
}}"""
# What a finger meets; links in a line of text may be as high as the line (WCAG 2.2 §2.5.8).
# Our tables become cards; those of files scroll in a place of their own (WCAG 2.2 §1.4.10).
NARROWLY = f"""() => {{
  {USABLE}
  const inline = (one) => one.tagName === "A" && getComputedStyle(one).display === "inline";
  const labelled = (one) => /radio|checkbox/.test(one.type) && one.labels.length;
  const area = (one) => (labelled(one) ? one.labels[0] : one).getBoundingClientRect();
  const small = usable().filter((one) => !one.matches("pre, table") && !inline(one))
    .filter((one) => area(one).width < 24 || area(one).height < 24).map(told);
  const tables = "main table:not(.listing):not(.body.prose *):not([tabindex] > .cells)";
  const rows = [...document.querySelectorAll(`${{tables}} tbody tr`)]
    .filter((row) => getComputedStyle(row).display !== "block").map(told);
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  return {{small, rows, wide}};
}}"""

# What is wrong with a form is summed up above all forms: the focus goes there, and from there on
# to each field.
SUMMED_UP = """() => {
  const summary = document.querySelector("main .notice[role=alert]");
  const links = summary?.querySelectorAll("a[href^='#']") ?? [];
  const named = [...links].map((one) => one.hash.slice(1));
  const wrong = [...document.querySelectorAll("[aria-invalid]")].map((one) => one.id);
  return [
    ...wrong.filter((id) => !named.includes(id)).map((id) => `not summed up: ${id}`),
    ...named.filter((id) => !document.getElementById(id)).map((id) => `leads nowhere: #${id}`),
    ...(summary && document.activeElement !== summary ? ["the summary has no focus"] : []),
  ];
}"""

# What was typed into a form that is refused stands there again; the names of what does not.
FORGOTTEN = """([action, values]) => {
  const forms = [...document.forms].filter((one) =>
    new URL(one.getAttribute("action"), location).pathname === action);
  const keeps = (form, name) => form.elements[name]?.value === values[name];
  return Object.keys(values).filter((name) => !forms.some((form) => keeps(form, name)));
}"""


async def glanced_at(page: Page) -> list[str]:
    """What is wrong with the page as it is shown, a line each."""
    await page.evaluate(SCRIPT)
    return await judged(page, ALL)


async def looked_over(page: Page) -> list[str]:
    """What is wrong with it by keyboard, in the dark or on a telephone."""
    await page.evaluate(SCRIPT)
    await page.emulate_media(color_scheme="dark")
    said = await judged(page, CONTRAST) + await walked(page)
    await page.set_viewport_size(NARROW)
    said += await judged(page, SMALL) + await narrowly(page)
    await as_it_was(page)
    return said


async def answer_judged(page: Page) -> list[str]:
    """What is wrong with the answer to a form, whose page was judged before it was sent."""
    await page.evaluate(SCRIPT)
    said = await judged(page, CONTRAST) + await page.evaluate(SUMMED_UP)
    await page.emulate_media(color_scheme="dark")
    await page.set_viewport_size(NARROW)
    said += await judged(page, ALL) + await narrowly(page)
    await as_it_was(page)
    return said


async def forgotten(page: Page, action: str, values: Mapping[str, str]) -> list[str]:
    """What was typed into a form, and is not in it any more."""
    names = await page.evaluate(FORGOTTEN, [action, dict(values)])
    return [f"was typed and is lost: {name}" for name in names if name not in NEVER_KEPT]


async def as_it_was(page: Page) -> None:
    """For the next to come."""
    await page.set_viewport_size(WIDE)
    await page.emulate_media(color_scheme="light")


async def judged(page: Page, options: dict[str, Any]) -> list[str]:
    """What axe-core finds: which rule, what it says, and where."""
    result = await page.evaluate("options => axe.run(options)", options)
    return [
        f"{one['id']}: {one['help']} ({'; '.join(node['html'][:160] for node in one['nodes'][:4])})"
        for one in result["violations"]
    ]


async def walked(page: Page) -> list[str]:
    """What the Tab key does not reach, or reaches without showing it; the skip link comes first."""
    for _ in range(await page.evaluate(WALK) + 1):
        await page.keyboard.press("Tab")
    walk = await page.evaluate(WALKED)
    said = [f"not reached by Tab: {one}" for one in walk["missed"]]
    said += [f"focus is not seen: {one}" for one in walk["dim"]]
    return said if walk["first"] == "skip" else [*said, "the skip link does not come first"]


async def narrowly(page: Page) -> list[str]:
    """What does not fit a telephone."""
    found = await page.evaluate(NARROWLY)
    said = [f"too small for a finger: {one}" for one in found["small"]]
    said += [f"no card: {one}" for one in found["rows"]]
    return [*said, f"scrolls sideways by {found['wide']}"] if found["wide"] > 0 else said
