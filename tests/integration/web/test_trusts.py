"""Trusts over the JSON API and by their page: for owners, and never more than is asked."""

from typing import Any

import httpx
import pytest

from tests.edge import Person
from tests.visitor import Visitor

WANTED: dict[str, Any] = {
    "issuer": "https://token.actions.githubusercontent.com",
    "audience": "coop",
    "subject": "repo:lab/data:ref:refs/heads/*",
    "actions": ["write", "read"],
}


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


TYPED = {"issuer": WANTED["issuer"], "audience": "coop", "subject": WANTED["subject"]}


def test_added_and_removed_by_their_page(ada: Person) -> None:
    address = f"/-/{ada.account_id}/trusts"
    assert address in [one.get("href") for one in ada.visitor.go(f"/-/{ada.account_id}/keys").links]
    ada.new_repository("levels")
    place = f"{ada.account_id}/levels"
    limits = {"name": "nightly", "reach": "read", "places": place, "minutes": "15"}
    page = ada.visitor.send(ada.visitor.go(address).form(address), **TYPED, **limits)
    assert ada.visitor.here.endswith(address)
    assert page.fact("Subject") == TYPED["subject"]
    assert page.fact("May") == f"list, read{place}"
    assert page.fact("Keys last") == "15 minutes"
    role_arn = page.fact("Role ARN")
    assert f"AWS_ROLE_ARN={role_arn}" in page.text
    page = ada.visitor.send(page.form(f"{address}/remove"))
    assert "No trusts yet" in page.text
    assert role_arn not in page.text


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("issuer", "", "Fill this in."),
        ("issuer", "no address", "It must be an address such as https://issuer.example/path."),
        ("audience", "a" * 256, "Use at most 255 characters."),
        ("subject", "*", "It must begin with what all who are trusted have in common."),
        ("places", "never-was/at-all", "There is no never-was/at-all."),
        ("reach", "own", "Choose one of these."),
        ("minutes", "1", ""),
    ],
)
def test_a_slip_is_told_at_its_field_and_the_rest_is_kept(
    ada: Person, name: str, typed: str, said: str
) -> None:
    address = f"/-/{ada.account_id}/trusts"
    form = ada.visitor.go(address).form(address)
    page = ada.visitor.send(form, status=400, **{**TYPED, name: typed})
    assert said in page.text
    fields = page.form(address).fields
    assert {one: fields[one] for one in TYPED if one != name} == {
        one: value for one, value in TYPED.items() if one != name
    }
    assert "No trusts yet" in page.text


def test_the_page_is_its_owners_alone(ada: Person, eve: Person, visitor: Visitor) -> None:
    address = f"/-/{ada.account_id}/trusts"
    eve.visitor.go(address, status=403)
    own = f"/-/{eve.account_id}/trusts"
    token = eve.visitor.go(own).form(own).fields["csrf_token"]
    origin = str(eve.client.base_url).rstrip("/")
    sent = {"csrf_token": token, **TYPED, "trust_uid": "x"}
    for path in (address, f"{address}/remove"):
        answer = eve.client.post(path, data=sent, headers={"origin": origin})
        assert answer.status_code == 403
    visitor.go(address)
    assert "/-/sign-in" in visitor.here
