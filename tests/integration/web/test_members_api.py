"""Roles, invitations and the audit trail by the API, over the real services."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from services.accounts.operations.auditing import breaks
from shared.contracts.accounts import AuditEntry
from tests.edge import Edge, Person, bearer
from tests.operator_feed import stored
from tests.waiting import until

CHANGES = (
    *("membership_granted", "membership_revoked", "invitation_created", "invitation_settled"),
    *("access_key_created", "access_key_revoked"),
)


@contextmanager
def calling(edge: Edge, person: Person) -> Iterator[httpx.Client]:
    """The API as this person."""
    headers = bearer(person.new_key())
    with httpx.Client(base_url=f"{edge.web}/api/v1", headers=headers) as client:
        yield client


@pytest.fixture
def as_ada(edge: Edge, ada: Person) -> Iterator[httpx.Client]:
    with calling(edge, ada) as client:
        yield client


@pytest.fixture
def as_eve(edge: Edge, eve: Person) -> Iterator[httpx.Client]:
    with calling(edge, eve) as client:
        yield client


@pytest.fixture
def org(as_ada: httpx.Client, ada: Person) -> str:
    """An organization of ada's."""
    name = f"org-{ada.account_id}"
    assert as_ada.post("/accounts", json={"account_id": name, "name": "Org"}).status_code == 201
    return name


@pytest.fixture
def secret(as_ada: httpx.Client, ada: Person) -> str:
    """A restricted repository of ada's."""
    body = {
        "account_id": ada.account_id,
        "repository_id": "secret",
        "title": "Secret",
        "visibility": "restricted",
    }
    assert as_ada.post("/repositories", json=body).status_code == 201
    return f"/repositories/{ada.account_id}/secret"


def test_an_invitation_is_accepted_and_is_a_role(
    as_ada: httpx.Client, as_eve: httpx.Client, eve: Person, org: str
) -> None:
    place = f"/accounts/{org}/invitations"
    made = as_ada.post(place, json={"account_id": eve.account_id, "role": "writer"})
    assert made.status_code == 201
    uid = made.json()["invitation_uid"]
    (mine,) = as_eve.get("/invitations").json()["invitations"]
    assert (mine["invitation_uid"], mine["account_id"]) == (uid, org)
    assert as_eve.post(f"/invitations/{uid}/accept").json()["state"] == "accepted"
    assert as_eve.post(f"/invitations/{uid}/accept").status_code == 409
    members = as_ada.get(f"/accounts/{org}/members").json()["members"]
    assert {one["account"]["account_id"]: one["role"] for one in members}[
        eve.account_id
    ] == "writer"
    (listed,) = as_ada.get(place).json()["invitations"]
    assert listed["state"] == "accepted"


def test_a_role_on_one_restricted_repository_opens_it_and_nothing_else(
    as_ada: httpx.Client, as_eve: httpx.Client, eve: Person, secret: str
) -> None:
    assert as_eve.get(secret).status_code == 404
    assert as_eve.get(f"{secret}/members").status_code == 404
    place = f"{secret}/invitations"
    body = {"account_id": eve.account_id, "role": "reader"}
    uid = as_ada.post(place, json=body).json()["invitation_uid"]
    assert as_eve.get(secret).status_code == 404
    assert as_eve.post(f"/invitations/{uid}/accept").status_code == 200
    assert as_eve.get(secret).status_code == 200
    assert as_eve.get(f"{secret}/members").status_code == 403
    member = f"{secret}/members/{eve.account_id}"
    assert as_eve.put(member, json={"role": "owner"}).status_code == 403
    assert as_ada.put(member, json={"role": "maintainer"}).status_code == 204
    (told,) = as_eve.get(f"{secret}/members").json()["members"]
    assert told["role"] == "maintainer"
    assert as_ada.delete(member, params={"reason": "Left."}).status_code == 204
    until(lambda: as_eve.get(secret).status_code == 404, seconds=1)


def test_the_last_owner_stays_and_others_leave(
    as_ada: httpx.Client, as_eve: httpx.Client, ada: Person, eve: Person, org: str
) -> None:
    members = f"/accounts/{org}/members"
    as_ada.put(f"{members}/{eve.account_id}", json={"role": "owner"})
    assert as_ada.delete(f"{members}/{ada.account_id}").status_code == 204
    assert as_eve.delete(f"{members}/{eve.account_id}").status_code == 409


def test_who_is_to_have_a_role_and_is_not_there_is_named(as_ada: httpx.Client, org: str) -> None:
    answer = as_ada.put(f"/accounts/{org}/members/nobody-known", json={"role": "reader"})
    assert answer.status_code == 404
    assert answer.json()["detail"] == "There is no account 'nobody-known'."


