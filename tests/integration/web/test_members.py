"""Members and invitations by their pages, without JavaScript."""

import asyncio

import httpx
import pytest

from services.accounts.operations.offering import LIFETIME
from services.accounts.settings import ServiceSettings
from services.accounts.store.layout import SCHEMA
from shared.outbox import Outbox
from shared.tables import open_table
from tests.edge import Edge, Person, bearer
from tests.mailbox import mails
from tests.pages import Form, Page
from tests.unit.accounts.test_invitations import aged
from tests.waiting import until


def form_of(page: Page, do: str, **fields: str) -> Form:
    """The form of a page that does this, for this member or invitation."""
    return next(
        one
        for one in page.forms
        if one.fields.get("do") == do and fields.items() <= one.fields.items()
    )


def new_organization(person: Person) -> str:
    """Made by the API with the person's session; its name."""
    name = f"org-{person.account_id}"
    token = person.visitor.go("/-/new").form("/-/new").fields["csrf_token"]
    answer = person.client.post(
        "/api/v1/accounts",
        json={"account_id": name, "name": "Org"},
        headers={"x-csrf-token": token},
    )
    assert answer.status_code == 201, answer.text
    return name


def invite(person: Person, place: str, invitee: str, role: str, *, status: int = 200) -> Page:
    """By the form at the foot of the page."""
    page = person.visitor.go(f"/-/{place}/members")
    return person.visitor.send(form_of(page, "invite"), status=status, invitee=invitee, role=role)


def test_someone_is_invited_accepts_is_changed_and_removed(ada: Person, eve: Person) -> None:
    org = new_organization(ada)
    page = invite(ada, org, eve.account_id, "reader")
    assert "pending" in page.text
    page = eve.visitor.go("/-/invitations")
    (form,) = [one for one in page.forms if "invitation_uid" in one.fields]
    eve.visitor.send(form, answer="accept")
    assert eve.visitor.here.endswith(f"/{org}")
    page = ada.visitor.go(f"/-/{org}/members")
    assert "accepted" in page.text
    (uid,) = {
        one.fields["member_uid"]
        for one in page.forms
        if one.fields.get("role") == "reader" and "member_uid" in one.fields
    }
    page = ada.visitor.send(form_of(page, "grant", member_uid=uid), role="writer")
    assert form_of(page, "grant", member_uid=uid).fields["role"] == "writer"
    page = ada.visitor.send(form_of(page, "revoke", member_uid=uid))
    assert f"Remove {eve.account_id}" not in page.html


def test_who_is_invited_gets_a_mail_and_so_does_an_address(
    edge: Edge, ada: Person, eve: Person
) -> None:
    org = new_organization(ada)
    stranger = f"stranger@{org}.example"
    for invitee, address in ((eve.account_id, eve.email), (stranger, stranger)):
        invite(ada, org, invitee, "reader")
        mail = until(lambda to=address: [one for one in invitations_to(edge, to) if org in one])
        assert f"{edge.web}/-/invitations" in mail[0]


def invitations_to(edge: Edge, address: str) -> list[str]:
    """The texts of the invitations that came to somebody."""
    came = mails(edge.mailbox, address)
    return [one["text"] for one in came if one["subject"].startswith("You are invited")]


def test_a_new_owner_is_one_on_every_page_at_once(ada: Person) -> None:
    org = new_organization(ada)  # just after a page that made the edge remember who ada is
    assert "Settings" in ada.visitor.go(f"/-/{org}/settings").text


def test_a_new_role_counts_where_it_was_just_refused(ada: Person, eve: Person) -> None:
    org = new_organization(ada)
    invite(ada, org, eve.account_id, "owner")
    (form,) = [
        one for one in eve.visitor.go("/-/invitations").forms if "invitation_uid" in one.fields
    ]
    pages = [f"/-/{org}/{name}" for name in ("settings", "keys", "delete", "repositories")]
    for place in pages:
        eve.visitor.go(place, status=403)
    eve.visitor.send(form, answer="accept")
    for place in pages:
        eve.visitor.go(place)


def test_the_last_owner_is_told_why_they_cannot_leave(ada: Person) -> None:
    org = new_organization(ada)
    page = ada.visitor.go(f"/-/{org}/members")
    page = ada.visitor.send(form_of(page, "revoke"), status=400)
    assert "An organization needs an owner" in page.text


def test_faults_are_told_at_the_field(ada: Person, eve: Person) -> None:
    org = new_organization(ada)
    for invitee, said in (
        ("", "Fill this in."),
        ("nobody-of-this-name", "There is no account of this name."),
        ("no address@", "It is not an e-mail address as it is written."),
        (org, "Only people can be members."),
    ):
        page = invite(ada, org, invitee, "reader", status=400)
        assert said in page.text
        assert form_of(page, "invite").fields["invitee"] == invitee
    invite(ada, org, eve.account_id, "reader")
    page = invite(ada, org, eve.account_id, "reader", status=400)
    assert "They are invited already" in page.text


