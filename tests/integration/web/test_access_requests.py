"""Access asked for and answered on the pages, without JavaScript."""

import re

import pytest

from tests.edge import Edge, Person
from tests.mailbox import mails
from tests.waiting import until

HIDDEN = re.compile(r'value="[^"]*"|[0-9A-Z]{26}|datetime="[^"]*"')


@pytest.fixture
def secret(ada: Person) -> str:
    """A restricted repository of ada's, beside a public one."""
    ada.new_repository("secret", visibility="restricted")
    ada.new_repository("open")
    return f"/{ada.account_id}/secret"


def ask(eve: Person, place: str, message: str = "For my thesis") -> None:
    """By the link of the page that says that there is nothing, and its form."""
    page = eve.visitor.go(place, status=404)
    page = eve.visitor.go(page.link("/ask"))
    eve.visitor.send(page.form("/ask"), message=message)
    assert eve.visitor.here.endswith("/-/requests?done=request-sent")


def test_asked_approved_and_read(ada: Person, eve: Person, secret: str) -> None:
    ask(eve, secret)
    page = ada.visitor.go(ada.visitor.go(secret).link(f"{secret}/requests"))
    assert eve.account_id in page.text
    assert "For my thesis" in page.text
    page = ada.visitor.send(page.form("/requests"), do="approve", role="reader", days="7")
    assert "Nobody asks" in page.text
    until(lambda: eve.client.get(secret).status_code == 200)
    page = eve.visitor.go("/-/requests")
    assert "approved reader" in page.text
    assert secret in [one.get("href") for one in page.links]
    members = ada.visitor.go(f"/-{secret}/members")
    assert "until" in members.text
    eve.visitor.go(f"/-{secret}/requests", status=403)


def test_both_are_told_by_mail(edge: Edge, ada: Person, eve: Person, secret: str) -> None:
    ask(eve, secret)
    asked = f"{eve.account_id} asks for access to {secret[1:]}"
    mail = until(lambda: [one for one in mails(edge.mailbox, ada.email) if asked in one["subject"]])
    page = ada.visitor.go(next(line.strip() for line in mail[0]["text"].split() if "/-/" in line))
    ada.visitor.send(page.form("/requests"), do="approve", role="reader", days="0")
    given = f"You have access to {secret[1:]}"
    until(lambda: [one for one in mails(edge.mailbox, eve.email) if given in one["subject"]])


def test_declined_with_a_word_and_withdrawn(ada: Person, eve: Person, secret: str) -> None:
    ask(eve, secret)
    page = ada.visitor.go(f"/-{secret}/requests")
    ada.visitor.send(page.form("/requests"), do="decline", note="After the embargo")
    page = eve.visitor.go("/-/requests")
    assert "declined" in page.text
    assert "After the embargo" in page.text
    eve.visitor.go(secret, status=404)
    ask(eve, secret)
    stale = ada.visitor.go(f"/-{secret}/requests")
    page = eve.visitor.go("/-/requests")
    page = eve.visitor.send(page.form("/requests"))
    assert "withdrawn" in page.text
    page = ada.visitor.send(stale.form("/requests"), do="approve", status=400)
    assert "This request was withdrawn." in page.text
    eve.visitor.go(secret, status=404)


@pytest.mark.usefixtures("secret")
def test_nothing_tells_what_there_is(ada: Person, eve: Person) -> None:
    names = ("secret", "missing", "absent")
    lost, forms, asked = set(), set(), set()
    for name in names:
        place = f"/{ada.account_id}/{name}"
        lost.add(HIDDEN.sub("", eve.visitor.go(place, status=404).html).replace(name, "it"))
        form = eve.visitor.go(f"/-{place}/ask")
        forms.add(HIDDEN.sub("", form.html).replace(name, "it"))
        eve.visitor.send(form.form("/ask"))
        asked.add((eve.visitor.answer.status_code, eve.visitor.here))
    assert (len(lost), len(forms), len(asked)) == (1, 1, 1)
    shown = eve.visitor.go("/-/requests")
    assert shown.text.count("open") == len(names)
    eve.visitor.send(eve.visitor.go(f"/-/{ada.account_id}/open/ask").form("/ask"))
    assert f"{ada.account_id}/open" in eve.visitor.page.text


def test_only_people_who_are_signed_in_are_offered_to_ask(
    edge: Edge, eve: Person, secret: str
) -> None:
    eve.visitor.go(f"/-{secret}/requests", status=404)
    page = eve.visitor.go(f"{secret}/a/file.csv", status=404)
    assert page.link("/ask") == f"/-{secret}/ask"
    page = eve.visitor.go("/-/nothing", status=404)
    assert not any(one.get("href", "").endswith("/ask") for one in page.links)
    eve.client.cookies.clear()
    page = eve.visitor.go(secret, status=404)
    assert not any(one.get("href", "").endswith("/ask") for one in page.links)
    assert "/-/sign-in" in str(eve.client.get(f"{edge.web}/-{secret}/ask").url)


def test_a_message_that_is_too_long_is_kept(eve: Person, secret: str) -> None:
    page = eve.visitor.go(f"/-{secret}/ask")
    page = eve.visitor.send(page.form("/ask"), message="x" * 1001, status=400)
    assert "at most 1000 characters" in page.text
    assert "x" * 1001 in page.text
