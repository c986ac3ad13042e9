"""Organizations made by their form."""

from tests.edge import Edge, Person
from tests.visitor import Visitor


def test_it_is_made_and_is_its_maker_s(ada: Person) -> None:
    name = f"lab-{ada.account_id}"
    form = ada.visitor.go("/-/new-organization").form("/-/new-organization")
    page = ada.visitor.send(form, account_id=name, name="River Lab")
    assert ada.visitor.here.endswith(f"/{name}")
    assert "River Lab" in page.text
    assert "New repository" in page.text
    assert ada.account_id in ada.visitor.go(f"/-/{name}/members").text


def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(ada: Person, eve: Person) -> None:
    form = ada.visitor.go("/-/new-organization").form("/-/new-organization")
    page = ada.visitor.send(form, status=400, account_id="No Name", name="Kept Words")
    assert page.form("/-/new-organization").fields["name"] == "Kept Words"
    page = ada.visitor.send(form, status=400, account_id=eve.account_id, name="Kept Words")
    assert "This name is taken. Choose another." in page.text
    ada.visitor.send(form, status=400, account_id="stac", name="")


def test_strangers_sign_in_first(edge: Edge, visitor: Visitor) -> None:
    visitor.go(f"{edge.web}/-/new-organization")
    assert "/-/sign-in" in visitor.here
