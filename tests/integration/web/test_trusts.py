"""Trusts over the JSON API: for owners, and never more than is asked."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.edge import Edge, Person, bearer

WANTED: dict[str, Any] = {
    "issuer": "https://token.actions.githubusercontent.com",
    "audience": "coop",
    "subject": "repo:lab/data:ref:refs/heads/*",
    "actions": ["write", "read"],
}


@pytest.fixture
def program(edge: Edge, ada: Person) -> Iterator[httpx.Client]:
    key = bearer(ada.new_key())
    with httpx.Client(base_url=f"{edge.web}/api/v1", headers=key) as client:
        yield client


def test_made_listed_removed(program: httpx.Client, ada: Person) -> None:
    place = f"/accounts/{ada.account_id}/trusts"
    made = program.post(place, json=WANTED)
    assert made.status_code == 201
    trust = made.json()
    assert trust["role_arn"] == f"arn:aws:iam::{ada.account_id}:role/{trust['trust_uid']}"
    assert trust["actions"] == ["read", "write"]
    assert program.get(place).json() == {"trusts": [trust], "cursor": None}
    assert program.delete(f"{place}/{trust['trust_uid']}").status_code == 204
    assert program.get(place).json()["trusts"] == []
    assert program.delete(f"{place}/never-was").status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "*"},
        {"issuer": "no address"},
        {"duration_seconds": 60},
        {"actions": ["own"]},
        {"places": ["never-was/at-all"]},
        {"unknown": 1},
    ],
)
def test_what_is_no_trust(program: httpx.Client, ada: Person, change: dict[str, Any]) -> None:
    answer = program.post(f"/accounts/{ada.account_id}/trusts", json=WANTED | change)
    assert answer.status_code == 400
    assert answer.json()["errors"]


def test_nobody_elses(program: httpx.Client, eve: Person) -> None:
    place = f"/accounts/{eve.account_id}/trusts"
    assert program.get(place).status_code == 403
    assert program.post(place, json=WANTED).status_code == 403
