"""Another address for who is signed in: proven first, and nobody learns whose an address is."""

import sqlite3
import time
from contextlib import closing
from typing import Any

import pytest

from tests.edge import PASSWORD, Edge, Person
from tests.integration.web.test_sessions import is_out
from tests.kept_rows import rows_with
from tests.mailbox import mailed_code, mails
from tests.pages import Page
from tests.visitor import Visitor, answers, sign_in, visiting
from tests.waiting import until

HERE = "/-/email"
TOO_OLD = "The code is too old, or was tried too often; ask for another."


def ask(visitor: Visitor, email: str, status: int = 200) -> Page:
    """Ask for a code to an address; what the page then is."""
    return visitor.send(visitor.go(HERE).form(HERE), status=status, email=email)


def refused(edge: Edge, email: str) -> None:
    """Nobody signs in by this address with our password."""
    with visiting(edge.web) as visitor:
        form = visitor.go("/-/sign-in").form("/-/sign-in")
        visitor.send(form, status=400, **answers(form, email, PASSWORD, ""))


def test_an_address_is_taken_once_its_code_comes_back(edge: Edge, ada: Person) -> None:
    new = f"new-{ada.email}"
    page = ask(ada.visitor, new.upper())
    assert "A code is on its way" in page.text
    assert "They are good for 15 minutes." in page.text
    code = mailed_code(page, new)
    refused(edge, new)
    page = ada.visitor.send(page.form(HERE), status=400, code="no code")
    assert "It is not the code of the mail" in page.text
    page = ada.visitor.send(page.form(HERE), code=code)
    assert "Your e-mail address is changed." in page.text
    assert new in page.text
    assert "confirmed" in page.text
    refused(edge, ada.email)
    with visiting(edge.web) as visitor:
        sign_in(visitor, new, PASSWORD)


def test_the_address_before_is_told_and_others_are_signed_out(edge: Edge, ada: Person) -> None:
    new = f"moved-{ada.email}"
    with visiting(edge.web) as thief:
        sign_in(thief, ada.email, PASSWORD)
        page = ask(ada.visitor, new)
        ada.visitor.send(page.form(HERE), code=mailed_code(page, new))
        said = "Your e-mail address at Coop was changed"

        def told() -> list[dict[str, Any]]:
            return [one for one in mails(edge.mailbox, ada.email) if one["subject"] == said]

        (mail,) = until(told)
        assert new not in mail["text"]
        assert edge.web in mail["text"]
        until(lambda: is_out(thief))
        assert not is_out(ada.visitor)


def test_taken_and_free_addresses_are_answered_alike(edge: Edge, ada: Person, eve: Person) -> None:
    said, took = [], []
    for email in (eve.email, f"nobody-{ada.email}"):
        form = ada.visitor.go(HERE).form(HERE)
        begun = time.monotonic()
        page = ada.visitor.send(form, email=email)
        took.append(time.monotonic() - begun)
        names = sorted({*ada.visitor.answer.headers, *ada.client.cookies})
        said.append((page.text.replace(email, "…"), names, ada.visitor.answer.history))
        until(lambda email=email: mails(edge.mailbox, email))
    assert said[0] == said[1]
    assert abs(took[0] - took[1]) < 0.3


def test_a_taken_address_is_told_to_its_owner_alone(edge: Edge, ada: Person, eve: Person) -> None:
    page = ask(ada.visitor, eve.email)
    said = "If you have an account with this address"
    until(lambda: [mail for mail in mails(edge.mailbox, eve.email) if said in mail["text"]])
    page = ada.visitor.send(page.form(HERE), status=400, code=mailed_code(page, eve.email))
    assert "There is an account with this e-mail address already." in page.text
    with visiting(edge.web) as visitor:
        sign_in(visitor, eve.email, PASSWORD)
        assert "eve" in visitor.page.text.lower()


