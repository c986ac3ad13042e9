"""Data connections by their page and over the JSON API: for owners, their keys never shown."""

from typing import Any

import httpx
import pytest

from tests.edge import Person
from tests.pages import Page

SECRET = "the-secret-half"
WANTED: dict[str, Any] = {
    "name": "archive in Oregon",
    "bucket": "noaa-archive",
    "region": "us-west-2",
    "access_key_id": "THE-KEY-ID",
    "secret_access_key": SECRET,
}


def test_made_listed_removed(program: httpx.Client, ada: Person) -> None:
    place = f"/accounts/{ada.account_id}/connections"
    answer = program.post(place, json=WANTED)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["bucket"], made["is_anonymous"]) == ("noaa-archive", False)
    listed = program.get(place)
    assert listed.json() == {"connections": [made], "cursor": None}
    for text in (answer.text, listed.text):
        assert SECRET not in text
        assert "THE-KEY-ID" not in text
    assert program.delete(f"{place}/{made['connection_uid']}").status_code == 204
    assert program.get(place).json()["connections"] == []
    assert program.delete(f"{place}/{made['connection_uid']}").status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"bucket": "no bucket!"},
        {"region": "US WEST"},
        {"endpoint": "http://s3.example.org"},
        {"endpoint": "https://127.0.0.1:9000"},
        {"endpoint": "https://localhost"},
        {"secret_access_key": ""},
        {"unknown": 1},
    ],
)
def test_what_is_no_connection(program: httpx.Client, ada: Person, change: dict[str, Any]) -> None:
    answer = program.post(f"/accounts/{ada.account_id}/connections", json=WANTED | change)
    assert answer.status_code == 400
    assert answer.json()["errors"]
    assert SECRET not in answer.text


def test_nobody_elses(program: httpx.Client, eve: Person) -> None:
    place = f"/accounts/{eve.account_id}/connections"
    assert program.get(place).status_code == 403
    assert program.post(place, json=WANTED).status_code == 403


def test_a_repository_of_ours_has_no_bucket_to_list(program: httpx.Client, ada: Person) -> None:
    ada.new_repository("levels")
    place = f"/repositories/{ada.account_id}/levels/relisting"
    assert program.get(place).status_code == 404
    assert program.post(place).status_code == 404


def shown(person: Person, status: int = 200, **typed: str) -> Page:
    """A bucket connected by its page, or what is wrong with that."""
    address = f"/-/{person.account_id}/connections"
    visitor = person.visitor
    return visitor.send(visitor.go(address).form(address), status=status, **(WANTED | typed))


def test_connected_shown_and_removed_by_their_pages(ada: Person) -> None:
    address = f"/-/{ada.account_id}/connections"
    assert address in [one.get("href") for one in ada.visitor.go(f"/-/{ada.account_id}/keys").links]
    page = shown(ada)
    assert "The bucket is connected." in page.text
    assert page.fact("Bucket") == "noaa-archive"
    assert page.fact("Read") == "with its own access key"
    assert SECRET not in page.html
    (link,) = [one["href"] for one in page.links if "connection_uid=" in one.get("href", "")]
    page = ada.visitor.send(
        ada.visitor.go(link).form("/-/new"),
        title="Archive",
        repository_id="archive",
        connection_prefix="data/2026/",
    )
    assert ada.visitor.here.endswith(f"/{ada.account_id}/archive")
    assert f"/-/{ada.account_id}/archive/upload" not in [one.get("href") for one in page.links]
    settings = f"/-/{ada.account_id}/archive/settings"
    page = ada.visitor.go(settings)
    assert "data/2026/" in page.text
    page = ada.visitor.send(page.form(f"/-/{ada.account_id}/archive/relisting"))
    assert "The bucket is being listed." in page.text
    page = ada.visitor.go(address)
    page = ada.visitor.send(page.form(f"{address}/remove"))
    assert "No data connections yet" in page.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"bucket": "no bucket!"}, "It must be a bucket's name"),
        ({"endpoint": "https://a_b.example"}, "It must be the address of an S3 server"),
        ({"region": "a-"}, "It must be a region's name"),
        ({"endpoint": "https://10.0.0.1"}, "It is not a public host."),
        ({"secret_access_key": ""}, "It must be given with the other half of the key."),
    ],
)
def test_what_is_wrong_is_said_and_no_secret_comes_back(
    ada: Person, typed: dict[str, str], said: str
) -> None:
    page = shown(ada, 400, **typed)
    assert said in page.text
    assert SECRET not in page.html
    assert "THE-KEY-ID" not in page.html
    assert 'type="password"' in page.html


def test_a_folder_is_one(ada: Person) -> None:
    shown(ada)
    page = ada.visitor.go(f"/-/{ada.account_id}/connections")
    (link, *_) = [one["href"] for one in page.links if "connection_uid=" in one.get("href", "")]
    form = ada.visitor.go(link).form("/-/new")
    typed = {"title": "A", "repository_id": "aaa", "connection_prefix": "/data"}
    page = ada.visitor.send(form, status=400, **typed)
    assert "It must end in / and not begin with it." in page.text
