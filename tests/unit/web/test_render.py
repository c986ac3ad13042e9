"""How things read: numbers, times, maps, snippets, static files, templates."""

import ast
import gzip
import re
import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from jinja2 import Environment

from services.web.render import display
from services.web.render.environment import TEMPLATES, create_environment
from services.web.render.footprint import HEIGHT, WIDTH, around, unrolled, world
from services.web.render.snippets import Target, for_object, for_repository
from services.web.render.statics import ROOT, STYLES, Statics, load_statics
from services.web.settings import ServiceSettings
from shared.contracts.accounts import Account

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DOOR = "http://127.0.0.1:9000"


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 KB"),
        (4096, "4.1 KB"),
        (176_593, "177 KB"),
        (999_499, "999 KB"),
        (999_600, "1.0 MB"),
        (58_900_000_000, "58.9 GB"),
        (412_000_000_000, "412 GB"),
        (5_000_000_000_000, "5.0 TB"),
        (10**18, "1,000 PB"),
    ],
)
def test_sizes(count: int, said: str) -> None:
    assert display.size(count) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "just now"),
        (44, "just now"),
        (50, "50 seconds ago"),
        (60, "1 minute ago"),
        (3599, "59 minutes ago"),
        (7200, "2 hours ago"),
        (86_400 * 2, "2 days ago"),
        (86_400 * 21, "3 weeks ago"),
        (86_400 * 60, "2 months ago"),
        (86_400 * 800, "2 years ago"),
    ],
)
def test_times(seconds: int, said: str) -> None:
    assert display.ago(NOW - timedelta(seconds=seconds), NOW) == said


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (timedelta(seconds=44), "just now"),
        (timedelta(days=30), f"{NOW + timedelta(days=30):%-d %b %Y}"),
    ],
)
def test_what_is_to_come_has_its_day(ahead: timedelta, said: str) -> None:
    assert display.ago(NOW + ahead, NOW) == said


def test_counts_agree_with_their_nouns() -> None:
    assert display.counted(1, "repository") == "1 repository"
    assert display.counted(1284, "repository") == "1,284 repositories"
    assert display.counted(0, "file") == "0 files"


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (None, None, ""),
        (1999, None, "1999"),
        (None, 2001, "2001"),
        (1958, 2001, "1958 to 2001"),
        (1999, 1999, "1999"),
    ],
)
def test_years(first: int | None, last: int | None, said: str) -> None:
    start, end = (year and datetime(year, 5, 1, tzinfo=UTC) for year in (first, last))
    assert display.years(start or None, end or None) == said


def test_what_cannot_be_seen_is_made_visible() -> None:
    assert display.shown("a\0b\r\nc\x7f") == "a␀b␍␊c␡"
    assert display.shown("cod\u202efit.exe") == "cod\ufffdfit.exe"
    assert display.shown("日本 e\u0301") == "日本 e\u0301"


def test_hashes_are_shortened_and_initials_taken() -> None:
    assert display.shortened("9f1c0aa7b6de27a1") == "9f1c…27a1"
    assert display.shortened("short") == "short"
    assert [display.initials(name) for name in ("noaa", "ada-lovelace", "x")] == ["NO", "AL", "X"]


def test_a_box_on_the_map() -> None:
    box = unrolled([-12, 35, 30, 60])
    assert (box.x, box.y, box.width, box.height) == (168, 30, 42, 25)


def test_a_box_across_the_antimeridian_is_in_one_piece() -> None:
    box = unrolled([177, -20, -178, -15])
    assert (box.x, box.width) == (357, 5)


def test_a_box_with_heights_is_the_box_without() -> None:
    assert unrolled([-12, 35, 0, 30, 60, 9]) == unrolled([-12, 35, 30, 60])


def test_the_world_shows_both_parts_and_even_a_point() -> None:
    drawn = world([[177, -20, -178, -15], [-155.6, 19.5, -155.6, 19.5]])
    assert len(drawn.boxes) == 3
    assert all(box.width >= 3 and box.height >= 3 for box in drawn.boxes)


def test_the_antarctic_is_shown_where_there_is_something() -> None:
    assert world([[0, -80, 10, -70]]).view.height > world([]).view.height


