"""What a file shows of itself, on a page: a stranger wrote it, and nothing of it runs."""

from base64 import b64encode
from types import SimpleNamespace

import pytest

from services.web.render.environment import create_environment
from services.web.render.markdown import Beside
from services.web.render.previews import Preview, render_preview
from services.web.render.statics import load_statics
from services.web.settings import ServiceSettings
from services.web.stac_api.thumbnails import with_thumbnail
from shared.contracts.indexer import FilePreview, PreviewPart
from tests.pages import Page

BESIDE = Beside("noaa", "mask", "", "https://s3.data.example")
BAD = "<script>alert(1)</script>"


def panel(preview: Preview) -> Page:
    """As it stands on a page."""
    environment = create_environment(load_statics(), ServiceSettings())
    template = environment.get_template("components/features/preview.html")
    file = SimpleNamespace(account_id="noaa", repository_id="mask", key="a&b.tif")
    return Page(str(template.module.preview_panel(preview, file)))


def test_nothing_of_a_stranger_s_runs() -> None:
    table = PreviewPart(kind="table", title=BAD, columns=[BAD], rows=[[BAD]], note="1 row")
    parts = [table, PreviewPart(kind="text", text=BAD), PreviewPart(kind="markdown", text=BAD)]
    page = panel(render_preview(FilePreview(parts=parts), BESIDE))
    assert page.scripts == []
    assert page.text.count(BAD) == 4
    assert "1 row" in page.text


def test_prose_of_a_notebook_is_prose() -> None:
    part = PreviewPart(kind="markdown", text="# Ice\n\n```\n<b>\n```")
    page = panel(render_preview(FilePreview(parts=[part]), BESIDE))
    assert page.headings == []
    assert '<h2 id="readme-ice">Ice</h2>' in page.html
    assert "&lt;b&gt;" in page.html


def test_where_there_is_nothing_the_reason_stands() -> None:
    reason = "More than 16 MB would have to be read."
    page = panel(render_preview(FilePreview(reason=reason), BESIDE))
    assert page.text == "Preview There is no preview. More than 16 MB would have to be read."


def test_a_picture_is_one_of_ours_and_told_in_words() -> None:
    webp = b64encode(b"RIFF\0\0\0\0WEBP").decode()
    part = PreviewPart(kind="picture", data=webp, width=480, height=200)
    shown = render_preview(FilePreview(parts=[part]), BESIDE)
    assert shown.picture == b"RIFF\0\0\0\0WEBP"
    page = panel(shown)
    assert 'src="/-/noaa/mask/thumbnail?key=a%26b.tif" width="480" height="200"' in page.html
    assert 'alt="A small picture of a&amp;b.tif"' in page.html


@pytest.mark.parametrize("data", ["", "%%%", b64encode(b"<svg onload=alert(1)>").decode()])
def test_what_is_no_picture_is_not_served_as_one(data: str) -> None:
    part = PreviewPart(kind="picture", data=data)
    assert render_preview(FilePreview(parts=[part]), BESIDE).picture == b""


def test_an_item_leads_to_its_picture() -> None:
    item = {
        "collection": "noaa--mask",
        "properties": {"coop:format": "COG", "title": "Ice"},
        "assets": {"data": {"href": "https://s3.data.example/noaa/mask/a%20b/c.tif"}},
    }
    told = with_thumbnail("https://coop.example", item)
    assert told["assets"]["thumbnail"]["href"] == (
        "https://coop.example/-/noaa/mask/thumbnail?key=a+b%2Fc.tif"
    )
    assert list(told["assets"]) == ["data", "thumbnail"]
    elsewhere = {**item, "assets": {"visual": {"href": "https://x.example/noaa/mask/a.tif"}}}
    assert with_thumbnail("https://coop.example", elsewhere) == elsewhere
    own = {**item, "assets": {"thumbnail": {"href": "own"}}}
    assert with_thumbnail("https://coop.example", own) == own
    table = {**item, "properties": {"coop:format": "GeoParquet", "title": "a"}}
    assert with_thumbnail("https://coop.example", table) == table
