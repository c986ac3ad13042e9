"""ETag and If-Match on roles, states and transfers, over the real services."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.edge import Edge, Person
from tests.integration.web.test_disabled import operate
from tests.waiting import until

OLD = {"if-match": '"1"'}


@pytest.fixture
def mask(program: httpx.Client, org: str) -> str:
    """A repository of the organization."""
    body = {"account_id": org, "repository_id": "mask", "title": "Mask"}
    assert program.post("/repositories", json=body).status_code == 201
    return f"/repositories/{org}/mask"


def edition(program: httpx.Client, place: str) -> dict[str, str]:
    """The condition that a place is as it was read."""
    answer = program.get(place)
    assert answer.status_code == 200, answer.text
    return {"if-match": answer.headers["etag"]}


def is_late(answer: httpx.Response) -> bool:
    is_problem = answer.headers["content-type"] == "application/problem+json"
    return is_problem and answer.status_code == 412


@pytest.mark.parametrize("where", ["organization", "repository"])
def test_a_role_is_changed_from_what_was_seen(
    program: httpx.Client, eve: Person, org: str, mask: str, where: str
) -> None:
    members = f"/accounts/{org}/members" if where == "organization" else f"{mask}/members"
    place = f"{members}/{eve.account_id}"
    assert program.get(place).status_code == 404
    assert is_late(program.put(place, json={"role": "reader"}, headers=OLD))
    assert program.get(place).status_code == 404
    assert program.put(place, json={"role": "reader"}).status_code == 204
    seen = edition(program, place)
    assert program.put(place, json={"role": "writer"}, headers=seen).status_code == 204
    assert is_late(program.put(place, json={"role": "maintainer"}, headers=seen))
    assert is_late(program.delete(place, headers=seen))
    assert program.get(place).json()["role"] == "writer"
    assert program.delete(place, headers=edition(program, place)).status_code == 204
    assert program.get(place).status_code == 404


def test_what_is_refused_for_another_reason_is_not_late(
    program: httpx.Client, ada: Person, org: str
) -> None:
    place = f"/accounts/{org}/members/{ada.account_id}"
    answer = program.delete(place, headers=edition(program, place))
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:coop:problem:conflict")


def test_the_end_of_a_role_stays_until_it_is_told_otherwise(
    program: httpx.Client, ada: Person, eve: Person, org: str
) -> None:
    place = f"/accounts/{org}/members/{eve.account_id}"
    until = (datetime.now(UTC) + timedelta(days=3)).replace(microsecond=0).isoformat()

    def saved(**grant: Any) -> str | None:
        answer = program.put(place, json={"role": "reader", **grant})
        assert answer.status_code == 204, answer.text
        found: str | None = program.get(place).json()["until"]
        return found

    told = until.replace("+00:00", "Z")
    assert saved(until=until) == told
    assert saved() == told
    assert saved(role="writer") == told
    page = ada.visitor.go(f"/-/{org}/members")
    uid = program.get(f"/accounts/{eve.account_id}").json()["account_uid"]
    form = next(
        one for one in page.forms if one.fields.get("do") == "grant" and uid in str(one.fields)
    )
    ada.visitor.send(form, role="reader")
    found = program.get(place).json()
    assert (found["role"], found["until"]) == ("reader", told)
    assert saved(until=None) is None
    assert program.put(place, json={"role": "reader", "until": "2020-01-01T00:00:00Z"}).is_error


def test_states_are_changed_from_what_was_seen(program: httpx.Client, org: str, mask: str) -> None:
    confirm = {"confirm": f"{org}/mask"}
    seen = edition(program, mask)
    assert is_late(program.post(f"{mask}/deactivate", json=confirm, headers=OLD))
    aside = program.post(f"{mask}/deactivate", json=confirm, headers=seen)
    assert aside.status_code == 200
    assert is_late(program.post(f"{mask}/activate", headers=seen))
    now = {"if-match": aside.headers["etag"]}
    assert program.post(f"{mask}/activate", headers=now).status_code == 200
    assert is_late(program.delete(mask, params=confirm, headers=now))
    assert program.delete(mask, params=confirm, headers=edition(program, mask)).status_code == 204
    (deleted,) = program.get(f"/accounts/{org}/deleted").json()["repositories"]
    place = f"/accounts/{org}/deleted/{deleted['repository_uid']}/undelete"
    assert is_late(program.post(place, headers=now))
    back = program.post(place, headers={"if-match": f'"{deleted["version"]}"'})
    assert back.status_code == 200
    assert edition(program, mask) == {"if-match": back.headers["etag"]}


@pytest.mark.parametrize(
    ("setting", "first", "second"),
    [
        ("versioning", {"versioning": "enabled"}, {"versioning": "suspended"}),
        ("retention", {"days": 30}, {"days": 60}),
    ],
)
def test_what_is_kept_is_set_from_what_was_seen(
    program: httpx.Client, mask: str, setting: str, first: dict[str, Any], second: dict[str, Any]
) -> None:
    place, seen = f"{mask}/{setting}", edition(program, mask)
    assert is_late(program.put(place, json=first, headers=OLD))
    changed = program.put(place, json=first, headers=seen)
    assert changed.status_code == 200
    assert is_late(program.put(place, json=second, headers=seen))
    after = program.put(place, json=second, headers={"if-match": changed.headers["etag"]})
    assert edition(program, mask) == {"if-match": after.headers["etag"]}


def test_limits_are_set_from_what_was_seen(
    edge: Edge, program: httpx.Client, ada: Person, org: str, mask: str
) -> None:
    operate(edge, "grant-admin", ada.account_id)
    until(lambda: program.get("/admin/accounts").is_success)
    for thing in (f"/accounts/{org}", mask):
        place, seen = f"/admin{thing}/quota", edition(program, thing)
        assert is_late(program.put(place, json={"size": 5}, headers=OLD))
        assert program.put(place, json={"size": 5}, headers=seen).status_code == 200
        assert is_late(program.put(place, json={"size": 6}, headers=seen))
        assert program.put(place, json={"size": 7}).json()["quota"]["size"] == 7


def test_an_offer_is_replaced_and_answered_as_it_was_seen(
    program: httpx.Client, ada: Person, org: str, mask: str
) -> None:
    place = f"{mask}/transfer"
    body = {"to_account_id": ada.account_id, "confirm": f"{org}/mask"}
    assert is_late(program.put(place, json=body, headers=OLD))
    first = {"if-match": program.put(place, json=body).headers["etag"]}
    assert edition(program, place) == first
    second = {"if-match": program.put(place, json=body, headers=first).headers["etag"]}
    assert is_late(program.put(place, json=body, headers=first))
    offered = f"/accounts/{ada.account_id}/transfers/{program.get(mask).json()['repository_uid']}"
    assert is_late(program.delete(offered, headers=first))
    assert is_late(program.post(f"{offered}/accept", headers=first))
    assert program.post(f"{offered}/accept", headers=second).status_code == 200
