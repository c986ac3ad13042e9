"""Versions on the pages and in the API: turned on, listed, fetched, restored, hidden."""

from collections.abc import Iterator

import httpx
import pytest

from tests.edge import Edge, Person, bearer
from tests.pages import Page
from tests.waiting import until


@pytest.fixture
def place(ada: Person) -> str:
    """The address of ada's repository `levels`, which keeps versions since its form said so."""
    ada.new_repository("levels")
    settings = f"/-/{ada.account_id}/levels/settings"
    page = ada.visitor.send(ada.visitor.go(settings).form("/versioning"))
    assert "Keep no more versions" in page.text
    return f"/{ada.account_id}/levels"


def holding(person: Person, address: str, words: str) -> Page:
    """The page of an address, once it has these words."""

    until(lambda: words in person.visitor.go(address).text)
    return person.visitor.page


def test_an_old_version_is_fetched_and_restored(edge: Edge, ada: Person, place: str) -> None:
    s3, wanted = ada.s3(edge), {"Bucket": ada.account_id, "Key": "levels/a b.txt"}
    until(lambda: "VersionId" in s3.put_object(**wanted, Body=b"first"))
    first = s3.put_object(**wanted, Body=b"second")["VersionId"]
    s3.put_object(**wanted, Body=b"the third")
    page = holding(ada, f"{place}/a%20b.txt", "9 bytes")
    download = next(one["href"] for one in page.links if first in one.get("href", ""))
    assert ada.client.get(download).content == b"second"
    (form,) = (one for one in page.forms if one.fields.get("version_id") == first)
    ada.visitor.send(form)
    assert "The version is restored" in ada.visitor.page.text
    assert s3.get_object(**wanted)["Body"].read() == b"second"


def test_a_deleted_file_leads_to_what_it_was(
    edge: Edge, ada: Person, eve: Person, place: str
) -> None:
    s3, wanted = ada.s3(edge), {"Bucket": ada.account_id, "Key": "levels/a.txt"}
    until(lambda: "VersionId" in s3.put_object(**wanted, Body=b"first"))
    form = holding(ada, f"/-{place}/delete-file?key=a.txt", "can be restored").form("/delete-file")
    ada.visitor.send(form)

    def is_gone() -> bool:
        return ada.client.get(f"{place}/a.txt", follow_redirects=False).status_code == 303

    until(is_gone)
    page = ada.visitor.go(f"{place}/a.txt")
    assert page.headings == ["Versions of a.txt"]
    eve.visitor.go(f"{place}/a.txt", status=404)
    eve.visitor.go(f"/-{place}/versions?key=a.txt", status=403)
    ada.visitor.go(f"/-{place}/versions?key=never-was", status=404)
    form = next(one for one in page.forms if one.action.endswith("/restore"))
    ada.visitor.send(form)
    assert s3.get_object(**wanted)["Body"].read() == b"first"


@pytest.fixture
def client(edge: Edge, ada: Person) -> Iterator[httpx.Client]:
    """A program with ada's key."""
    with httpx.Client(base_url=edge.web, headers=bearer(ada.new_key("api"))) as client:
        yield client


def test_the_api_sets_what_is_kept_and_how_long(client: httpx.Client, place: str) -> None:
    api = f"/api/v1/repositories{place}"
    assert client.put(f"{api}/versioning", json={"versioning": "off"}).status_code == 400
    for wanted in ("suspended", "enabled"):
        answer = client.put(f"{api}/versioning", json={"versioning": wanted})
        assert answer.json()["versioning"] == wanted
    assert client.put(f"{api}/retention", json={"days": 0}).status_code == 400
    answer = client.put(f"{api}/retention", json={"days": 30, "newest": 2})
    assert answer.json()["retention"] == {"days": 30, "newest": 2}


def test_the_form_sets_how_long_they_stay(ada: Person, place: str) -> None:
    settings = f"/-{place}/settings"
    form = ada.visitor.go(settings).form("/retention")
    page = ada.visitor.send(form, status=400, days="none")
    assert ada.visitor.send(page.form("/retention"), days="30", newest="2")
    assert "the newest 2 of each file stay longer" in ada.visitor.go(settings).text
    ada.visitor.send(ada.visitor.page.form("/retention"), days="", newest="")
    assert "Versions stay for ever." in ada.visitor.page.text


def test_the_api_tells_restores_and_deletes(
    edge: Edge, ada: Person, client: httpx.Client, place: str
) -> None:
    api, key = f"/api/v1/repositories{place}", {"key": "a"}
    s3, wanted = ada.s3(edge), {"Bucket": ada.account_id, "Key": "levels/a"}
    until(lambda: "VersionId" in s3.put_object(**wanted, Body=b"1"))
    s3.put_object(**wanted, Body=b"22")
    told = client.get(f"{api}/object/versions", params={**key, "limit": 1}).json()
    assert [(one["size"], one["is_latest"]) for one in told["versions"]] == [(2, True)]
    rest = {**key, "cursor": told["cursor"]}
    old = client.get(f"{api}/object/versions", params=rest).json()["versions"][0]
    assert (old["size"], old["is_latest"]) == (1, False)
    name, wanted_version = (
        {**key, "version_id": old["version_id"]},
        {"version_id": old["version_id"]},
    )
    assert httpx.get(client.get(f"{api}/object/url", params=name).json()["url"]).content == b"1"
    assert httpx.get(f"{edge.web}{api}/object/versions", params=key).status_code == 401
    document = client.get("/api/v1/openapi.json").json()
    refused = httpx.get(f"{edge.web}{api}/object/url", params=name)
    path = "/repositories/{account_id}/{repository_id}/object/url"
    assert refused.status_code == 403
    assert "403" in document["paths"][path]["get"]["responses"]
    restored = client.post(f"{api}/object/restore", params=key, json=wanted_version)
    assert restored.json()["size"] == 1
    assert client.delete(f"{api}/object/version", params=name).status_code == 204
    for answer in (
        client.delete(f"{api}/object/version", params=name),
        client.get(f"{api}/object/url", params=name),
        client.post(f"{api}/object/restore", params=key, json=wanted_version),
    ):
        assert answer.status_code == 404
    cursor = {**key, "cursor": "nonsense"}
    assert client.get(f"{api}/object/versions", params=cursor).status_code == 400
