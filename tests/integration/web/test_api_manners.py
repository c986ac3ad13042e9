"""What all operations of the JSON API have in common: HEAD, pages, editions, rates."""

import http.client
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.edge import Edge, Person
from tests.raw_http import after_endless_headers


def make(program: httpx.Client, person: Person, name: str) -> dict[str, Any]:
    wanted = {"account_id": person.account_id, "repository_id": name, "title": name}
    answer = program.post("/repositories", json=wanted)
    assert answer.status_code == 201
    made: dict[str, Any] = answer.json()
    return made


@pytest.mark.parametrize("path", ["/account", "/endpoints", "/repositories", "/repositories/no/no"])
def test_head_answers_as_get_does_without_the_body(program: httpx.Client, path: str) -> None:
    got, told = program.get(path), program.head(path)
    assert told.status_code == got.status_code
    assert told.content == b""
    assert told.headers["content-type"] == got.headers["content-type"]
    assert told.headers.get("etag") == got.headers.get("etag")


def test_where_nothing_can_be_read_there_is_no_head(program: httpx.Client) -> None:
    answer = program.head("/accounts")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


def test_what_a_thing_can_be_asked_is_told_of_all_its_operations(program: httpx.Client) -> None:
    answer = program.put("/repositories/noaa/mask")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "DELETE, GET, HEAD, PATCH"


def test_an_address_beyond_all_bounds_is_refused_as_the_document_says(edge: Edge) -> None:
    connection = http.client.HTTPConnection(urlsplit(edge.web).netloc, timeout=10)
    connection.request("GET", "/api/v1/repositories?q=" + 66_000 * "q")
    document = httpx.get(f"{edge.web}/api/v1/openapi.json").json()
    assert connection.getresponse().status == 414
    assert "content" not in document["paths"]["/repositories"]["get"]["responses"]["414"]


def test_a_head_without_end_is_refused_before_it_is_whole(edge: Edge) -> None:
    host, _, port = urlsplit(edge.web).netloc.partition(":")
    assert after_endless_headers((host, int(port)), "/api/v1/endpoints").status == 431
    assert httpx.get(f"{edge.web}/api/v1/endpoints").is_success


def test_an_address_with_line_ends_is_refused_by_the_api_too(program: httpx.Client) -> None:
    answer = program.get("/invitations/a%0Ab")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_list_is_read_to_its_end_by_its_links(program: httpx.Client, ada: Person) -> None:
    for number in range(3):
        make(program, ada, f"part-{number}")
    asked = {"account_id": ada.account_id, "limit": "1"}
    answer, found = program.get("/repositories", params=asked), list[str]()
    while True:
        found += [one["repository_id"] for one in answer.json()["repositories"]]
        if "next" not in answer.links:
            break
        answer = program.get(answer.links["next"]["url"])
    assert sorted(found) == ["part-0", "part-1", "part-2"]


def test_an_account_is_changed_on_condition(program: httpx.Client, ada: Person) -> None:
    place = f"/accounts/{ada.account_id}"
    read = program.get(place).headers["etag"]
    changed = program.patch(place, json={"bio": "new"}, headers={"if-match": read})
    assert changed.status_code == 200
    assert changed.headers["etag"] not in {read, ""}
    late = program.patch(place, json={"bio": "late"}, headers={"if-match": read})
    assert late.status_code == 412
    assert program.get(place).json()["bio"] == "new"


def test_every_answer_tells_what_is_left_of_the_quota(program: httpx.Client) -> None:
    first = program.get("/account")
    assert first.headers["ratelimit-policy"] == '"minute";q=12000;w=60'
    second = program.get("/repositories/no/no")
    assert left(first) - left(second) == 1


def test_a_refused_key_counts_for_its_sender_alone(edge: Edge, program: httpx.Client) -> None:
    key = program.headers["authorization"].removeprefix("Bearer ").partition(".")[0]
    before = left(program.get("/account"))
    guess = {"authorization": f"Bearer {key}.{'x' * 40}"}
    refused = httpx.get(f"{edge.web}/api/v1/account", headers=guess)
    assert refused.status_code == 401
    assert refused.headers["ratelimit-policy"] == '"minute";q=6000;w=60'
    assert left(program.get("/account")) == before - 1


def left(answer: httpx.Response) -> int:
    """How many requests are left, as an answer tells."""
    return int(answer.headers["ratelimit"].split("r=")[1].split(";")[0])
