"""READMEs: what people write is shown, what would harm is not, and links lead where they should."""

import re
from html.parser import HTMLParser

import pytest

from services.web.render.markdown import ATTRIBUTES, TAGS, Beside, render_markdown
from services.web.render.readme import LARGEST_BYTES, is_readme, render_readme
from tests.effort import costing

DOOR = "https://s3.data.example"
BESIDE = Beside("noaa", "mask", "2024/", DOOR)


def rendered(text: str) -> str:
    return render_markdown(text, BESIDE)


def test_what_scrolls_on_a_small_screen_is_reached_without_a_pointer() -> None:
    assert '<pre tabindex="0">' in rendered("```\nx\n```")
    assert '<table tabindex="0">' in rendered("| a |\n| - |\n| 1 |")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        '<a href="vbscript:x">x</a>',
        "<iframe src=https://evil.example></iframe>",
        "<style>body{display:none}</style>",
        '<p style="position:fixed">x</p>',
        "<svg><script>alert(1)</script></svg>",
        "<form action=https://evil.example><input name=password></form>",
        "<object data=x></object><embed src=x>",
        '<a href="https://x" onclick="alert(1)">x</a>',
        "<base href=https://evil.example>",
        "<meta http-equiv=refresh content=0>",
        "![x](javascript:alert(1))",
        '<math><mi//xlink:href="data:x,<script>alert(1)</script>">',
        '<div id="csrf" class="notice">x</div>',
    ],
)
def test_nothing_that_runs_or_pretends_comes_through(text: str) -> None:
    for tag, attributes in Elements(rendered(text)).found:
        assert tag in TAGS
        for name, value in attributes:
            assert name in {*ATTRIBUTES.get(tag, ()), "rel", "tabindex"}
            assert re.match(r"https?:|mailto:|[/#]|[^:]*$", value or ""), value


class Elements(HTMLParser):
    """The elements that a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](europe.tif)", 'href="/noaa/mask/2024/europe.tif"'),
        ("[a](./europe.tif)", 'href="/noaa/mask/2024/europe.tif"'),
        ("[a](../world.tif)", 'href="/noaa/mask/world.tif"'),
        ("[a](../../../x.tif)", 'href="/noaa/mask/x.tif"'),
        ("[a](/top.tif)", 'href="/noaa/mask/top.tif"'),
        ("[a](tiles/)", 'href="/noaa/mask/2024/tiles/"'),
        ("[a](a%20b.tif)", 'href="/noaa/mask/2024/a%20b.tif"'),
        ("[a](notes.md#how)", 'href="/noaa/mask/2024/notes.md#how"'),
        ("[a](#how-to-read-it)", 'href="#readme-how-to-read-it"'),
        ("[a](https://example.org/x)", 'href="https://example.org/x"'),
        ("[a](mailto:a@b.c)", 'href="mailto:a@b.c"'),
        ("<https://example.org>", 'href="https://example.org"'),
        ("![a](map.png)", f'src="{DOOR}/noaa/mask/2024/map.png"'),
        (f"![a]({DOOR}/noaa/other/x.png)", f'src="{DOOR}/noaa/other/x.png"'),
    ],
)
def test_links_lead_where_they_should(text: str, expected: str) -> None:
    assert expected in rendered(text)


@pytest.mark.parametrize(
    "source", ["https://evil.example/x.png", f"{DOOR}.evil.example/x.png", "//evil.example/x.png"]
)
def test_a_picture_from_elsewhere_is_a_link(source: str) -> None:
    html = rendered(f"![A map]({source})")
    assert "<img" not in html
    assert ">A map</a>" in html


def test_links_give_nothing_away() -> None:
    assert 'rel="nofollow noopener noreferrer"' in rendered("[x](https://example.org)")


def test_headings_stand_below_the_page_s_own_and_can_be_linked() -> None:
    html = rendered("# Mask\n\n## How to read it")
    assert '<h2 id="readme-mask">' in html
    assert '<h3 id="readme-how-to-read-it">' in html
    assert "<h1" not in html


def test_tables_are_aligned_without_style() -> None:
    html = rendered("| a | b |\n|--:|:-:|\n| 1 | 2 |")
    assert '<td align="right">1</td>' in html
    assert '<td align="center">2</td>' in html


def test_front_matter_is_for_machines() -> None:
    assert "license" not in rendered("---\nlicense: cc0\n---\n# Mask")


def test_code_is_shown_as_it_is() -> None:
    assert "&lt;script&gt;" in rendered("```html\n<script>\n```")


@pytest.mark.parametrize("name", ["README.md", "readme.md", "Readme.MD", "README", "README.txt"])
def test_readmes_are_known_by_name(name: str) -> None:
    assert is_readme(name)
    assert not is_readme(f"{name}.bak")


def test_a_plain_readme_stays_plain() -> None:
    readme = render_readme("2024/README.txt", b"<b>\xff", BESIDE)
    assert readme.html == "<pre>&lt;b&gt;\ufffd</pre>"


def test_bytes_that_are_no_text_do_not_stop_a_page() -> None:
    assert "\ufffd" in render_readme("README.md", b"\xef\xbb\xbf# \xff\x00", BESIDE).html


def test_headings_of_one_name_are_told_apart() -> None:
    html = rendered("# Levels\n# Levels\n## `Levels`\n##### Levels")
    assert '<h2 id="readme-levels">' in html
    assert '<h2 id="readme-levels-1">' in html
    assert '<h3 id="readme-levels-2">' in html
    assert "<h5>" in html


def test_tasks_that_are_done_look_otherwise() -> None:
    html = rendered("- [ ] measure\n- [x] write\n- plain [x] text")
    assert "\u2610 measure" in html
    assert "\u2611 write" in html
    assert "plain [x] text" in html


@pytest.mark.parametrize("line", ["# a\n", "- [ ] a\n", "<div>", "[", "![", "> ", "|a|b|\n|-|-|\n"])
def test_no_readme_takes_for_ever(line: str) -> None:
    text = (line * LARGEST_BYTES)[:LARGEST_BYTES]
    with costing(8):
        rendered(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$E = mc^2$", "<msup><mi>c</mi><mn>2</mn></msup>"),
        ("| a |\n|---|\n| $x$ |", "<td><math"),
        ("$$\\sum_{i=0}^n i$$", '<math display="block">'),
    ],
)
def test_formulas_are_shown(text: str, expected: str) -> None:
    assert expected in rendered(text)


def test_prices_are_no_formulas() -> None:
    assert "<math" not in rendered("From $5 to $10.")
    assert "<math" not in rendered("Code stays code: `$x$`.")


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{",
        "{" * 1500,
        r"\text{<img src=x onerror=alert(1)>}",
        r"\href{javascript:alert(1)}{x}",
        "</math><script>alert(1)</script>",
        r"\frac{1}" * 150,
        "x" * 5000,
    ],
)
def test_a_hostile_formula_stays_text(latex: str) -> None:
    html = rendered(f"before ${latex}$ after")
    assert "before" in html
    assert "after" in html
    for bad in ("<script", "<img", 'href="javascript', "onerror="):
        assert bad not in html
