"""Headers that are kept with an object: what may come in, and what no browser may run."""

import pytest

from services.storage.s3.errors import S3Error
from services.storage.views.headers import is_inert, metadata_of


@pytest.mark.parametrize("kind", ["image/png", "IMAGE/TIFF", "video/mp4", "application/pdf"])
def test_what_no_browser_runs(kind: str) -> None:
    assert is_inert(kind)


@pytest.mark.parametrize(
    "kind",
    [
        "text/html",
        "image/svg+xml",
        "image/png, text/html",
        "image/png,text/html",
        "application/pdf, application/xhtml+xml",
        "",
    ],
)
def test_what_a_browser_might_run(kind: str) -> None:
    assert not is_inert(kind)


@pytest.mark.parametrize("name", ["", "a b", "a:b", "é", "a\r\nset-cookie", "a\x00", "a\x7f", "A"])
def test_names_that_no_header_can_have(name: str) -> None:
    with pytest.raises(S3Error) as caught:
        metadata_of({f"x-amz-meta-{name}": "v"})
    assert (caught.value.code, caught.value.status) == ("InvalidArgument", 400)


def test_values_that_no_header_can_have() -> None:
    for value in ("a\r\nset-cookie: b", "a\x00", "\x7f"):
        with pytest.raises(S3Error) as caught:
            metadata_of({"x-amz-meta-a": value})
        assert caught.value.code == "InvalidArgument"
