"""The JSON API over the real services: the same reads and writes, the same secrets kept."""

from typing import Any

import httpx
import pytest

from tests.edge import Edge, Person, bearer, token_of
from tests.visitor import visiting


def wanted(person: Person, name: str = "mask", **more: Any) -> dict[str, Any]:
    return {"account_id": person.account_id, "repository_id": name, "title": "Mask", **more}


def test_a_repository_lives_its_life(program: httpx.Client, ada: Person) -> None:
    made = program.post("/repositories", json=wanted(ada, tags=["a", "b"]))
    assert made.status_code == 201
    place = f"/repositories/{ada.account_id}/mask"
    assert program.get(place).json()["tags"] == ["a", "b"]
    changed = program.patch(place, json={"title": "Masks", "version": made.json()["version"]})
    assert changed.json()["title"] == "Masks"
    stale = program.patch(place, json={"title": "X", "version": made.json()["version"]})
    assert stale.status_code == 409
    assert program.delete(place, params={"confirm": "mask"}).status_code == 400
    gone = program.delete(place, params={"confirm": f"{ada.account_id}/mask"})
    assert gone.status_code == 204
    assert program.get(place).status_code == 404


def test_twice_the_same_name_is_a_conflict(program: httpx.Client, ada: Person) -> None:
    program.post("/repositories", json=wanted(ada))
    again = program.post("/repositories", json=wanted(ada))
    assert again.status_code == 409
    assert again.headers["content-type"] == "application/problem+json"


def test_what_is_restricted_does_not_exist_for_others(
    edge: Edge, program: httpx.Client, ada: Person, eve: Person
) -> None:
    program.post("/repositories", json=wanted(ada, "secret", visibility="restricted"))
    place = f"{edge.web}/api/v1/repositories/{ada.account_id}"
    hidden = httpx.get(f"{place}/secret")
    nothing = httpx.get(f"{place}/nothing")
    assert hidden.status_code == nothing.status_code == 404
    assert hidden.json() == nothing.json()
    for path, headers in ((f"{place}/secret", bearer(eve.new_key())), (f"{place}/secret", {})):
        for method in ("GET", "PATCH", "DELETE"):
            more: dict[str, Any] = {"json": {"title": "x"}} if method == "PATCH" else {}
            params = {"confirm": "x"}
            answer = httpx.request(method, path, headers=headers, params=params, **more)
            assert answer.status_code == (404 if headers or method == "GET" else 401)
    listed = httpx.get(f"{edge.web}/api/v1/repositories", params={"account_id": ada.account_id})
    assert listed.json()["repositories"] == []


def test_lists_are_paged(program: httpx.Client, ada: Person) -> None:
    names = [f"mask-{number}" for number in range(5)]
    for name in names:
        program.post("/repositories", json=wanted(ada, name))
    params: dict[str, Any] = {"account_id": ada.account_id, "limit": 2}
    found: list[str] = []
    while True:
        page = program.get("/repositories", params=params).json()
        assert len(page["repositories"]) <= 2
        found += [one["repository_id"] for one in page["repositories"]]
        if page["cursor"] is None:
            break
        params["cursor"] = page["cursor"]
    assert found == names[::-1]


