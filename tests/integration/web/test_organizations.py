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


def made(ada: Person) -> str:
    """The name of an organization that was just made by its form; its page is shown."""
    name = f"lab-{ada.account_id}"
    form = ada.visitor.go("/-/new-organization").form("/-/new-organization")
    ada.visitor.send(form, account_id=name, name="River Lab")
    return name


def test_a_new_repository_from_its_page_is_its_own(ada: Person) -> None:
    name = made(ada)
    ways = [one["href"] for one in ada.visitor.page.links if one["href"].startswith("/-/new")]
    ways = [one for one in ways if one != "/-/new-organization"]
    assert ways
    for way in ways:
        assert ada.visitor.go(way).form("/-/new").fields["account_id"] == name


def test_one_s_own_page_lists_one_s_organizations(ada: Person, eve: Person) -> None:
    name = made(ada)
    page = ada.visitor.go(ada.visitor.page.link("#organizations"))
    assert "organizations" in page.ids
    assert page.link(f"/{name}")
    theirs = eve.visitor.go(f"/{ada.account_id}")
    assert "organizations" not in theirs.ids
    assert not any(one["href"] == f"/{name}" for one in theirs.links)
    assert "None yet" in eve.visitor.go(f"/{eve.account_id}").text


def test_who_was_just_made_a_member_may_make_repositories(ada: Person, org: str) -> None:
    """What is remembered of a visitor for a moment does not decide what is offered."""
    page = ada.visitor.go(f"/-/new?account_id={org}")
    assert page.form("/-/new").fields["account_id"] == org
