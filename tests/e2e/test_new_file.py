"""A file is put by S3: stored, announced, indexed and visible within a second."""

import asyncio
import hashlib
import json
import time
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from tests.door import plain
from tests.operator_feed import listening
from tests.stac_schemas import complaints
from tests.visitor import Visitor
from tests.waiting import until

Ready = dict[str, Any]
ACCOUNT, REPOSITORY = "noaa", "globe-land-mask"
COLLECTION = f"{ACCOUNT}--{REPOSITORY}"
DATA = Path(__file__).parents[2] / "infra" / "sample" / "data" / ACCOUNT / REPOSITORY
EUROPE = (DATA / "europe.tif").read_bytes()
EXPECTED = json.loads((Path(__file__).parents[1] / "data" / "expected.json").read_text())[
    f"{ACCOUNT}/{REPOSITORY}/europe.tif"
]


def put(s3: Any, key: str, body: bytes = EUROPE, kind: str = "image/tiff") -> float:
    """Put it; when it was answered."""
    sent(s3, key, body, kind)
    return time.monotonic()


def sent(s3: Any, key: str, body: bytes = EUROPE, kind: str = "image/tiff") -> str:
    """Put it; the id of the request."""
    name = f"{REPOSITORY}/{key}"
    answer = s3.put_object(Bucket=ACCOUNT, Key=name, Body=body, ContentType=kind)
    headers: dict[str, str] = answer["ResponseMetadata"]["HTTPHeaders"]
    return headers["x-amz-request-id"]


def known(ready: Ready, key: str) -> dict[str, Any] | None:
    """What the API tells of an object; None before it knows it whole."""
    answer = plain.get(
        f"{ready['web']}/api/v1/repositories/{ACCOUNT}/{REPOSITORY}/object", params={"key": key}
    )
    if answer.status_code == 404 or answer.json()["status"] == "pending":
        return None
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def test_the_page_shows_it_within_a_second(ready: Ready, s3: Any, visitor: Visitor) -> None:
    address = f"/{ACCOUNT}/{REPOSITORY}/new/europe.tif"
    stored = put(s3, "new/europe.tif")
    until(
        lambda: visitor.client.get(address).is_success and "STAC item" in visitor.go(address).text,
        seconds=stored + 1 - time.monotonic(),
    )
    page = visitor.go(address)
    assert page.headings == ["europe.tif"]
    assert page.fact("Size").startswith(f"{len(EUROPE):,}")
    assert hashlib.md5(EUROPE).hexdigest() in page.html  # noqa: S324 -- the entity tag
    assert "CRC-64" in {name for name, _ in page.facts}
    assert "5,040 × 3,000" in page.text
    assert "EPSG:4326" in page.text
    assert "<svg" in page.html
    west, south, east, north = EXPECTED["bbox_wgs84"]
    for degree in (west, south, east, north):
        assert f"{abs(degree):.1f}"[:2] in page.text
    assert page.link(
        f"/stac/collections/{COLLECTION}/items/{known(ready, 'new/europe.tif')['item_id']}"
    )  # type: ignore[index]


def test_the_page_shows_a_picture_of_it(ready: Ready, s3: Any, visitor: Visitor) -> None:
    put(s3, "drawn/europe.tif")
    until(lambda: known(ready, "drawn/europe.tif"))
    address = f"/{ACCOUNT}/{REPOSITORY}/drawn/europe.tif"
    page = until(lambda: "<img" in visitor.go(address).html and visitor.page)
    (source,) = (one["src"] for one in page.pictures)
    answer = plain.get(f"{ready['web']}{source}").raise_for_status()
    with Image.open(BytesIO(answer.content)) as image:
        assert (image.format, image.size) == ("WEBP", (480, 286))
    s3.delete_object(Bucket=ACCOUNT, Key=f"{REPOSITORY}/drawn/europe.tif")
    until(lambda: plain.get(f"{ready['web']}{source}").status_code == 404)


def test_the_repository_shows_it(ready: Ready, s3: Any, visitor: Visitor) -> None:
    put(s3, "shown/europe.tif")
    until(lambda: known(ready, "shown/europe.tif"))
    page = until(lambda: shows(visitor, f"/{ACCOUNT}/{REPOSITORY}", "shown/"), seconds=2)
    visitor.go(page.link("/shown/"))
    assert "europe.tif" in visitor.page.text
    assert "5,040 × 3,000" in visitor.page.text


def shows(visitor: Visitor, address: str, words: str) -> Any:
    page = visitor.go(address)
    return page if words in page.text else None


