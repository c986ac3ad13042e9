"""What a finished start has made: ready.json, the sample, and everything indexed."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.sample.content import ORGANIZATIONS, REPOSITORIES
from tests.door import plain
from tests.embedded import Embedded
from tests.visitor import Visitor

Ready = dict[str, Any]
EXPECTED = json.loads((Path(__file__).parents[1] / "data" / "expected.json").read_text())
SERVICES = ["accounts", "repositories", "storage", "indexer", "web"]
NAMES = [(one.account_id, one.repository_id) for one in REPOSITORIES]


def test_ready_json(platform: Embedded, ready: Ready) -> None:
    path = platform.home / "ready.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(ready) == ["web", "s3", "nats", "nats_credentials", "accounts", "processes"]
    (demo,) = ready["accounts"]
    assert sorted(demo) == [
        *("access_key_id", "account_id", "email", "password", "secret_access_key"),
    ]
    assert demo["account_id"] == "demo"
    assert [one["service"] for one in ready["processes"]] == [*SERVICES, "mail"]
    assert all(sorted(one) == ["ops", "pid", "service"] for one in ready["processes"])
    assert ready["web"].startswith("http://localhost:")
    assert ready["s3"].startswith("http://127.0.0.1:")
    assert ready["nats"].startswith("nats://")


def test_every_process_tells_how_it_is(ready: Ready) -> None:
    for process in ready["processes"]:
        for path in ("healthz", "readyz", "metrics"):
            answer = plain.get(f"{process['ops']}/{path}")
            assert answer.status_code == 200, (process, path, answer.text)
        assert Path(f"/proc/{process['pid']}").exists()
    for path in ("healthz", "readyz"):
        assert plain.get(f"{ready['web']}/{path}").status_code in {200, 404}


def test_demo_is_an_individual_who_owns_the_organizations(ready: Ready) -> None:
    (demo,) = ready["accounts"]
    bearer = f"Bearer {demo['access_key_id']}.{demo['secret_access_key']}"
    api, headers = f"{ready['web']}/api/v1", {"authorization": bearer}
    account = plain.get(f"{api}/account", headers=headers).json()
    assert (account["account_id"], account["kind"]) == ("demo", "individual")
    for one in ORGANIZATIONS:
        owned = plain.get(f"{api}/accounts/{one.account_id}").json()
        assert account["roles"][owned["account_uid"]] == "owner", one.account_id


def test_what_was_printed(platform: Embedded, ready: Ready) -> None:
    said = platform.output()
    (demo,) = ready["accounts"]
    for word in (ready["web"], ready["s3"], *demo.values(), "aws s3 cp", "curl"):
        assert word in said


def test_the_secrets_are_nowhere_in_clear(platform: Embedded, ready: Ready) -> None:
    (demo,) = ready["accounts"]
    secrets = [demo[name].encode() for name in ("password", "secret_access_key")]
    for path in platform.home.rglob("*"):
        if path.is_file() and path.name != "ready.json":
            content = path.read_bytes()
            assert not any(secret in content for secret in secrets), path


def test_the_sample_is_on_the_first_page(visitor: Visitor) -> None:
    page = visitor.go("/")
    assert len(page.headings) == 1
    addresses = {one.get("href", "") for one in page.links}
    assert {f"/{account}/{name}" for account, name in NAMES} <= addresses


def test_the_organizations_have_pages(visitor: Visitor) -> None:
    for one in ORGANIZATIONS:
        page = visitor.go(f"/{one.account_id}")
        assert one.name in page.text
        assert one.bio in page.text


@pytest.mark.parametrize(("account", "name"), NAMES)
def test_a_repository_has_a_page_with_files_and_readme(
    visitor: Visitor, account: str, name: str
) -> None:
    (sample,) = (one for one in REPOSITORIES if one.repository_id == name)
    page = visitor.go(f"/{account}/{name}")
    assert page.headings[0] == name
    assert sample.description in page.text
    entries = {key.partition("/")[0] for key, _ in sample.files()}
    for entry in entries:
        assert entry in page.text
    readme = next(path for key, path in sample.files() if key == "README.md")
    assert readme.read_text().splitlines()[0].lstrip("# ") in page.text


def files_of(ready: Ready, account: str, name: str) -> list[dict[str, Any]]:
    """What is known of every object of a repository."""
    client = httpx.Client(base_url=f"{ready['web']}/api/v1/repositories/{account}/{name}")
    found, waiting = [], [""]
    with client:
        while waiting:
            listed = client.get("/directory", params={"prefix": waiting.pop(), "limit": 200})
            for entry in listed.json()["entries"]:
                if entry["is_directory"]:
                    waiting.append(entry["key"])
                else:
                    answer = client.get("/object", params={"key": entry["key"]})
                    found.append(answer.json())
    return found


@pytest.mark.parametrize(("account", "name"), NAMES)
def test_every_file_is_known(ready: Ready, account: str, name: str) -> None:
    (sample,) = (one for one in REPOSITORIES if one.repository_id == name)
    stored = {key: path.stat().st_size for key, path in sample.files()}
    known = files_of(ready, account, name)
    assert {one["key"]: one["size"] for one in known if one["key"] in stored} == stored
    assert {one["status"] for one in known} <= {"indexed", "described"}
    located = {one["key"] for one in known if one["item_id"]}
    formats = (".tif", ".parquet", ".geojson", ".shp")
    assert {key for key in stored if key.endswith(formats)} <= located


@pytest.mark.parametrize("path", [one for one in EXPECTED if one.endswith(".tif")])
def test_rasters_are_where_gdal_says(ready: Ready, path: str) -> None:
    account, name, key = path.split("/", 2)
    item = item_of(ready, account, name, key)
    expected = EXPECTED[path]
    assert item["bbox"] == pytest.approx(expected["bbox_wgs84"], abs=1e-6)
    raster = {**item["properties"], **item["assets"]["data"]}
    assert raster["proj:code"] == f"EPSG:{expected['epsg']}"
    assert raster["proj:shape"] == [expected["height"], expected["width"]]
    assert raster["proj:transform"] == pytest.approx(expected["transform"])


def test_the_files_of_a_shapefile_lead_to_each_other(ready: Ready) -> None:
    folder = f"{ready['web']}/natural-earth/countries/shapefile"
    whole, part = (
        plain.get(f"{folder}/countries.shp").text,
        plain.get(f"{folder}/countries.dbf").text,
    )
    for suffix in ("dbf", "shx", "prj", "cpg"):
        assert f'href="/natural-earth/countries/shapefile/countries.{suffix}"' in whole
    assert 'href="/natural-earth/countries/shapefile/countries.shp"' in part
    assert "STAC item" in whole
    assert "STAC item" in part


def item_of(ready: Ready, account: str, name: str, key: str) -> dict[str, Any]:
    """The STAC item of an object."""
    api = f"{ready['web']}/api/v1/repositories/{account}/{name}/object"
    item_id = plain.get(api, params={"key": key}).json()["item_id"]
    answer = plain.get(f"{ready['web']}/stac/collections/{account}--{name}/items/{item_id}")
    item: dict[str, Any] = answer.raise_for_status().json()
    return item