@pytest.mark.parametrize(
    "bbox",
    [
        [-12, 35, 30, 60],
        [177, -20, -178, -15],
        [-180, -90, 180, 84],
        [10, 80, 11, 89.9],
        [5, -89, 6, -88],
        [0, 0, 0, 0],
        [-179, 0, -178, 1],
    ],
)
def test_the_land_about_a_box_covers_the_box(bbox: list[float]) -> None:
    drawn = around(bbox)
    view, box = drawn.view, drawn.boxes[0]
    assert view.y >= 0
    assert view.y + view.height <= HEIGHT + 1e-9
    assert view.x <= box.x + 1e-9
    assert view.x + view.width + 1e-9 >= min(box.x + box.width, WIDTH)
    if view.x < 0:
        assert -360.0 in drawn.repeats
    if view.x + view.width > WIDTH:
        assert 360.0 in drawn.repeats


def target(
    format_name: str, key: str = "a b/$(rm -rf ~)'\".tif", *, is_open: bool = True
) -> Target:
    url = f"{DOOR}/noaa/mask/encoded.tif"
    return Target(url, DOOR, "noaa", "mask", key, format_name, is_open, f"{DOOR}/stac")


@pytest.mark.parametrize(
    "format_name", ["COG", "GeoTIFF", "GeoParquet", "Parquet", "CSV", "GeoJSON", "PDF", ""]
)
def test_every_format_has_snippets_with_the_real_address(format_name: str) -> None:
    snippets = for_object(target(format_name))
    assert len({one.slug for one in snippets}) == len(snippets)
    assert all(DOOR in one.code for one in snippets)


def test_what_is_pasted_into_a_shell_is_quoted_for_a_shell() -> None:
    code = next(one.code for one in for_object(target("PDF")) if one.slug == "aws")
    words = shlex.split(code.replace("\\\n", " "))
    assert words[3] == "s3://noaa/mask/a b/$(rm -rf ~)'\".tif"
    assert words[-1] == "--no-sign-request"


def test_what_is_pasted_into_python_is_python() -> None:
    for format_name in ("COG", "GeoJSON", "Parquet", "CSV", "PDF"):
        for one in for_object(target(format_name)):
            if one.slug == "python":
                ast.parse(one.code)
    code = next(one.code for one in for_object(target("", is_open=False)) if one.slug == "python")
    call = ast.parse(code).body[-1]
    assert isinstance(call, ast.Expr)
    assert isinstance(call.value, ast.Call)
    key = call.value.args[1]
    assert isinstance(key, ast.Constant)
    assert key.value == "mask/a b/$(rm -rf ~)'\".tif"


def test_a_restricted_file_is_opened_with_a_key() -> None:
    for one in for_object(target("COG", is_open=False)):
        assert "no-sign-request" not in one.code
    assert [one.slug for one in for_repository(target("", "", is_open=False))] == ["aws"]


def test_a_repository_has_its_collection_in_the_lines() -> None:
    assert "noaa--mask" in for_repository(target("", ""))[0].code


@pytest.fixture(scope="module")
def statics() -> Statics:
    return load_statics()


def test_the_styles_are_one_file(statics: Statics) -> None:
    body = statics.files["style.css"].body
    assert body.index(b"--accent-solid") < body.index(b".panel") < body.index(b"@media print")
    assert gzip.decompress(statics.files["style.css"].gzipped) == body


def test_every_style_sheet_is_in_it() -> None:
    assert {path.stem for path in (ROOT / "styles").glob("*.css")} == set(STYLES)


def test_the_address_follows_the_content(statics: Statics, tmp_path: Path) -> None:
    assert statics.address("style.css") == f"/static/{statics.release}/style.css"
    (tmp_path / "styles").mkdir()
    for name in STYLES:
        (tmp_path / "styles" / f"{name}.css").write_text("")
    before = load_statics(tmp_path).release
    (tmp_path / "styles" / "base.css").write_text("a{}")
    assert load_statics(tmp_path).release != before


def test_nothing_a_style_or_a_module_names_is_missing(statics: Statics) -> None:
    for found in re.findall(rb'url\("([^"]+)"\)', statics.files["style.css"].body):
        assert found.decode() in statics.files
    main = statics.files["js/main.js"].body.decode()
    for name in re.findall(r'": "(\w+)"', main):
        assert f"js/{name}.js" in statics.files


