"""The pages of administrators, without JavaScript; for everybody else they do not exist."""

import pytest

from tests.edge import Edge, Person
from tests.integration.web.test_disabled import operate
from tests.visitor import Visitor
from tests.waiting import until


@pytest.fixture
def admin(edge: Edge, ada: Person) -> Person:
    """Somebody whom an operator made an administrator."""
    operate(edge, "grant-admin", ada.account_id)
    until(lambda: ada.client.get("/-/admin").status_code == 200, seconds=5)
    return ada


def test_an_account_is_found_shut_with_a_reason_and_opened_again(
    admin: Person, eve: Person
) -> None:
    page = admin.visitor.go("/")
    assert "/-/admin" in [one.get("href") for one in page.links]
    form = admin.visitor.go("/-/admin").form("/-/admin")
    page = admin.visitor.send(form, text=eve.account_id, state="enabled")
    own = f"/-/admin/{eve.account_id}"
    assert [one["href"] for one in page.links if one.get("href", "").startswith("/-/admin/")] == [
        own
    ]
    page = admin.visitor.go(own)
    page = admin.visitor.send(page.form(own), status=400, reason=" ")
    assert "Fill this in." in page.text
    page = admin.visitor.send(page.form(own), reason="Spam.")
    assert f"Enable {eve.account_id}" in page.text
    until(lambda: eve.client.get(f"/{eve.account_id}").status_code == 404, seconds=5)
    assert "Spam." in admin.visitor.go(f"/-/{eve.account_id}/audit").text
    page = admin.visitor.go(own)
    page = admin.visitor.send(page.form(own), reason="Sorry.")
    assert f"Disable {eve.account_id}" in page.text


def test_nobody_shuts_their_own_account(admin: Person) -> None:
    own = f"/-/admin/{admin.account_id}"
    form = admin.visitor.go(own).form(own)
    page = admin.visitor.send(form, status=400, reason="A slip.")
    assert "Nobody disables the account they are using." in page.text


def test_for_all_others_there_is_no_such_page(eve: Person, visitor: Visitor) -> None:
    for someone in (eve.visitor, visitor):
        for address in ("/-/admin", f"/-/admin/{eve.account_id}"):
            someone.go(address, status=404)
    page = eve.visitor.go("/-/new")
    fields = {
        "do": "disable",
        "reason": "x",
        "csrf_token": page.form("/-/new").fields["csrf_token"],
    }
    address = f"/-/admin/{eve.account_id}"
    origin = str(eve.client.base_url).rstrip("/")
    answer = eve.client.post(address, data=fields, headers={"origin": origin})
    assert answer.status_code == 404
    assert "/-/admin" not in [one.get("href") for one in eve.visitor.go("/").links]
