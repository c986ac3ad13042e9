"""Where references of uploaded documents lead: into their repository, away, or nowhere."""

import pytest

from services.indexer.models.hrefs import is_relative
from services.indexer.stac.references import Reference, reference

KEY = "stac/items/one.json"


@pytest.mark.parametrize(
    ("href", "key"),
    [
        ("b.tif", "stac/items/b.tif"),
        ("./b.tif", "stac/items/b.tif"),
        ("../../data/b%20c.tif", "data/b c.tif"),
        ("../../data/b c.tif", "data/b c.tif"),
        ("x/../b.tif", "stac/items/b.tif"),
        ("store.zarr/", "stac/items/store.zarr"),
        ("a%3Ab.tif", "stac/items/a:b.tif"),
    ],
)
def test_into_the_repository(href: str, key: str) -> None:
    found = reference(href, KEY)
    assert found.key == key
    assert is_relative(found.href)
    assert reference(found.href, "x").key == key


def test_what_stands_behind_a_path_is_kept() -> None:
    assert reference("b.zarr#/group", KEY).href == "stac/items/b.zarr#/group"
    assert reference("../..", KEY) == Reference("./", "")


@pytest.mark.parametrize("href", ["https://x.org/a.tif", "s3://bucket/a.tif"])
def test_away(href: str) -> None:
    found = reference(href, KEY)
    assert found == Reference(href)
    assert not is_relative(href)


@pytest.mark.parametrize(
    ("href", "reason"),
    [
        ("../../../b.tif", "leads out of the repository"),
        ("%2e%2e/%2e%2e/%2e%2e/b.tif", "leads out of the repository"),
        ("/b.tif", "leads out of the repository"),
        ("//x.org/b.tif", "leads out of the repository"),
        ("javascript:alert(1)", "begins with javascript:"),
        ("data:text/html,x", "begins with data:"),
        ("file:///etc/passwd", "begins with file:"),
        ("https:", "begins with https:"),
        ("#a", "names nothing"),
        ("", "names nothing"),
        ("a%00b", "is no key"),
        ("x" * 1100, "is no key"),
        ("https://[x/", "Invalid IPv6"),
    ],
)
def test_nowhere(href: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        reference(href, KEY)
