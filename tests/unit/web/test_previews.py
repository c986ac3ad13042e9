"""What a file shows of itself, on a page: a stranger wrote it, and nothing of it runs."""

from services.web.render.environment import create_environment
from services.web.render.markdown import Beside
from services.web.render.previews import Preview, render_preview
from services.web.render.statics import load_statics
from services.web.settings import ServiceSettings
from shared.contracts.indexer import FilePreview, PreviewPart
from tests.pages import Page

BESIDE = Beside("noaa", "mask", "", "https://s3.data.example")
BAD = "<script>alert(1)</script>"


def panel(preview: Preview) -> Page:
    """As it stands on a page."""
    environment = create_environment(load_statics(), ServiceSettings())
    template = environment.get_template("components/features/preview.html")
    return Page(template.module.preview_panel(preview))


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
    page = panel(Preview(reason="More than 16 MB would have to be read."))
    assert page.text == "Preview There is no preview. More than 16 MB would have to be read."