def test_kratos_own_form_takes_a_name_and_no_address(ada: Person, eve: Person) -> None:
    page = ada.visitor.go("/-/credentials")
    form = next(one for one in page.forms if "traits.name" in one.fields)
    assert "traits.email" not in form.fields
    for name in ("traits.email", "kratos.traits.email"):
        for email in (eve.email, f"nobody-{ada.email}"):
            page = ada.visitor.send(form, **{"traits.name": "Ada", name: email})
            assert "Your name is saved." in page.text
            assert ada.email in page.text
            form = next(one for one in page.forms if "traits.name" in one.fields)


def test_five_tries_are_enough(ada: Person) -> None:
    new = f"tried-{ada.email}"
    page = ask(ada.visitor, new)
    code, form = mailed_code(page, new), page.form(HERE)
    for number in range(5):
        ada.visitor.send(form, status=400, code=f"no {number}")
    page = ada.visitor.send(form, status=400, code=code)
    assert "was tried too often" in page.text


def test_a_code_is_good_for_who_asked_and_once(ada: Person, eve: Person) -> None:
    new = f"mine-{ada.email}"
    page = ask(ada.visitor, new)
    code, form = mailed_code(page, new), page.form(HERE)
    theirs = eve.visitor.go(HERE).form(HERE)
    typed = {"email": new, "change": form.fields["change"], "code": code}
    assert "is too old" in eve.visitor.send(theirs, status=400, **typed).text
    ada.visitor.send(form, code=code)
    assert "is too old" in ada.visitor.send(form, status=400, code=f" {code}").text


def test_another_code_can_be_asked_for(ada: Person) -> None:
    new = f"second-{ada.email}"
    page = ask(ada.visitor, new)
    mailed_code(page, new)
    page = ada.visitor.send(page.form(HERE), resend="yes", code="")
    page = ada.visitor.send(page.form(HERE), code=mailed_code(page, new))
    assert "Your e-mail address is changed." in page.text


def test_no_code_is_kept(edge: Edge, ada: Person) -> None:
    new = f"kept-{ada.email}"
    page = ask(ada.visitor, new)
    code = mailed_code(page, new)
    assert rows_with(edge.platform.home, new, "accounts")
    assert not [row for row in rows_with(edge.platform.home, new, "accounts") if code in row]


@pytest.mark.parametrize(
    ("email", "told"),
    [
        ("", "Fill this in."),
        ("no address", "It is not an e-mail address as it is written."),
        ("a@b.example\r\nBcc: eve@example.org", "It is not an e-mail address as it is written."),
        ("a" * 300 + "@example.org", "Use at most 254 characters."),
    ],
)
def test_what_is_no_address_is_told_at_its_field(ada: Person, email: str, told: str) -> None:
    assert told in ask(ada.visitor, email, status=400).text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("", TOO_OLD),
        ("none", TOO_OLD),
        ("../CHANGE", TOO_OLD),
        ("x" * 65, "This code is for nothing that is known here; ask for another."),
    ],
)
def test_a_made_up_change_is_none(ada: Person, change: str, said: str) -> None:
    form = ada.visitor.go(HERE).form(HERE)
    page = ada.visitor.send(form, status=400, email=ada.email, change=change, code="000000")
    assert said in page.text


def test_who_signed_in_long_ago_does_so_again_and_loses_nothing(edge: Edge, ada: Person) -> None:
    form = ada.visitor.go(HERE).form(HERE)
    path = edge.platform.home / "kratos" / "kratos.db"
    with closing(sqlite3.connect(path, timeout=10)) as kratos, kratos:
        kratos.execute("UPDATE sessions SET authenticated_at = '2020-01-01 00:00:00'")
    new = f"late-{ada.email}"
    page = ada.visitor.send(form, email=new)
    assert page.headings == ["Confirm that it is you"]
    assert not mails(edge.mailbox, new)
    form = page.form("/-/sign-in")
    page = ada.visitor.send(form, **answers(form, ada.email, PASSWORD, ""))
    page = ada.visitor.send(page.form(HERE))
    assert "A code is on its way" in page.text


def test_nobody_changes_anything_before_signing_in(edge: Edge) -> None:
    with visiting(edge.web) as visitor:
        visitor.go(HERE)
        assert "/-/sign-in" in visitor.here