def test_one_that_expired_is_sent_again_and_accepted(edge: Edge, ada: Person, eve: Person) -> None:
    org = new_organization(ada)
    page = invite(ada, org, eve.account_id, "reader")
    again = next(one for one in page.forms if "invitation_uid" in one.fields)
    page = ada.visitor.send(again, status=400, do="resend")
    assert "It was sent a moment ago" in page.text
    until(lambda: mailed(edge, eve, org) == 1)
    asyncio.run(make_expire(edge, again.fields["invitation_uid"]))
    assert "expired" in ada.visitor.go(f"/-/{org}/members").text
    theirs = eve.visitor.go("/-/invitations")
    assert org not in theirs.text
    assert "pending" in ada.visitor.send(again, do="resend").text
    until(lambda: mailed(edge, eve, org) == 2)
    theirs = eve.visitor.go("/-/invitations")
    (form,) = [one for one in theirs.forms if "invitation_uid" in one.fields]
    eve.visitor.send(form, answer="accept")
    assert eve.visitor.here.endswith(f"/{org}")


def mailed(edge: Edge, person: Person, org: str) -> int:
    """How many invitations to it came to somebody."""
    return sum(org in one for one in invitations_to(edge, person.email))


async def make_expire(edge: Edge, invitation_uid: str) -> None:
    """As if its time had passed, in the table that the platform works on."""
    settings = ServiceSettings(home=edge.platform.home)
    table = await open_table(SCHEMA, service="accounts", settings=settings)
    await aged(Outbox(table), invitation_uid, LIFETIME)
    await table.close()


@pytest.mark.slow
def test_many_invitations_go_on_behind_a_link(edge: Edge, ada: Person) -> None:
    org = new_organization(ada)
    with httpx.Client(base_url=f"{edge.web}/api/v1", headers=bearer(ada.new_key())) as api:
        for number in range(101):
            body = {"email": f"person-{number}@{org}.example", "role": "reader"}
            assert api.post(f"/accounts/{org}/invitations", json=body).status_code == 201
    page = ada.visitor.go(f"/-/{org}/members")
    assert "person-1@" in page.text
    assert "person-0@" not in page.text
    (more,) = [one["href"] for one in page.links if one.get("rel") == "next"]
    page = ada.visitor.go(f"/-/{org}/members{more}")
    assert "person-0@" in page.text
    assert [one for one in page.links if one.get("rel") == "next"] == []


def test_taken_back_it_cannot_be_accepted(ada: Person, eve: Person) -> None:
    org = new_organization(ada)
    page = invite(ada, org, eve.account_id, "owner")
    theirs = eve.visitor.go("/-/invitations")
    (form,) = [one for one in theirs.forms if "invitation_uid" in one.fields]
    mine = next(one for one in page.forms if "invitation_uid" in one.fields)
    assert "revoked" in ada.visitor.send(mine, do="withdraw").text
    page = eve.visitor.send(form, status=409, answer="accept")
    assert "This invitation was taken back." in page.text


def test_a_repository_has_members_of_its_own(ada: Person, eve: Person) -> None:
    ada.new_repository("secret", visibility="restricted")
    place = f"{ada.account_id}/secret"
    eve.visitor.go(f"/-/{place}/members", status=404)
    invite(ada, place, eve.account_id, "maintainer")
    (form,) = [
        one for one in eve.visitor.go("/-/invitations").forms if "invitation_uid" in one.fields
    ]
    eve.visitor.send(form, answer="accept")
    assert eve.visitor.here.endswith(f"/{place}")
    page = eve.visitor.go(f"/-/{place}/members")
    assert "owner" not in form_of(page, "invite").fields
    assert ">owner<" not in page.html


def test_strangers_see_no_forms(ada: Person, eve: Person) -> None:
    org = new_organization(ada)
    page = eve.visitor.go(f"/-/{org}/members")
    assert ada.account_id in page.text
    assert [one for one in page.forms if "do" in one.fields] == []
    form = form_of(ada.visitor.go(f"/-/{org}/members"), "invite")
    own = next(one for one in page.forms if "csrf_token" in one.fields)
    eve.visitor.send(
        form,
        status=400,
        csrf_token=own.fields["csrf_token"],
        invitee=eve.account_id,
        role="owner",
    )
    assert ada.visitor.go(f"/-/{org}/members").text.count(eve.account_id) == 0


def test_individuals_have_no_members(ada: Person) -> None:
    ada.visitor.go(f"/-/{ada.account_id}/members", status=404)