def test_every_icon_a_template_names_is_in_the_sprite(statics: Statics) -> None:
    sprite = statics.files["images/icons.svg"].body.decode()
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    text = "".join(path.read_text() for path in TEMPLATES.rglob("*.html"))
    named = set(re.findall(r'icon\("([^"]+)"\)', text))
    marks = (TEMPLATES / "components/display/marks.html").read_text()
    named |= set(re.findall(r'": "([a-z0-9-]+)"[,}]', marks.partition("{% macro")[0]))
    assert named <= known
    unused = known - named - {"check", "copy", "triangle-alert", "circle-alert", "info"}
    unused -= set(re.findall(r'"([a-z0-9-]+)"', text))
    assert not unused


def test_a_page_needs_little(statics: Statics) -> None:
    """60 KB compressed without fonts, all that a page can ask for counted, 20 KB left for HTML."""
    total = sum(
        len(file.gzipped)
        for path, file in statics.files.items()
        if not path.endswith((".woff2", ".txt"))
    )
    assert total < 40 * 1024


@pytest.fixture(scope="module")
def environment(statics: Statics) -> Environment:
    settings = ServiceSettings.model_validate(
        {
            "storage": {"public_url": DOOR},
            "accounts": {"deletion_days": 0.5, "name_rest_days": 1},
            "repositories": {"name_rest_days": 12, "undelete_days": 3},
        }
    )
    return create_environment(statics, settings)


def test_every_template_compiles(environment: Environment) -> None:
    compiled = [environment.get_template(name) for name in environment.list_templates()]
    assert len(compiled) > 30


# What a browser reads and does not run (HTML §4.12.1, data blocks).
DATA = '<script type="application/ld+json">'


def test_no_template_has_script_or_style_inline() -> None:
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"\sstyle\s*=|<style|\son\w+\s*=|javascript:", text), path
        for script in re.findall(r"<script[^>]*>", text):
            assert "src=" in script or script == DATA, path


def test_every_form_that_writes_has_a_token() -> None:
    for path in TEMPLATES.rglob("*.html"):
        for form in re.findall(r'<form[^>]*method="post".*?</form>', path.read_text(), re.DOTALL):
            is_for_the_data_door = "multipart/form-data" in form
            assert is_for_the_data_door or "csrf_field(csrf)" in form, path


def test_text_is_escaped(environment: Environment) -> None:
    template = environment.from_string("{{ name }}")
    assert template.render(name="<script>") == "&lt;script&gt;"


def test_how_long_things_last_is_told_as_it_is_set(environment: Environment) -> None:
    template = environment.from_string(
        "{% from 'components/features/repository_fates.html' import renaming, removal %}"
        "{{ renaming(repository, none, csrf) }}{{ removal(repository, none, csrf) }}"
        "{{ account_terms.deletion_days|days }}, {{ account_terms.name_rest_days|days }}"
    )
    names = {"account_id": "noaa", "repository_id": "levels", "full_name": "noaa/levels"}
    said = template.render(repository=SimpleNamespace(**names, version=1), csrf=lambda: "token")
    assert "Nobody else can take that name for 12 days." in said
    assert "Its owners can have it back for 3 days;" in said
    assert said.endswith("0.5 days, 1 day")


TOKENS = (ROOT / "styles" / "tokens.css").read_text()
PAIRS = [
    (text, ground)
    for text in ("text", "text-soft", "text-faint", "accent", "bad", "warn")
    for ground in ("page", "raised", "sunken")
] + [
    ("on-accent", "accent-solid"),
    ("on-accent", "accent-solid-hover"),
    ("accent", "accent-wash"),
    ("text", "accent-wash"),
    ("text-soft", "accent-wash"),
    ("warn", "warn-wash"),
    ("text", "warn-wash"),
    ("bad", "bad-wash"),
    ("text", "bad-wash"),
    ("text-soft", "hover"),
    ("text", "hover"),
]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_can_be_read(text: str, ground: str, theme: int) -> None:
    """WCAG 2.2 §1.4.3: a contrast of at least 4.5:1."""
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", TOKENS.split("@media")[theme]))
    light, dark = sorted((luminance(colours[text]), luminance(colours[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_an_account_has_its_picture_or_else_its_initials(environment: Environment) -> None:
    ada = Account(
        account_uid="01A", account_id="ada", kind="individual", name="Ada", created_at=NOW
    )
    avatar = environment.get_template("components/display/marks.html").module.avatar  # type: ignore[attr-defined]
    assert ">AD</span>" in avatar(ada)
    shown = avatar(ada.model_copy(update={"avatar": "01F"}), large=True)
    assert f'src="{DOOR}/-/avatars/01A/01F.webp" alt=""' in shown
