"""Items in figures, as a client asks for them."""

from collections import Counter
from typing import Any

import pytest

from tests.door import plain

MASK = "noaa--globe-land-mask"
FIJI = [177, -18, -179, -17]


@pytest.fixture
def root(ready: dict[str, Any]) -> str:
    return f"{ready['web']}/stac"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_figures_are_those_of_what_a_search_finds(root: str, method: str) -> None:
    names = "total_count,collection_frequency,datetime_frequency,centroid_geohash_grid_frequency"
    search = plain.post(f"{root}/search", json={"bbox": FIJI, "limit": 1000})
    there = [one["collection"] for one in search.raise_for_status().json()["features"]]
    if method == "GET":
        query = {"aggregations": names, "bbox": ",".join(map(str, FIJI))}
        answer = plain.get(f"{root}/aggregate", params=query)
    else:
        body = {"aggregations": names.split(","), "bbox": FIJI}
        answer = plain.post(f"{root}/aggregate", json=body)
    told = {one["name"]: one for one in answer.raise_for_status().json()["aggregations"]}
    assert list(told) == names.split(",")
    assert told["total_count"]["value"] == len(there)
    buckets = told["collection_frequency"]["buckets"]
    assert {one["key"]: one["frequency"] for one in buckets} == Counter(there)
    for name in names.split(",")[2:]:
        spread = sum(one["frequency"] for one in told[name]["buckets"]) + told[name]["overflow"]
        assert spread == len(there)


def test_figures_are_offered_where_they_can_be_had(root: str) -> None:
    of_one = f"{root}/collections/{MASK}"
    for above in (root, of_one):
        offered = plain.get(f"{above}/aggregations").raise_for_status().json()["aggregations"]
        names = ",".join(one["name"] for one in offered)
        answer = plain.get(f"{above}/aggregate", params={"aggregations": names})
        told = answer.raise_for_status().json()["aggregations"]
        assert [one["name"] for one in told] == names.split(",")
    count = plain.get(f"{of_one}/aggregate", params={"aggregations": "total_count"}).json()
    items = plain.get(f"{of_one}/items").json()["numberMatched"]
    assert count["aggregations"][0]["value"] == items
    assert plain.get(f"{of_one}/aggregate", params={"aggregations": "no"}).status_code == 400
    assert plain.get(f"{root}/collections/none--none/aggregations").status_code == 404
