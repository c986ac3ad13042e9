"""The end of an account by its page without JavaScript and by the API; at last it is nobody."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.edge import PASSWORD, Edge, Person, bearer, registered, starting
from tests.mailbox import mails
from tests.pictures import picture
from tests.visitor import answers, register, visiting
from tests.waiting import until


def subjects(edge: Edge, person: Person) -> list[str]:
    return [mail["subject"] for mail in mails(edge.mailbox, person.email)]


def test_it_is_asked_for_and_cancelled_by_its_page(edge: Edge, ada: Person, eve: Person) -> None:
    name, address = ada.account_id, f"/-/{ada.account_id}/delete"
    page = ada.visitor.go(f"/-/{name}/settings")
    assert address in [one.get("href") for one in page.links]
    page = ada.visitor.go(address)
    page = ada.visitor.send(page.form(address), status=400, confirm=name[:-1])
    assert f"must be {name}, exactly so" in page.text
    page = ada.visitor.send(page.form(address), confirm=name, reason="Enough.")
    assert f"{name} will be deleted" in page.text
    until(lambda: f"Your account {name} will be deleted" in subjects(edge, ada))
    page = ada.visitor.send(page.form(f"{address}/cancel"))
    assert page.form(address)
    until(lambda: f"Your account {name} stays" in subjects(edge, ada))
    eve.visitor.go(address, status=403)


def test_what_stands_in_the_way_is_told(ada: Person) -> None:
    ada.new_repository("mask")
    address = f"/-/{ada.account_id}/delete"
    form = ada.visitor.go(address).form(address)
    page = ada.visitor.send(form, status=400, confirm=ada.account_id)
    assert f"Delete or hand over first: {ada.account_id}/mask." in page.text


def test_the_api_does_the_same(edge: Edge, ada: Person, eve: Person) -> None:
    place = f"/accounts/{ada.account_id}/deletion"
    with httpx.Client(base_url=f"{edge.web}/api/v1", headers=bearer(ada.new_key())) as api:
        assert api.get(place).status_code == 404
        wrong = api.post(place, json={"confirm": "x"})
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "confirm")
        made = api.post(place, json={"confirm": ada.account_id})
        assert (made.status_code, made.json()["state"]) == (202, "scheduled")
        left = datetime.fromisoformat(made.json()["due_at"]) - datetime.now(UTC)
        assert timedelta(days=6, hours=23) < left <= timedelta(days=7)
        assert api.get(place).json() == made.json()
        assert api.delete(place).json()["state"] == "cancelled"
        assert api.delete(place).status_code == 409
    other = httpx.post(
        f"{edge.web}/api/v1{place}",
        json={"confirm": ada.account_id},
        headers=bearer(eve.new_key()),
    )
    assert other.status_code == 403


@pytest.mark.slow
def test_once_its_time_is_up_it_is_nobody(tmp_path: Path) -> None:
    settings = {"COOP_ACCOUNTS__DELETION_DAYS": "0"}
    with starting(tmp_path / "home", **settings) as edge, registered(edge, "ada") as ada:
        key, address = bearer(ada.new_key()), "/-/ada/delete"
        form = ada.visitor.go(address).form(address)
        own = f"{edge.web}/api/v1/account"
        assert httpx.get(own, headers=key).status_code == 200
        face = f"{edge.web}/api/v1/accounts/ada/avatar"
        shown = httpx.put(face, content=picture(), headers=key).json()["avatar_url"]
        assert httpx.get(shown).status_code == 200
        ada.client.post(form.action, data={**form.fields, "confirm": "ada"}, headers=here(edge))
        until(lambda: httpx.get(own, headers=key).status_code == 401)
        until(lambda: httpx.get(f"{edge.web}/ada").status_code == 404)
        until(lambda: httpx.get(shown).status_code == 404)
        until(lambda: ada.client.get("/-/new", follow_redirects=False).status_code == 303)
        until(lambda: not can_sign_in(edge, ada))
        assert "This name is taken" in choosing_again(edge)


def choosing_again(edge: Edge) -> str:
    """What somebody is told who registers by the same address, and chooses the same name."""
    with visiting(edge.web) as visitor:
        register(visitor, "ada@example.org", PASSWORD, "Ada")
        form = visitor.page.form("/-/welcome")
        return visitor.send(form, status=400, account_id="ada", name="Ada").text


def here(edge: Edge) -> dict[str, str]:
    """As a browser says where a form comes from."""
    return {"origin": edge.web}


def can_sign_in(edge: Edge, person: Person) -> bool:
    """Whether Kratos still knows the address and its password."""
    with visiting(edge.web) as visitor:
        form = visitor.go("/-/sign-in").form("/-/sign-in")
        fields = {**form.fields, **answers(form, person.email, PASSWORD, "")}
        answer = visitor.client.post(form.action or "/-/sign-in", data=fields, headers=here(edge))
        return "/-/sign-out" in answer.text
