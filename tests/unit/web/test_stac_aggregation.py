"""Items in figures: what is asked for is read strictly."""

from typing import Any

import pytest

from services.web.stac_api.aggregation import _asked
from services.web.stac_api.links import Links
from services.web.stac_api.views import CONFORMS_TO
from shared.errors import Invalid

COUNT = ["total_count"]
INTERVAL = "datetime_frequency_interval"
PRECISION = "centroid_geohash_grid_frequency_precision"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "aggregations"),
        ({"aggregations": []}, "aggregations"),
        ({"aggregations": ["none"]}, "aggregations"),
        ({"aggregations": [[]]}, "aggregations"),
        ({"aggregations": {"total_count": 1}}, "aggregations"),
        ({"aggregations": COUNT, INTERVAL: "week"}, INTERVAL),
        ({"aggregations": COUNT, INTERVAL: []}, INTERVAL),
        ({"aggregations": COUNT, PRECISION: 0}, PRECISION),
        ({"aggregations": COUNT, PRECISION: 7}, PRECISION),
        ({"aggregations": COUNT, PRECISION: True}, PRECISION),
        ({"aggregations": COUNT, PRECISION: "x"}, PRECISION),
        ({"aggregations": COUNT, PRECISION: 1.0}, PRECISION),
    ],
)
def test_what_cannot_be_meant(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        _asked(values)
    assert [one["field"] for one in refused.value.errors] == [field]


def test_what_is_asked_for() -> None:
    values = {"aggregations": COUNT * 2, INTERVAL: "day", PRECISION: "4"}
    assert _asked(values) == {"names": COUNT, "interval": "day", "precision": 4}
    assert _asked({"aggregations": "total_count"})["names"] == COUNT


def test_clients_find_it() -> None:
    assert "https://api.stacspec.org/v0.3.0/aggregation" in CONFORMS_TO
    links = Links("https://data.example")
    for found, own in (
        (links.landing(), links.root),
        (links.collection({"id": "a--b"}), f"{links.root}/collections/a--b"),
    ):
        told = [
            (one["rel"], one["href"], one.get("method")) for one in found if "aggr" in one["rel"]
        ]
        assert told == [
            ("aggregations", f"{own}/aggregations", None),
            ("aggregate", f"{own}/aggregate", "GET"),
            ("aggregate", f"{own}/aggregate", "POST"),
        ]
