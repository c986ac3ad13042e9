"""A collection as one file of GeoParquet: found by its link, read whole and in ranges."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import httpx
import pytest

from tests.edge import Edge, Person, bearer, registered
from tests.mirrors import comparable, items_of
from tests.objects import point_csv
from tests.visitor import Visitor
from tests.waiting import until

PARQUET = "application/vnd.apache.parquet"
Document = dict[str, Any]


@pytest.fixture(scope="module")
def writer(edge: Edge) -> Iterator[Person]:
    """Somebody with a repository of three points, one of them over the antimeridian."""
    with registered(edge, "mirror-writer") as writer:
        writer.new_repository("points")
        s3 = writer.s3(edge)
        places = [((47, 7),), ((48, 8),), ((-20, 179), (-18, -179))]
        for number, place in enumerate(places):
            key = f"points/{number} é.csv"
            s3.put_object(Bucket=writer.account_id, Key=key, Body=point_csv(*place))
        yield writer


@pytest.fixture
def address(visitor: Visitor, writer: Person) -> str:
    """Where the file is, as the collection says, once all three are in it."""
    own = f"/stac/collections/{writer.account_id}--points"

    def told() -> str:
        assets = visitor.client.get(own).json().get("assets", {})
        href = str(assets["geoparquet-items"]["href"]) if assets else ""
        return href if href and len(items_of(visitor.client.get(href).content)) == 3 else ""

    return until(told, seconds=20)


def test_the_collection_names_it_wherever_it_is_told(
    visitor: Visitor, writer: Person, address: str
) -> None:
    name = f"{writer.account_id}--points"
    found = visitor.client.get("/stac/collections", params={"q": "points"}).json()["collections"]
    (listed,) = (one for one in found if one["id"] == name)
    for told in (listed, visitor.client.get(f"/stac/collections/{name}").json()):
        asset = told["assets"]["geoparquet-items"]
        assert (asset["href"], asset["type"]) == (address, PARQUET)
        assert asset["roles"] == ["collection-mirror"]


def test_it_holds_the_items_of_the_api(visitor: Visitor, writer: Person, address: str) -> None:
    own = f"/stac/collections/{writer.account_id}--points/items"
    told = visitor.client.get(own).json()["features"]
    answer = visitor.client.get(address)
    assert answer.headers["content-type"] == PARQUET
    assert "content-encoding" not in answer.headers
    # Links of this site are the edge's, and so are pictures of files.
    expected = [comparable(one) for one in told]
    for one in expected:
        one["links"] = []
    found = {one["id"]: comparable(one) for one in items_of(answer.content)}
    assert found == {one["id"]: one for one in expected}


def test_it_is_read_in_ranges(visitor: Visitor, address: str) -> None:
    whole = visitor.client.get(address).content
    size = len(whole)
    head = visitor.client.head(address)
    assert (head.status_code, head.headers["content-length"]) == (200, str(size))
    assert head.headers["accept-ranges"] == "bytes"
    edges = [0, 1, 1000, size - 1, size]
    for start, end in pairwise(edges):
        part = visitor.client.get(address, headers={"range": f"bytes={start}-{end - 1}"})
        assert (part.status_code, part.content) == (206, whole[start:end])
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
    for said, content in (("bytes=-8", whole[-8:]), (f"bytes={size - 3}-", whole[-3:])):
        assert visitor.client.get(address, headers={"range": said}).content == content
    for said in ("bytes=-", "lines=1-2", "bytes=0-1,4-5", "bytes=9-1"):
        assert visitor.client.get(address, headers={"range": said}).status_code == 200
    for said in (f"bytes={size}-", "bytes=-0"):
        beyond = visitor.client.get(address, headers={"range": said})
        assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")


def test_what_is_known_is_not_sent_again(visitor: Visitor, address: str) -> None:
    tag = visitor.client.head(address).headers["etag"]
    assert visitor.client.get(address, headers={"if-none-match": tag}).status_code == 304
    for known, status in ((tag, 206), ('"another"', 200)):
        headers = {"range": "bytes=0-3", "if-range": known}
        assert visitor.client.get(address, headers=headers).status_code == status


def test_what_is_restricted_is_nobody_elses(
    edge: Edge, visitor: Visitor, eve: Person, writer: Person, address: str
) -> None:
    key = bearer(writer.new_key())
    name = f"{edge.web}/api/v1/repositories/{writer.account_id}/points"
    whole = visitor.client.get(address).content
    assert httpx.patch(name, json={"visibility": "restricted"}, headers=key).is_success
    try:
        for stranger in (visitor.client, eve.client):
            until(lambda stranger=stranger: stranger.get(address).status_code == 404)
            assert stranger.head(address).status_code == 404
            part = stranger.get(address, headers={"range": "bytes=0-3"})
            assert part.status_code == 404
            assert part.json()["status"] == 404
        assert httpx.get(address, headers=key).content[:4] == whole[:4]
    finally:
        httpx.patch(name, json={"visibility": "public"}, headers=key).raise_for_status()


def test_there_is_none_of_what_has_no_items(visitor: Visitor, writer: Person) -> None:
    writer.new_repository("empty")
    own = f"/stac/collections/{writer.account_id}--empty"
    until(lambda: visitor.client.get(own).status_code == 200)
    assert "assets" not in visitor.client.get(own).json()
    for name in ("empty", "none"):
        missing = f"/stac/collections/{writer.account_id}--{name}/items.parquet"
        assert visitor.client.get(missing).status_code == 404
