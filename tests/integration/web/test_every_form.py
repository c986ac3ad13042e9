"""Every form there is: from elsewhere, without its token, with nonsense, with more than it asks."""

from collections.abc import Mapping

import httpx
import pytest

from services.web.routes import PAGES
from tests.edge import PASSWORD, Edge, Person, token_of
from tests.pages import Page
from tests.visitor import register, visiting
from tests.waiting import until

NO_PAGES = {"/-/hooks/kratos", "/-/events"}
REPOSITORY = "levels"


def addresses(person: Person, method: str) -> list[str]:
    """All that are asked so, about this person and a repository; signing out is last."""
    names = {"account_id": person.account_id, "repository_id": REPOSITORY}
    names |= {"form": "dcat", "provider": "none"}
    found = [
        route.path.format_map(names)
        for route in PAGES
        if method in (route.methods or ()) and route.path not in NO_PAGES and ":" not in route.path
    ]
    return sorted(found, key="/-/sign-out".__eq__)


def changes(person: Person) -> list[str]:
    """What was done to the account, all of which its trail tells."""
    told = person.client.get(f"/api/v1/accounts/{person.account_id}/audit?limit=100").json()
    return [one["action"] for one in told["entries"]]


def post(person: Person, path: str, fields: Mapping[str, str], **headers: str) -> httpx.Response:
    here = {"origin": str(person.client.base_url).rstrip("/"), **headers}
    return person.client.post(path, data=fields, headers=here, follow_redirects=False)


def names_of_fields(person: Person) -> list[str]:
    """Of all fields on all pages."""
    pages = [Page(person.client.get(path).text) for path in addresses(person, "GET")]
    return sorted({name for page in pages for form in page.forms for name in form.fields})


def test_from_elsewhere_none_is_taken(ada: Person) -> None:
    ada.new_repository(REPOSITORY)
    token, before = token_of(ada.client.get("/-/new").text), changes(ada)
    for path in addresses(ada, "POST"):
        for headers in ({"origin": "https://evil.example"}, {"origin": "", "sec-fetch-site": ""}):
            answer = post(ada, path, {"csrf_token": token}, **headers)
            assert answer.status_code == 403, path
    assert changes(ada) == before


def test_without_a_token_of_this_session_nothing_is_done(ada: Person, eve: Person) -> None:
    ada.new_repository(REPOSITORY)
    session, before = dict(ada.client.cookies), changes(ada)
    theirs = token_of(eve.client.get("/-/new").text)
    for path in addresses(ada, "POST"):
        for fields in ({}, {"csrf_token": theirs}):
            answer = post(ada, path, {"name": "Mine", "confirm": ada.account_id, **fields})
            assert answer.status_code in {303, 400, 409}, path
    assert changes(ada) == before
    assert dict(ada.client.cookies) == session


@pytest.mark.parametrize("value", ["", "\0", "9" * 400, "../x", "\u202e" * 300, "{}"])
def test_fields_of_nonsense_are_never_our_failure(ada: Person, value: str) -> None:
    ada.new_repository(REPOSITORY)
    names, failed = names_of_fields(ada), list[str]()
    assert len(names) > 60
    for path in addresses(ada, "POST"):
        token = token_of(ada.client.get("/-/new").text)
        answer = post(ada, path, dict.fromkeys(names, value) | {"csrf_token": token})
        failed += [path] if answer.status_code >= 500 else []
    assert failed == []


def test_a_form_is_about_what_its_address_says(ada: Person) -> None:
    for name in ("one", "two"):
        ada.new_repository(name)
    other = {"account_id": ada.account_id, "repository_id": "two"}
    sent = {
        "confirm": f"{ada.account_id}/two",
        "csrf_token": token_of(ada.visitor.go("/-/new").html),
    }
    assert post(ada, f"/-/{ada.account_id}/one/delete", sent | other).status_code == 400
    for name in ("one", "two"):
        ada.visitor.go(f"/{ada.account_id}/{name}")


def test_nobody_makes_themselves_what_they_are_not(edge: Edge, ada: Person, eve: Person) -> None:
    before, theirs = (one.client.get("/api/v1/account").json() for one in (ada, eve))
    more = {"admin": "true", "disabled": "false", "kind": "organization", "domains": "noaa.gov"}
    more |= {"identity_id": "x", "account_uid": theirs["account_uid"], "account_id": "noaa"}
    more |= {"roles": "{}", "version": "1", "avatar": "x", "quota": "1"}
    place = f"/-/{ada.account_id}/settings"
    ada.visitor.send(ada.visitor.go(place).form(place), bio="Listens.", **more)
    until(lambda: ada.client.get("/api/v1/account").json() == before | {"bio": "Listens."})
    assert eve.client.get("/api/v1/account").json() == theirs
    with visiting(edge.web) as visitor:
        register(visitor, "made-up@example.org", PASSWORD, "Made Up")
        chosen = {"account_id": "made-up", "name": "Made Up"}
        visitor.send(visitor.page.form("/-/welcome"), **more | chosen)
        told = visitor.client.get("/api/v1/account").json()
        assert (told["account_id"], told["kind"], told["domains"]) == ("made-up", "individual", [])
        assert visitor.client.get("/-/admin").status_code == 404