def test_an_organization_and_its_members(program: httpx.Client, ada: Person, eve: Person) -> None:
    name = f"org-{ada.account_id}"
    assert program.post("/accounts", json={"account_id": name, "name": "Org"}).status_code == 201
    put = program.put(f"/accounts/{name}/members/{eve.account_id}", json={"role": "writer"})
    assert put.status_code == 204
    members = program.get(f"/accounts/{name}/members").json()["members"]
    roles = {one["account"]["account_id"]: one["role"] for one in members}
    assert roles == {ada.account_id: "owner", eve.account_id: "writer"}
    last = program.put(f"/accounts/{name}/members/{ada.account_id}", json={"role": "reader"})
    assert last.status_code == 409


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/accounts/nobody-here", 404),
        ("GET", "/accounts/NOBODY", 404),
        ("GET", "/repositories/a%2Fb/c", 404),
        ("PUT", "/repositories", 405),
        ("GET", "/repositories?limit=0", 400),
        ("GET", "/repositories?limit=x", 400),
        ("GET", "/repositories?cursor=made-up", 400),
        ("GET", "/repositories?account_id=" + "a" * 5000, 404),
        ("GET", "/repositories/noaa/mask/object?key=" + "a" * 1025, 400),
        ("GET", "/repositories/noaa/mask/object/url?key=" + "%C3%A9" * 513, 400),
        ("DELETE", "/repositories/noaa/mask/object?key=%ff", 400),
    ],
)
def test_every_error_is_a_problem(
    program: httpx.Client, method: str, path: str, status: int
) -> None:
    answer = program.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_who_asks_for_their_own_must_say_who_they_are(edge: Edge) -> None:
    answer = httpx.get(f"{edge.web}/api/v1/account")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_session_reads_and_with_its_token_writes(ada: Person) -> None:
    assert ada.client.get("/api/v1/account").json()["account_id"] == ada.account_id
    body = wanted(ada, "by-session")
    assert ada.client.post("/api/v1/repositories", json=body).status_code == 403
    token = token_of(ada.client.get("/-/new").text)
    headers = {"x-csrf-token": token}
    assert ada.client.post("/api/v1/repositories", json=body, headers=headers).status_code == 201


def test_the_document_is_where_it_says(edge: Edge) -> None:
    for path in ("/api/v1", "/api/v1/openapi.json"):
        document = httpx.get(edge.web + path).json()
        assert document["openapi"].startswith("3.1")
        assert "/repositories" in document["paths"]


def test_a_key_is_revoked_as_a_key_of_its_account(program: httpx.Client, ada: Person) -> None:
    organization = f"org-{ada.account_id}"
    program.post("/accounts", json={"account_id": organization, "name": "Org"})
    made = program.post(f"/accounts/{ada.account_id}/access-keys", json={}).json()
    name = made["access_key_id"]
    for path in (
        f"{organization}/access-keys/{name}",
        f"{ada.account_id}/access-keys/{'A' * 3000}",
    ):
        assert program.delete(f"/accounts/{path}").status_code == 404
    assert program.delete(f"/accounts/{ada.account_id}/access-keys/{name}").status_code == 204
    listed = program.get(f"/accounts/{ada.account_id}/access-keys").json()["access_keys"]
    assert {one["access_key_id"]: one["revoked"] for one in listed}[name]


def test_nothing_private_of_another_account_is_told(edge: Edge, ada: Person, eve: Person) -> None:
    organization = f"org-{ada.account_id}"
    with httpx.Client(base_url=edge.web, headers=bearer(ada.new_key())) as program:
        program.post("/api/v1/accounts", json={"account_id": organization, "name": "Org"})
        ours = program.get("/api/v1/account").json()
    ada.new_repository("levels")
    members = f"/api/v1/accounts/{organization}/members"
    addresses = [f"/{ada.account_id}", f"/{organization}", f"/{ada.account_id}/levels", members]
    addresses += [f"/api/v1/accounts/{one}" for one in (ada.account_id, organization)]
    addresses += [f"/api/v1/repositories/{ada.account_id}/levels", "/api/v1/repositories"]
    with visiting(edge.web) as nobody:
        for client in (nobody.client, eve.client):
            for address in addresses:
                told = client.get(address)
                assert told.status_code in {200, 403, 404}, address
                assert ada.email not in told.text, address
                for word in ("identity", '"roles"', '"admin"', '"disabled"'):
                    assert word not in told.text, (address, word)
            shown = client.get(f"/api/v1/accounts/{ada.account_id}").json()
            assert shown == {name: ours[name] for name in shown}
            assert "roles" not in shown
