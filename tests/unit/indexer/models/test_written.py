"""An item that is told without being read is what reading it tells, whatever stands in it."""

from random import Random
from typing import Any

import orjson

from services.indexer.models.written import Outline, Written, written
from services.indexer.stac.items import located
from services.web.stac_api.links import Links, linked
from services.web.stac_api.texts import page_text
from services.web.stac_api.thumbnails import with_thumbnail
from shared.contracts.indexer import Feature, FeaturePage

SITE, DATA_URL, NAMES = "https://coop.example", "https://data.example", ("noaa", "land-mask")
COLLECTION = "--".join(NAMES)
# What could be taken for a mark, or for the place where something is put in.
HARD = (
    '": "',
    '{"href": "x',
    '": "./',
    '","links":[',
    '"assets":{}}',
    "\\",
    '\\"',
    "\n",
    "ü\u2028",
)
HREFS = ("a/b.tif", "./", "./zarr.json#x", "a%20b?c=1", "http://x.org/a", "s3://b/c", "data.csv")


def some(chance: Random) -> str:
    """A text that is hard to handle."""
    return "".join(chance.choices(HARD, k=chance.randint(0, 3)))


def item_of(chance: Random) -> dict[str, Any]:
    """An item of many that there may be."""
    names = ["data", *(f"{number}{some(chance)}" for number in range(chance.randint(0, 3)))]
    assets = {
        name: {"title": some(chance), "href": chance.choice(HREFS), "links": [{"href": "x"}]}
        for name in names[chance.randint(0, 1) :]
    }
    assets |= {"thumbnail": {"href": "t.png"}} if chance.random() < 0.2 else {}
    links = [
        {"rel": some(chance), "href": chance.choice(HREFS)} for _ in range(chance.randint(0, 2))
    ]
    box = [0.5, 1, 2.25, 3]
    ring = [[0.5, 1], [2.25, 1], [2.25, 3], [0.5, 3], [0.5, 1]]
    return {
        "type": "Feature",
        "id": "item-1",
        "geometry": chance.choice([None, {"type": "Polygon", "coordinates": [ring]}]),
        "bbox": box,
        "properties": {
            "datetime": "1999-06-30T00:00:00Z",
            "title": some(chance),
            "links": [some(chance)],
            **chance.choice([{}, {"coop:format": "COG"}, {"coop:format": "CSV"}]),
        },
        "assets": assets,
        "collection": "as--it-was",
        **({"links": links} if chance.random() < 0.8 else {}),
    }


def told(one: Written) -> dict[str, Any]:
    """As the edge tells it, handed on as texts."""
    base = f"{DATA_URL}/{'/'.join(NAMES)}/"
    feature = Feature(COLLECTION, "item-1", one.outline.format, one.outline.key)
    lines = [text.encode() for text in one.told(base)]
    page = FeaturePage(features=[feature, feature]).carrying(b"\n".join(lines * 2))
    whole = orjson.loads(page_text(Links(SITE), page, [{"rel": "next"}]))
    assert (whole["numberReturned"], whole["links"]) == (2, [{"rel": "next"}])
    first, second = whole["features"]
    assert first == second
    return dict(first)


def test_what_is_handed_on_is_what_would_be_read_and_written() -> None:
    for seed in range(300):
        must_be_alike(item_of(Random(seed)))


def must_be_alike(item: dict[str, Any]) -> None:
    """What comes of the text, and of the item."""
    kept = written(item)
    assert kept.read() == {"links": []} | {
        name: item[name] for name in item if name != "collection"
    }
    read = located(kept.read(), *NAMES, DATA_URL)
    assert told(kept) == linked(with_thumbnail(SITE, read), Links(SITE).item(COLLECTION, item))


def test_a_page_of_nothing() -> None:
    whole = orjson.loads(page_text(Links(SITE), FeaturePage(features=[]), []))
    assert whole == {
        "type": "FeatureCollection", "features": [], "numberReturned": 0, "links": []
    }  # fmt: skip


def test_an_outline_is_the_same_after_it_was_kept() -> None:
    kept = written(item_of(Random(1)) | {"geometry": None}).outline
    assert Outline(*orjson.loads(orjson.dumps(list(kept)))) == kept
    assert kept.rectangle is None
