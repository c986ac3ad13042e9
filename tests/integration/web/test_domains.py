"""Domains of an organization by their page without JavaScript and by the API."""

import httpx

from tests.edge import Edge, Person, bearer
from tests.integration.web.test_members import form_of, new_organization
from tests.waiting import until

NAME = "noaa.invalid"


def test_it_is_added_looked_at_and_removed_by_its_page(ada: Person, eve: Person) -> None:
    org = new_organization(ada)
    address = f"/-/{org}/domains"
    # A role that is new is remembered as missing for a second.
    until(lambda: ada.client.get(f"/-/{org}/settings").status_code == 200)
    page = ada.visitor.go(f"/-/{org}/settings")
    assert address in [one.get("href") for one in page.links]
    page = ada.visitor.go(address)
    page = ada.visitor.send(form_of(page, "add"), status=400, name="noaa")
    assert "It is written like noaa.gov." in page.text
    page = ada.visitor.send(form_of(page, "add"), name=NAME)
    assert f"_coop.{NAME}" in page.text
    assert "coop-verification=" in page.text
    (form,) = [one for one in page.forms if one.fields.get("name") == NAME and one.buttons][:1]
    page = ada.visitor.send(form, do="remove")
    assert NAME not in page.text
    eve.visitor.go(address, status=403)
    ada.visitor.go(f"/-/{ada.account_id}/domains", status=404)


def test_the_api_does_the_same(edge: Edge, ada: Person, eve: Person) -> None:
    org = new_organization(ada)
    place = f"{edge.web}/api/v1/accounts/{org}/domains"
    key, other = bearer(ada.new_key()), bearer(eve.new_key())
    made = httpx.post(place, json={"name": NAME}, headers=key)
    assert (made.status_code, made.json()["state"]) == (201, "waiting")
    (listed,) = httpx.get(place, headers=key).json()["domains"]
    assert listed["proof"] == made.json()["proof"]
    assert httpx.get(place, headers=other).status_code == 403
    wrong = httpx.post(place, json={"name": "127.0.0.1"}, headers=key)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "name")
    assert httpx.post(f"{place}/x.invalid/check", headers=key).status_code == 404
    assert httpx.delete(f"{place}/{NAME}", headers=key).status_code == 204
    assert httpx.get(place, headers=key).json() == {"domains": []}
