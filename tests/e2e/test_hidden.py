"""A restricted repository: for strangers it does not exist, on any route, list, feed or error."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3  # type: ignore[import-untyped]
import httpx
import pytest

from tests.door import plain
from tests.formats import picture
from tests.stac_schemas import complaints
from tests.visitor import Visitor, register, sign_in
from tests.waiting import until

Ready = dict[str, Any]
NAME, NEVER = "sealed-survey", "never-was-one"
TITLE = "Wetland nests, exact places"
CSV = b"lat,lon,nests\n47.56,7.58,4\n"
Ask = Callable[[httpx.Client, str], httpx.Response]


def paths(name: str) -> list[str]:
    """Every address of the web about the repository `noaa/<name>`."""
    api, stac = f"/api/v1/repositories/noaa/{name}", f"/stac/collections/noaa--{name}"
    return [
        f"/noaa/{name}",
        f"/noaa/{name}/",
        f"/noaa/{name}/2026/",
        f"/noaa/{name}/2026/nests.csv",
        f"/noaa/{name}?key=2026/nests.csv",
        f"/noaa/{name}?prefix=2026/",
        f"/noaa/{name}/none",
        f"/-/noaa/{name}/blocks",
        f"/-/noaa/{name}/download?key=2026/nests.csv",
        f"/-/noaa/{name}/thumbnail?key=2026/nests.png",
        f"/-/events?repository=noaa/{name}",
        api,
        f"{api}/summary",
        f"{api}/directory",
        f"{api}/directory?prefix=2026/",
        f"{api}/object?key=2026/nests.csv",
        f"{api}/object/url?key=2026/nests.csv",
        stac,
        f"{stac}/items",
        f"{stac}/items?bbox=-180,-90,180,90",
        f"{stac}/items/2026-nests-csv-00000000",
    ]


def closed_paths(name: str) -> list[str]:
    """Those that ask a stranger to sign in, whatever is there."""
    return [f"/-/noaa/{name}/{page}" for page in ("settings", "upload")]


@pytest.fixture(scope="module")
def hidden(platform: Any) -> Iterator[dict[str, Any]]:
    """The repository, made by API and filled by S3; what is known of its one file."""
    ready = platform.ready
    (demo,) = ready["accounts"]
    bearer = f"Bearer {demo['access_key_id']}.{demo['secret_access_key']}"
    with httpx.Client(base_url=ready["web"], headers={"authorization": bearer}) as client:
        wanted = {"account_id": "noaa", "repository_id": NAME, "title": TITLE}
        made = client.post("/api/v1/repositories", json=wanted | {"visibility": "restricted"})
        assert made.status_code == 201, made.text
        s3 = boto3.client(
            "s3",
            endpoint_url=ready["s3"],
            region_name="us-east-1",
            aws_access_key_id=demo["access_key_id"],
            aws_secret_access_key=demo["secret_access_key"],
        )
        key = f"{NAME}/2026/nests.csv"
        s3.put_object(Bucket="noaa", Key=key, Body=CSV, ContentType="text/csv")
        s3.put_object(Bucket="noaa", Key=f"{NAME}/2026/nests.png", Body=picture("PNG"))
        s3.close()
        api = f"/api/v1/repositories/noaa/{NAME}/object?key=2026/nests.csv"
        until(lambda: client.get(api).is_success and client.get(api).json()["item_id"])
        yield client.get(api).json()


def test_its_picture_is_for_its_people_alone(ready: Ready, hidden: dict[str, Any]) -> None:
    (demo,) = ready["accounts"]
    headers = {"authorization": f"Bearer {demo['access_key_id']}.{demo['secret_access_key']}"}
    address = f"{ready['web']}/-/noaa/{hidden['repository_id']}/thumbnail?key=2026/nests.png"
    answer = until(lambda: (got := plain.get(address, headers=headers)).is_success and got)
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    again = {**headers, "if-none-match": answer.headers["etag"]}
    assert plain.get(address, headers=again).status_code == 304
    assert plain.get(address).status_code == 404
    assert plain.get(address, headers={"if-none-match": answer.headers["etag"]}).status_code == 404


def test_a_picture_of_what_everybody_may_see_may_stand_on_pages_of_others(ready: Ready) -> None:
    address = f"{ready['web']}/-/noaa/globe-land-mask/thumbnail?key=fiji.tif"
    answer = until(lambda: (got := plain.get(address)).is_success and got)
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    known = {"if-none-match": answer.headers["etag"]}
    assert (
        plain.get(address, headers=known).headers["cross-origin-resource-policy"] == "cross-origin"
    )


@pytest.fixture
def stranger(visitor: Visitor) -> Visitor:
    """Registered, with an account, and no member of anything."""
    try:
        register(visitor, "stranger@example.org", "four quiet words more", "Stan")
        visitor.send(visitor.page.form("/-/welcome"), account_id="stan-stranger", name="Stan")
    except (AssertionError, ValueError):
        visitor.client.cookies.clear()
        sign_in(visitor, "stranger@example.org", "four quiet words more")
    assert "stan-stranger" in visitor.page.text
    return visitor


def told(answer: httpx.Response, name: str) -> tuple[int, str]:
    """What an answer tells, with what differs anyway taken out."""
    lines = [line for line in answer.text.splitlines() if "csrf" not in line]
    return answer.status_code, "\n".join(lines).replace(name, "NAME")


@pytest.mark.parametrize("who", ["anonymous", "stranger"])
@pytest.mark.usefixtures("hidden")
def test_it_is_as_if_it_never_was(
    visitor: Visitor, request: pytest.FixtureRequest, who: str
) -> None:
    if who == "stranger":
        visitor = request.getfixturevalue("stranger")
    client = visitor.client
    for seen, never in zip(paths(NAME), paths(NEVER), strict=True):
        answer = client.get(seen)
        assert answer.status_code == 404, seen
        assert TITLE not in answer.text, seen
        assert told(answer, NAME) == told(client.get(never), NEVER), seen
    for seen, never in zip(closed_paths(NAME), closed_paths(NEVER), strict=True):
        answer, other = client.get(seen), client.get(never)
        assert answer.status_code == other.status_code, seen
        assert answer.url.path.replace(NAME, "") == other.url.path.replace(NEVER, "")
        assert TITLE not in answer.text, seen


@pytest.mark.usefixtures("hidden")
def test_writing_to_it_is_as_if_it_never_was(stranger: Visitor) -> None:
    client = stranger.client
    for method, path, body in (
        ("PATCH", "", {"title": "x"}),
        ("DELETE", "?confirm=noaa/{name}", None),
        ("DELETE", "/object?key=2026/nests.csv", None),
        ("POST", "/upload-form", {"prefix": ""}),
    ):
        answers = [
            client.request(
                method,
                f"/api/v1/repositories/noaa/{name}{path.format(name=name)}",
                json=body,
                headers={"x-csrf-token": stranger.page.form("/-/sign-out").fields["csrf_token"]},
            )
            for name in (NAME, NEVER)
        ]
        assert {one.status_code for one in answers} == {404}, (method, path, answers[0].text)
        assert told(answers[0], NAME) == told(answers[1], NEVER)


@pytest.mark.usefixtures("hidden")
def test_no_list_names_it(ready: Ready, stranger: Visitor) -> None:
    addresses = ["/", f"/-/search?q={NAME}", "/-/search?q=Wetland", "/noaa", "/robots.txt"]
    addresses += ["/api/v1/repositories?limit=100", "/api/v1/repositories?account_id=noaa"]
    addresses += ["/stac", "/stac/collections?limit=100", "/api/v1"]
    addresses += ["/stac/search?limit=1000", "/stac/search?bbox=7,47,8,48"]
    for client in (stranger.client, httpx.Client(base_url=ready["web"])):
        for address in addresses:
            answer = client.get(address)
            assert answer.is_success, address
            # A search says again what was asked.
            said = answer.text.replace(f'value="{NAME}"', "").replace(f"q={NAME}", "")
            assert TITLE not in said, address
            assert f"noaa/{NAME}" not in said, address
            assert f"noaa--{NAME}" not in said, address
    client.close()


def test_no_search_finds_it(stranger: Visitor, hidden: dict[str, Any]) -> None:
    for client in (stranger.client, httpx.Client(base_url=stranger.client.base_url)):
        for asked in ({"ids": hidden["item_id"]}, {"collections": f"noaa--{NAME}"}):
            answer = client.get("/stac/search", params=asked)
            assert answer.json()["features"] == [], asked
            assert {one["rel"] for one in answer.json()["links"]} == {"root", "self"}
    client.close()


def test_those_who_may_see_all_of_it(
    ready: Ready, visitor: Visitor, hidden: dict[str, Any]
) -> None:
    (demo,) = ready["accounts"]
    sign_in(visitor, demo["email"], demo["password"])
    page = visitor.go(f"/noaa/{NAME}")
    assert "restricted" in page.text.lower()
    visitor.go(f"/noaa/{NAME}/2026/nests.csv")
    item = visitor.client.get(f"/stac/collections/noaa--{NAME}/items/{hidden['item_id']}").json()
    assert complaints(item) == []
    for asked in (
        {"ids": hidden["item_id"]},
        {"bbox": "7,47,8,48", "collections": f"noaa--{NAME}"},
    ):
        (feature,) = visitor.client.get("/stac/search", params=asked).json()["features"]
        assert feature["id"] == hidden["item_id"]
    answer = visitor.client.get(f"/-/noaa/{NAME}/download?key=2026/nests.csv")
    assert answer.content == CSV
    assert NAME in visitor.client.get("/noaa").text


def test_the_data_door_agrees(ready: Ready, hidden: dict[str, Any]) -> None:
    for name in (NAME, NEVER):
        answer = plain.get(f"{ready['s3']}/noaa/{name}/{hidden['key']}")
        assert answer.status_code == 404
        assert "NoSuchBucket" in answer.text