def test_what_is_declined_or_taken_back_is_no_role(
    as_ada: httpx.Client, as_eve: httpx.Client, eve: Person, org: str
) -> None:
    place, body = f"/accounts/{org}/invitations", {"account_id": eve.account_id, "role": "owner"}
    uid = as_ada.post(place, json=body).json()["invitation_uid"]
    assert as_ada.post(place, json=body).status_code == 409
    assert as_eve.post(f"/invitations/{uid}/decline").json()["state"] == "declined"
    again = as_ada.post(place, json=body).json()["invitation_uid"]
    assert as_ada.delete(f"/invitations/{again}").status_code == 204
    assert as_eve.post(f"/invitations/{again}/accept").status_code == 409
    assert as_ada.post(f"/invitations/{again}/resend").status_code == 409


def test_invitations_are_nobody_else_s_affair(
    edge: Edge, as_ada: httpx.Client, as_eve: httpx.Client, org: str
) -> None:
    place = f"/accounts/{org}/invitations"
    made = as_ada.post(place, json={"email": "some@example.org", "role": "reader"}).json()
    one = f"/invitations/{made['invitation_uid']}"
    assert as_ada.get(one).json()["email"] == "some@example.org"
    for answer in (
        as_eve.get(one),
        as_eve.post(f"{one}/accept"),
        as_eve.post(f"{one}/resend"),
        as_eve.delete(one),
        as_eve.get("/invitations/01NOTHING"),
    ):
        assert answer.status_code == 404
    assert as_eve.get(place).status_code == 403
    assert httpx.get(f"{edge.web}/api/v1/invitations").status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {"role": "reader"},
        {"role": "king", "account_id": "x"},
        {"role": "reader", "email": "no"},
        {"role": "reader", "email": "a@b.org", "account_id": "{eve}"},
        {"role": "reader", "email": "x" * 300},
        {"account_id": "{eve}"},
        {"role": "reader", "account_id": "{eve}", "state": "accepted"},
        [],
    ],
)
def test_a_body_that_is_not_right_is_told_so(
    as_ada: httpx.Client, eve: Person, org: str, body: object
) -> None:
    content = json.dumps(body).replace("{eve}", eve.account_id)
    answer = as_ada.post(f"/accounts/{org}/invitations", content=content)
    assert answer.status_code == 400, answer.text


def test_every_change_is_an_event_with_who_why_and_the_id_of_the_request(
    edge: Edge, as_ada: httpx.Client, ada: Person, eve: Person, org: str
) -> None:
    own, why = f"/accounts/{org}", {"reason": "Because."}
    member, writer = f"{own}/members/{eve.account_id}", {"role": "writer", **why}
    invited = {"account_id": eve.account_id, "role": "reader", **why}
    answers = [as_ada.put(member, json=writer), as_ada.delete(member, params=why)]
    answers.append(as_ada.post(f"{own}/invitations", json=invited))
    one = f"/invitations/{answers[-1].json()['invitation_uid']}"
    answers.append(as_ada.delete(one, params=why))
    answers.append(as_ada.post(f"{own}/access-keys", json={"name": "sync", **why}))
    key = answers[-1].json()["access_key_id"]
    answers.append(as_ada.delete(f"{own}/access-keys/{key}", params=why))
    assert all(answer.is_success for answer in answers)
    actor = as_ada.get(f"/accounts/{ada.account_id}").json()["account_uid"]
    ids = [answer.headers["x-correlation-id"] for answer in answers]
    whole = [(name, actor, "Because.", one) for name, one in zip(CHANGES, ids, strict=True)]

    def told() -> list[tuple[str, str, str, str]]:
        subject = f"coop.v1.accounts.{org}.>"
        events = asyncio.run(stored(edge.platform.ready, "COOP_CONTROL", subject))
        return [
            (one["type"].split(".")[2], one["actor"], one["data"]["reason"], one["correlationid"])
            for one in events
        ]

    until(lambda: set(told()) >= set(whole))
    entries = as_ada.get(f"{own}/audit").json()["entries"]
    assert {(one["reason"], one["correlation_id"]) for one in entries} >= {
        ("Because.", one) for one in ids
    }


def test_the_trail_is_exported_whole_and_holds(
    as_ada: httpx.Client, as_eve: httpx.Client, eve: Person, org: str
) -> None:
    member = f"/accounts/{org}/members/{eve.account_id}"
    for role in ("reader", "writer"):
        as_ada.put(member, json={"role": role, "reason": "Because."})
    assert as_eve.get(f"/accounts/{org}/audit").status_code == 403
    assert as_eve.get(f"/accounts/{org}/audit.ndjson").status_code == 403
    newest = as_ada.get(f"/accounts/{org}/audit", params={"limit": 1}).json()
    assert newest["entries"][0]["reason"] == "Because."
    assert newest["cursor"]
    exported = as_ada.get(f"/accounts/{org}/audit.ndjson")
    assert exported.headers["content-type"] == "application/x-ndjson"
    entries = [AuditEntry.model_validate_json(line) for line in exported.text.splitlines()]
    assert [one.sequence for one in entries] == [1, 2, 3]
    assert breaks(entries) == []
    assert all(one.correlation_id for one in entries)
