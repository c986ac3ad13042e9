"""Items written through the STAC API: objects of their repository, for who may write there."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import orjson
import pytest

from tests.edge import Edge, Person, bearer, registered, token_of
from tests.objects import point_csv
from tests.stac_schemas import complaints
from tests.visitor import Visitor
from tests.waiting import until
from tests.written_stac import item, listed

GEOJSON = {"content-type": "application/geo+json"}


@pytest.fixture(scope="module")
def writer(edge: Edge) -> Iterator[Person]:
    """Somebody with an open repository and a restricted one."""
    with registered(edge, "items-writer") as person:
        person.new_repository("open-items")
        person.new_repository("shut-items", visibility="restricted")
        yield person


@pytest.fixture(scope="module")
def stac(edge: Edge, writer: Person) -> Iterator[httpx.Client]:
    """The STAC API, as a program of theirs asks it."""
    headers = bearer(writer.new_key())
    with httpx.Client(base_url=f"{edge.web}/stac/collections", headers=headers) as client:
        yield client


OPEN, SHUT = "/items-writer--open-items/items", "/items-writer--shut-items/items"


def created(stac: httpx.Client, own_id: str, **changes: Any) -> httpx.Response:
    answer = stac.post(OPEN, json=item(own_id, **changes))
    assert answer.status_code == 201, answer.text
    return answer


def blamed(answer: httpx.Response) -> list[str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return [one["field"] for one in answer.json()["errors"]]


def test_an_item_is_told_and_is_an_object(edge: Edge, writer: Person, stac: httpx.Client) -> None:
    answer = created(stac, "first")
    told = answer.json()
    assert told["properties"]["coop:id"] == "first"
    assert complaints(told) == []
    again = stac.get(answer.headers["location"])
    assert again.json() == told
    assert again.headers["etag"] == answer.headers["etag"]
    assert stac.get(f"{OPEN}/first").json() == told
    s3 = writer.s3(edge)
    body = s3.get_object(Bucket="items-writer", Key="open-items/items/first.json")["Body"].read()
    assert orjson.loads(body) == item("first")


def test_an_item_takes_the_place_of_one_made_from_a_file(
    edge: Edge, writer: Person, stac: httpx.Client
) -> None:
    writer.s3(edge).put_object(
        Bucket="items-writer", Key="open-items/points.csv", Body=point_csv((47, 7))
    )

    def automatic() -> list[dict[str, Any]]:
        found = stac.get(OPEN).json()["features"]
        return [one for one in found if one["properties"].get("title") == "points.csv"]

    until(lambda: len(automatic()) == 1)
    (made,) = automatic()
    for refused in (
        stac.put(f"{OPEN}/{made['id']}", json=made),
        stac.delete(f"{OPEN}/{made['id']}"),
    ):
        assert refused.status_code == 409
        assert "made from a file" in refused.json()["detail"]
    assert stac.post(OPEN, json=made | {"id": made["id"]}).status_code == 409
    created(stac, "speaks", assets=made["assets"])
    until(lambda: automatic() == [])
    assert stac.delete(f"{OPEN}/speaks").status_code == 200
    until(lambda: len(automatic()) == 1)


def test_what_is_there_is_no_second_time(stac: httpx.Client) -> None:
    created(stac, "twice")
    refused = stac.post(OPEN, json=item("twice"))
    assert refused.status_code == 409
    assert "twice" in refused.json()["detail"]
    assert stac.put(f"{OPEN}/never", json=item("never")).status_code == 404
    assert stac.patch(f"{OPEN}/never", json={}).status_code == 404
    assert stac.delete(f"{OPEN}/never").status_code == 404


def test_an_item_is_replaced_changed_and_deleted_as_it_was_seen(stac: httpx.Client) -> None:
    first = created(stac, "seen")
    address, tag = first.headers["location"], first.headers["etag"]
    told = first.json()
    told["properties"]["gsd"] = 20
    second = stac.put(address, json=told, headers={"if-match": tag})
    assert second.status_code == 200
    assert second.json()["properties"]["gsd"] == 20
    assert second.json()["id"] == told["id"]
    patch = {"properties": {"gsd": None, "title": "Changed"}}
    assert stac.patch(address, json=patch, headers={"if-match": tag}).status_code == 412
    assert stac.put(address, json=told, headers={"if-none-match": "*"}).status_code == 412
    third = stac.patch(address, json=patch, headers={"if-match": second.headers["etag"]})
    assert third.json()["properties"].keys() == {"datetime", "title", "coop:id"}
    assert stac.delete(address, headers={"if-match": tag}).status_code == 412
    gone = stac.delete(f"{OPEN}/seen", headers={"if-match": third.headers["etag"]})
    assert gone.status_code == 200
    assert stac.get(address).status_code == 404


def test_a_list_is_written_whole_or_not_at_all(stac: httpx.Client) -> None:
    items = [item(f"many-{number}") for number in range(10)]
    broken = [*items, item("bad", geometry={"type": "Point"})]
    refused = stac.post(OPEN, content=listed(*broken), headers=GEOJSON)
    assert refused.status_code == 400
    assert all(field.startswith("features/10/") for field in blamed(refused))
    assert stac.get(f"{OPEN}/many-0").status_code == 404
    answer = stac.post(OPEN, content=listed(*items), headers=GEOJSON)
    assert answer.status_code == 201
    assert "location" not in answer.headers
    links = answer.json()["links"]
    assert [stac.get(one["href"]).json()["properties"]["coop:id"] for one in links] == [
        one["id"] for one in items
    ]
    clash = stac.post(OPEN, content=listed(item("fresh"), item("many-3")), headers=GEOJSON)
    assert clash.status_code == 409
    assert stac.get(f"{OPEN}/fresh").status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": ""}, "id"),
        ({"id": "a\x00b"}, "id"),
        ({"id": "x" * 300}, "id"),
        ({"id": 7}, "id"),
        ({"id": None}, "id"),
        ({"type": "Collection"}, "type"),
        ({"collection": "noaa--globe-land-mask"}, "collection"),
        ({"stac_version": "9.9.9"}, "stac_version"),
        ({"geometry": None, "bbox": None, "assets": 7}, "document"),
        ({"properties": {}}, "properties"),
        ({"properties": {"datetime": "yesterday"}}, "properties/datetime"),
        ({"assets": {"a": {"href": "../../shut-items/a.csv"}}}, "assets/a/href"),
        ({"assets": {"a": {"href": "javascript:alert(1)"}}}, "assets/a/href"),
        ({"assets": {"a": {"href": "file:///etc/passwd"}}}, "assets/a/href"),
        ({"description": "x" * 70_000}, "document"),
    ],
)
def test_what_is_not_valid_is_told_by_its_place(
    stac: httpx.Client, changes: dict[str, Any], field: str
) -> None:
    refused = stac.post(OPEN, json=item("wrong", **changes))
    assert refused.status_code == 400
    assert field in blamed(refused)


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b"{", 400),
        (b'{"a": NaN}', 400),
        (b'{"id": "\\ud800"}', 400),
        (b'{"a":' * 1000 + b"1" + b"}" * 1000, 400),
        (b'{"a":' * 100_000, 400),
        (b'{"type": "FeatureCollection", "features": [1]}', 400),
        (listed(item("same"), item("same")), 400),
        (listed(*(item(str(number)) for number in range(201))), 413),
        (orjson.dumps(item("big", description="x" * 200_000)), 413),
        (orjson.dumps(item("huge", description="x" * 10_000_000)), 413),
    ],
)
def test_a_body_that_cannot_be_is_refused(stac: httpx.Client, content: bytes, status: int) -> None:
    refused = stac.post(OPEN, content=content, headers=GEOJSON)
    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("own_id", ["..", "a/b", "../../x", "=2E", "é ü", ".hidden", "a%2Fb"])
def test_any_visible_id_has_a_key_of_its_own(stac: httpx.Client, own_id: str) -> None:
    answer = created(stac, own_id)
    assert answer.json()["properties"]["coop:id"] == own_id
    (source,) = [one["href"] for one in answer.json()["links"] if one["rel"] == "via"]
    assert "/items-writer/open-items/items/" in source
    assert httpx.get(source).json()["id"] == own_id
    assert stac.delete(answer.headers["location"]).status_code == 200


def test_nobody_says_what_we_say(stac: httpx.Client) -> None:
    links = [
        {"rel": "self", "href": "https://evil.example/"},
        {"rel": "via", "href": "https://evil.example/"},
        {"rel": "license", "href": "https://example.org/license"},
    ]
    said = {"datetime": "2020-01-01T00:00:00Z", "coop:id": "other", "coop:format": "COG"}
    told = created(stac, "modest", links=links, properties=said).json()
    assert told["properties"] == {"datetime": "2020-01-01T00:00:00Z", "coop:id": "modest"}
    assert [one["href"] for one in told["links"] if "evil" in one["href"]] == []
    assert links[2] in told["links"]


Ask = Callable[[httpx.Client, str], httpx.Response]
ASKS: list[Ask] = [
    lambda client, base: client.post(base, json=item("theirs")),
    lambda client, base: client.post(base, content=listed(item("theirs")), headers=GEOJSON),
    lambda client, base: client.put(f"{base}/kept", json=item("kept")),
    lambda client, base: client.patch(f"{base}/kept", json={"properties": {"gsd": 1}}),
    lambda client, base: client.delete(f"{base}/kept"),
]


def test_others_may_not_and_see_nothing_hidden(
    edge: Edge, stac: httpx.Client, eve: Person, visitor: Visitor
) -> None:
    for base in (OPEN, SHUT):
        assert stac.post(base, json=item("kept")).status_code == 201
    root = f"{edge.web}/stac/collections"
    with httpx.Client(headers=bearer(eve.new_key())) as client:
        for ask in ASKS:
            assert ask(client, root + OPEN).status_code == 403
            assert ask(client, root + SHUT).status_code == 404
            assert ask(client, f"{root}/items-writer--none/items").status_code == 404
            for base in (OPEN, SHUT):
                assert ask(visitor.client, root + base).status_code == 401
    assert stac.get(f"{SHUT}/kept").json()["properties"]["gsd"] == 10


def test_a_session_writes_from_our_pages_only(writer: Person) -> None:
    address = f"/stac/collections{OPEN}"
    refused = writer.client.post(address, json=item("session"))
    assert refused.status_code == 403
    assert "X-CSRF-Token" in refused.json()["detail"]
    token = token_of(writer.client.get("/-/new").text)
    sent = writer.client.post(address, json=item("session"), headers={"x-csrf-token": token})
    assert sent.status_code == 201


def test_one_of_a_list_is_changed_with_its_file(
    edge: Edge, writer: Person, stac: httpx.Client
) -> None:
    body = listed(item("in-list"), item("beside"))
    writer.s3(edge).put_object(Bucket="items-writer", Key="open-items/list.json", Body=body)

    def found() -> list[str]:
        features = stac.get(f"{OPEN}?limit=1000").json()["features"]
        return [one["id"] for one in features if one["properties"].get("coop:id") == "in-list"]

    until(lambda: len(found()) == 1)
    refused = stac.patch(f"{OPEN}/{found()[0]}", json={})
    assert refused.status_code == 409
    assert "list.json" in refused.json()["detail"]
