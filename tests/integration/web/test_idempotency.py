"""Creations sent again by the API: one thing, one answer, over the real services."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.edge import Edge, Person, bearer
from tests.waiting import until


@pytest.fixture
def secret(program: httpx.Client, org: str) -> str:
    """A restricted repository of it."""
    body = {"account_id": org, "repository_id": "secret", "title": "S", "visibility": "restricted"}
    assert program.post("/repositories", json=body).status_code == 201
    return f"/repositories/{org}/secret"


def keyed(key: str = "") -> dict[str, str]:
    return {"idempotency-key": key or f'"{uuid4()}"'}


def creations(org: str, person: str) -> list[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Each with a body, and what else could be asked for."""
    repository = f"/repositories/{org}/secret"
    named = {"account_id": org, "repository_id": "made"}
    trust = {"issuer": "https://example.org", "audience": "coop", "subject": "repo:*"}
    whom: dict[str, Any] = {"email": "new@example.org", "role": "reader"}
    return [
        ("POST", "/accounts", {"account_id": f"{org}-2", "name": "B"}, {"name": "C"}),
        ("POST", "/repositories", {**named, "title": "T"}, {"title": "U"}),
        ("POST", f"/accounts/{org}/access-keys", {"name": "k"}, {"name": "l"}),
        ("POST", f"/accounts/{org}/invitations", whom, {"role": "writer"}),
        ("POST", f"{repository}/invitations", whom, {"role": "writer"}),
        ("POST", f"{repository}/share-links", {"name": "k"}, {"name": "l"}),
        ("POST", "/repositories/no/thing/access-requests", {"message": "k"}, {"message": "l"}),
        ("POST", f"/accounts/{org}/trusts", trust, {"name": "l"}),
        ("POST", f"/accounts/{org}/domains", {"name": "example.org"}, {"reason": "l"}),
        (
            "PUT",
            f"{repository}/transfer",
            {"to_account_id": person, "confirm": f"{org}/secret"},
            {"to_account_id": org},
        ),
    ]


def test_each_creation_is_done_once_for_its_key(
    program: httpx.Client, ada: Person, org: str, secret: str
) -> None:
    assert secret
    for method, path, body, other in creations(org, ada.account_id):
        headers = keyed()
        first = program.request(method, path, json=body, headers=headers)
        assert first.status_code in {200, 201, 202}, (path, first.text)
        again = program.request(method, path, json=body, headers=headers)
        assert (again.status_code, again.content) == (first.status_code, first.content), path
        assert again.headers.get("etag") == first.headers.get("etag")
        reused = program.request(method, path, json={**body, **other}, headers=headers)
        assert reused.status_code == 422, (path, reused.text)
        assert reused.headers["content-type"] == "application/problem+json"
        assert reused.json()["type"] == "urn:coop:problem:idempotency-key-reused"


def test_what_was_revoked_is_told_no_more(
    program: httpx.Client, ada: Person, org: str, secret: str
) -> None:
    assert org
    made = [
        (f"/accounts/{ada.account_id}/access-keys", "access_key_id"),
        (f"{secret}/share-links", "link_id"),
    ]
    for place, name in made:
        headers = keyed()
        first = program.post(place, json={"name": "k"}, headers=headers)
        assert program.delete(f"{place}/{first.json()[name]}").status_code == 204
        again = program.post(place, json={"name": "k"}, headers=headers)
        assert again.status_code == 409, place
        assert "has ended since" in again.json()["detail"]


def test_who_lost_the_role_is_told_no_secret_again(
    edge: Edge, program: httpx.Client, eve: Person, secret: str, org: str
) -> None:
    members = f"/accounts/{org}/members/{eve.account_id}"
    assert program.put(members, json={"role": "owner"}).status_code in {200, 201, 204}
    places = [f"/accounts/{org}/access-keys", f"{secret}/share-links"]
    with httpx.Client(base_url=f"{edge.web}/api/v1", headers=bearer(eve.new_key())) as client:
        headers = keyed()
        for place in places:
            first = client.post(place, json={"name": "k"}, headers=headers)
            assert first.status_code == 201, (place, first.text)
        assert program.delete(members).status_code == 204

        def refused(place: str) -> bool:
            """The storage learns within a second that a role is gone."""
            again = client.post(place, json={"name": "k"}, headers=headers)
            return again.status_code in {403, 404}

        for place in places:
            until(partial(refused, place))


def test_an_export_is_ordered_once_for_its_key(program: httpx.Client) -> None:
    headers = keyed()
    first = program.post("/account/export", headers=headers)
    assert first.status_code == 202
    again = program.post("/account/export", headers=headers)
    assert again.json() == first.json()


def test_two_at_once_make_one_access_key(program: httpx.Client, ada: Person) -> None:
    place, headers = f"/accounts/{ada.account_id}/access-keys", keyed()
    before = len(program.get(place).json()["access_keys"])
    with ThreadPoolExecutor(8) as pool:
        sent = [
            pool.submit(program.post, place, json={"name": "k"}, headers=headers) for _ in range(8)
        ]
    answers = [one.result() for one in sent]
    assert {one.status_code for one in answers} == {201}
    assert len({one.json()["secret_access_key"] for one in answers}) == 1
    assert len(program.get(place).json()["access_keys"]) == before + 1


def test_the_same_key_of_another_credential_is_another(
    edge: Edge, program: httpx.Client, ada: Person
) -> None:
    place, headers = f"/accounts/{ada.account_id}/access-keys", keyed()
    first = program.post(place, json={"name": "k"}, headers=headers).json()
    other = bearer(ada.new_key())
    with httpx.Client(base_url=f"{edge.web}/api/v1", headers=other) as client:
        second = client.post(place, json={"name": "k"}, headers=headers).json()
    assert first["access_key_id"] != second["access_key_id"]


def test_with_and_without_quotes_it_is_one_key(program: httpx.Client, ada: Person) -> None:
    place, key = f"/accounts/{ada.account_id}/access-keys", str(uuid4())
    first = program.post(place, json={"name": "k"}, headers=keyed(key))
    again = program.post(place, json={"name": "k"}, headers=keyed(f'"{key}"'))
    assert first.json() == again.json()


@pytest.mark.parametrize(
    "key", ["", "a" * 256, '"unclosed', '""', "two words", "caf\xe9", 'in"side', "back\\slash"]
)
def test_what_is_no_key_is_refused(program: httpx.Client, ada: Person, key: str) -> None:
    place = f"/accounts/{ada.account_id}/access-keys"
    headers = [(b"idempotency-key", key.encode("latin-1"))]
    answer = program.post(place, json={"name": "k"}, headers=headers)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert "1 to 255 characters" in answer.json()["detail"]


def test_two_keys_are_none(program: httpx.Client, ada: Person) -> None:
    place = f"/accounts/{ada.account_id}/access-keys"
    headers = [("idempotency-key", "a"), ("idempotency-key", "b")]
    answer = program.post(place, json={"name": "k"}, headers=headers)
    assert answer.status_code == 400


def test_a_refusal_may_be_mended_and_sent_again(program: httpx.Client, org: str) -> None:
    headers = keyed()
    body = {"account_id": org, "name": "Taken"}
    assert program.post("/accounts", json=body, headers=headers).status_code == 409
    body = {"account_id": f"{org}-free", "name": "Taken"}
    assert program.post("/accounts", json=body, headers=headers).status_code == 201
