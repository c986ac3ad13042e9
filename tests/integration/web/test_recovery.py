"""Coming back by a code in the mail, confirming an address; nobody learns who is known."""

import time
from itertools import count

import httpx
import pytest

from tests.edge import PASSWORD, SESSION, Edge, Person
from tests.mailbox import mailed_code, mails
from tests.visitor import Visitor, answers, sign_in, visiting
from tests.waiting import until

_numbers = count(1)


def ask(visitor: Visitor, path: str, field: str, email: str) -> str:
    """Ask for a code; what the page then says."""
    form = visitor.go(path).form(path)
    button = form.buttons[0]
    return visitor.send(form, **{field: email, button["name"]: button["value"]}).text


def test_a_code_leads_in_and_a_new_password_is_chosen(edge: Edge, ada: Person) -> None:
    with visiting(edge.web) as visitor:
        said = ask(visitor, "/-/recover", "email", ada.email)
        assert "A code is on its way" in said
        form = visitor.page.form("/-/recover")
        visitor.send(form, code=mailed_code(visitor.page, ada.email))
        assert visitor.here.endswith("/-/choose-password?return_to=")
        form = visitor.page.form("/-/choose-password")
        visitor.send(form, password="five other words for it")
        assert visitor.page.form("/-/sign-out")
        visitor.send(visitor.page.form("/-/sign-out"))
        sign_in(visitor, ada.email, "five other words for it")
    with visiting(edge.web) as thief:
        form = thief.go("/-/sign-in").form("/-/sign-in")
        thief.send(form, status=400, **answers(form, ada.email, PASSWORD, ""))


@pytest.mark.parametrize("path", ["/-/choose-password", "/-/credentials"])
@pytest.mark.parametrize("password", ["12345678", "password1", "It is {account_id} again"])
def test_a_password_that_would_be_guessed_is_refused_at_its_field(
    edge: Edge, ada: Person, path: str, password: str
) -> None:
    form = next(one for one in ada.visitor.go(path).forms if "password" in one.fields)
    page = ada.visitor.send(form, status=400, password=password.format(**vars(ada)))
    form = next(one for one in page.forms if "password" in one.fields)
    (field,) = [one for one in form.inputs if one["name"] == "password"]
    assert field["aria-invalid"] == "true"
    assert "Choose something" in page.text
    ada.visitor.send(form, password="five other words for it")
    with visiting(edge.web) as visitor:
        sign_in(visitor, ada.email, "five other words for it")


def test_the_mails_name_the_platform(edge: Edge, ada: Person) -> None:
    with visiting(edge.web) as visitor:
        for path in ("/-/recover", "/-/verify"):
            ask(visitor, path, "email", ada.email)
    came = until(lambda: found if len(found := mails(edge.mailbox, ada.email)) == 3 else [])
    assert {mail["subject"] for mail in came} == {
        "Your code to register at Coop",
        "Your code to get back into Coop",
        "Your code to confirm your address at Coop",
    }
    assert all(f"Coop ({edge.web})" in mail["text"] for mail in came)


def test_recovering_signs_out_everywhere_else(edge: Edge, ada: Person) -> None:
    with visiting(edge.web) as visitor:
        ask(visitor, "/-/recover", "email", ada.email)
        visitor.send(visitor.page.form("/-/recover"), code=mailed_code(visitor.page, ada.email))
    time.sleep(1)
    ada.visitor.go("/-/new")
    assert "/-/sign-in" in ada.visitor.here


def test_a_wrong_code_stands_at_the_form_and_five_are_enough(edge: Edge, ada: Person) -> None:
    with visiting(edge.web) as visitor:
        ask(visitor, "/-/recover", "email", ada.email)
        code = mailed_code(visitor.page, ada.email)
        for _ in range(6):
            page = visitor.send(visitor.page.form("/-/recover"), status=400, code="000000")
        assert SESSION not in visitor.client.cookies
        form = page.form("/-/recover")
        if "code" in form.fields:
            visitor.send(form, status=400, code=code)
        assert SESSION not in visitor.client.cookies


@pytest.mark.parametrize(
    ("path", "field"),
    [("/-/register", "traits.email"), ("/-/recover", "email"), ("/-/verify", "email")],
)
def test_known_and_unknown_addresses_are_answered_alike(
    edge: Edge, ada: Person, path: str, field: str
) -> None:
    said, took = [], []
    for email in (ada.email, f"nobody-{next(_numbers)}@example.org"):
        with visiting(edge.web) as visitor:
            form = visitor.go(path).form(path)
            typed = {field: email, form.buttons[0]["name"]: form.buttons[0]["value"]}
            begun = time.monotonic()
            page = visitor.send(form, **typed)
            took.append(time.monotonic() - begun)
            names = sorted({*visitor.answer.headers, *visitor.client.cookies})
            said.append((page.text.replace(email, "…"), names, visitor.answer.history))
    assert said[0] == said[1]
    assert abs(took[0] - took[1]) < 0.4


def test_registering_a_known_address_says_so_to_its_owner_alone(edge: Edge, ada: Person) -> None:
    with visiting(edge.web) as visitor:
        ask(visitor, "/-/register", "traits.email", ada.email)
        form = visitor.page.form("/-/register")
        code = mailed_code(visitor.page, ada.email)
        page = visitor.send(form, status=400, code=code)
        assert "There is an account with this e-mail address already." in page.text
        assert page.link("/-/recover")
        assert SESSION not in visitor.client.cookies


def test_refused_sign_ins_take_equally_long(edge: Edge, ada: Person) -> None:
    took = []
    for email in (ada.email, "nobody@example.org"):
        with visiting(edge.web) as visitor:
            form = visitor.go("/-/sign-in").form("/-/sign-in")
            begun = time.monotonic()
            visitor.send(form, status=400, **answers(form, email, "wrong wrong", ""))
            took.append(time.monotonic() - begun)
    assert min(took) >= 1.0
    assert [round(one % 1.0, 1) for one in took] == pytest.approx([0.0, 0.0], abs=0.4)


@pytest.mark.parametrize(
    "path", ["/-/recover", "/-/verify", "/-/register", "/-/credentials", "/-/email"]
)
def test_a_flow_of_somebody_else_or_of_nobody_begins_anew(ada: Person, path: str) -> None:
    for flow in ("no-flow", "00000000-0000-4000-8000-000000000000", "../../admin"):
        address = httpx.URL(path, params={"flow": flow}).raw_path.decode()
        assert ada.visitor.client.get(address).status_code == 200