def test_its_item_is_valid_and_leads_to_its_bytes(ready: Ready, s3: Any) -> None:
    put(s3, "linked/europe.tif")
    item_id = until(lambda: known(ready, "linked/europe.tif"))["item_id"]
    items = f"{ready['web']}/stac/collections/{COLLECTION}/items"
    item = plain.get(f"{items}/{item_id}").raise_for_status().json()
    assert complaints(item) == []
    assert item["stac_version"] == "1.1.0"
    assert (
        item["bbox"] == [round(degree, 9) for degree in item["bbox"]]
        or item["bbox"] == EXPECTED["bbox_wgs84"]
    )
    assert item_id in {one["id"] for one in plain.get(f"{items}?limit=100").json()["features"]}
    (asset,) = (one for one in item["assets"].values() if "data" in one.get("roles", []))
    assert plain.get(asset["href"]).content == EUROPE
    part = plain.get(asset["href"], headers={"range": "bytes=1000-1999"})
    assert (part.status_code, part.content) == (206, EUROPE[1000:2000])


async def test_an_operator_hears_of_it(ready: Ready, s3: Any) -> None:
    async with listening(ready) as feed:
        request_id = await asyncio.to_thread(sent, s3, "heard/europe.tif")
        await feed.until(lambda: feed.named("item_indexed"), seconds=5)
        (created,), (indexed,) = feed.named("object_created"), feed.named("item_indexed")
        assert created["data"]["object"]["key"] == "heard/europe.tif"
        assert indexed["data"]["file"]["key"] == "heard/europe.tif"
        assert indexed["data"]["collection_id"] == COLLECTION
        assert indexed["data"]["file"]["version"] == created["data"]["object"]["version"]
        assert feed.events.index(created) < feed.events.index(indexed)
        assert created["correlationid"] == indexed["correlationid"] == request_id


def test_overwritten_it_is_read_again(ready: Ready, s3: Any) -> None:
    put(s3, "changing.csv", b"lat,lon,n\n10.0,20.0,1\n", "text/csv")
    first = until(lambda: known(ready, "changing.csv"))
    put(s3, "changing.csv", b"lat,lon,n\n-30.0,40.0,1\n", "text/csv")
    until(lambda: (known(ready, "changing.csv") or first)["version"] > first["version"])
    second = until(lambda: known(ready, "changing.csv"))
    assert first["bbox"] == [20.0, 10.0, 20.0, 10.0]
    assert second["bbox"] == [40.0, -30.0, 40.0, -30.0]
    assert second["item_id"] == first["item_id"]


def test_deleted_it_is_gone_everywhere(ready: Ready, s3: Any, visitor: Visitor) -> None:
    put(s3, "gone/europe.tif")
    item_id = until(lambda: known(ready, "gone/europe.tif"))["item_id"]
    s3.delete_object(Bucket=ACCOUNT, Key=f"{REPOSITORY}/gone/europe.tif")
    until(lambda: known(ready, "gone/europe.tif") is None)
    items = f"{ready['web']}/stac/collections/{COLLECTION}/items"
    assert plain.get(f"{items}/{item_id}").status_code == 404
    assert plain.get(f"{ready['s3']}/{ACCOUNT}/{REPOSITORY}/gone/europe.tif").status_code == 404
    until(lambda: "gone/" not in visitor.go(f"/{ACCOUNT}/{REPOSITORY}").text, seconds=2)
    visitor.go(f"/{ACCOUNT}/{REPOSITORY}/gone/europe.tif", status=404)


def test_a_broken_file_says_so(ready: Ready, s3: Any, visitor: Visitor) -> None:
    put(s3, "broken/europe.tif", EUROPE[:5000])
    found = until(lambda: known(ready, "broken/europe.tif"))
    assert found["status"] in {"failed", "indexed"}
    put(s3, "broken/not.tif", b"II*\x00\xff\xff\xff\xff")
    found = until(lambda: known(ready, "broken/not.tif"))
    assert found["status"] == "failed"
    assert found["reason"]
    page = visitor.go(f"/{ACCOUNT}/{REPOSITORY}/broken/not.tif")
    assert found["reason"] in page.text
    s3.delete_object(Bucket=ACCOUNT, Key=f"{REPOSITORY}/broken/not.tif")
    s3.delete_object(Bucket=ACCOUNT, Key=f"{REPOSITORY}/broken/europe.tif")


def test_odd_keys_have_pages(ready: Ready, s3: Any, visitor: Visitor) -> None:
    keys = [
        "odd/../up.csv",
        "odd//two.csv",
        "odd/a b+c%20d?e#f&g.csv",
        "odd/é.csv",
        "odd/e\u0301.csv",
    ]
    keys += ["odd/nul\x00.csv", "odd/cr\rlf\n.csv", "settings", "odd/<script>alert(1)</script>.csv"]
    for key in keys:
        put(s3, key, b"n\n1\n", "text/csv")
    for key in keys:
        until(lambda key=key: known(ready, key))
        visitor.client.get(f"/{ACCOUNT}/{REPOSITORY}", params={"key": key}).raise_for_status()
        assert "<script>alert" not in visitor.answer.text
    page = visitor.go(f"/{ACCOUNT}/{REPOSITORY}/odd/")
    for one in [link["href"] for link in page.links if "/odd/" in link.get("href", "")]:
        assert visitor.client.get(one).is_success, one
    for key in keys:
        s3.delete_object(Bucket=ACCOUNT, Key=f"{REPOSITORY}/{key}")
