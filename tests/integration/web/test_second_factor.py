"""A second step at signing in: set up, asked for, asked for again where a session lacks it."""

import re

import httpx
import pytest

from tests.authenticator import shown_code
from tests.edge import PASSWORD, Edge, Person
from tests.mailbox import mailed_code
from tests.pages import Form, Page
from tests.visitor import Visitor, answers, visiting

HERE = "/-/credentials"
SECRET = re.compile(r"<code>([A-Z2-7]{32})</code>")


def form_with(page: Page, name: str) -> Form:
    """The form that has this field or button."""
    return next(
        one
        for one in page.forms
        if name in one.fields or any(button.get("name") == name for button in one.buttons)
    )


def press(visitor: Visitor, name: str, *, status: int = 200) -> Page:
    """Send the form of a button by that button."""
    form = form_with(visitor.page, name)
    (button,) = (one for one in form.buttons if one.get("name") == name)
    return visitor.send(form, status=status, **{name: button["value"]})


def app_of(person: Person) -> str:
    """Set an app up for somebody; what it makes its codes of."""
    page = person.visitor.go(HERE)
    found = SECRET.search(page.html)
    assert found is not None
    page = person.visitor.send(form_with(page, "totp_code"), totp_code=shown_code(found[1]))
    assert "Your app is set." in page.text
    return found[1]


@pytest.fixture
def secret(ada: Person) -> str:
    """Ada has set an app up; what it makes its codes of."""
    return app_of(ada)


def first_step(visitor: Visitor, person: Person, path: str = "/-/sign-in") -> Page:
    """E-mail address and password; the second step is shown."""
    form = visitor.go(path).form("/-/sign-in")
    page = visitor.send(form, **answers(form, person.email, PASSWORD, ""))
    assert page.headings == ["Second step"]
    return page


def test_the_picture_is_ours_and_nobody_elses(edge: Edge, ada: Person, eve: Person) -> None:
    page = ada.visitor.go(HERE)
    address = re.search(r'src="(/-/credentials/qr\?flow=[^"]+)"', page.html)
    assert address is not None
    picture = ada.client.get(address[1])
    assert picture.content.startswith(b"\x89PNG")
    assert picture.headers["cache-control"] == "no-store"
    assert eve.client.get(address[1]).status_code == 404
    assert httpx.get(f"{edge.web}{address[1]}").status_code == 404


def test_a_wrong_code_is_told_at_its_field(ada: Person) -> None:
    page = ada.visitor.go(HERE)
    page = ada.visitor.send(form_with(page, "totp_code"), status=400, totp_code="000000")
    assert "This is not the code that the app shows now." in page.text


def test_both_steps_lead_to_where_one_wanted_to_be(edge: Edge, ada: Person, secret: str) -> None:
    with visiting(edge.web) as visitor:
        page = first_step(visitor, ada, "/-/sign-in?return_to=/-/docs")
        page = visitor.send(form_with(page, "totp_code"), status=400, totp_code="000000")
        assert "This is not the code that the app shows now." in page.text
        visitor.send(form_with(page, "totp_code"), totp_code=shown_code(secret))
        assert visitor.here.endswith("/-/docs")
        assert visitor.page.form("/-/sign-out")


def test_with_the_first_step_alone_one_is_a_stranger_led_to_the_second(
    edge: Edge, ada: Person, secret: str
) -> None:
    ada.new_repository("closed", visibility="restricted")
    with visiting(edge.web) as visitor:
        first_step(visitor, ada)
        visitor.go(f"/{ada.account_id}/closed", status=404)
        assert "Finish signing in" in visitor.go("/").text
        assert visitor.client.get("/api/v1/account").status_code == 401
        for path in ("/-/new", HERE, "/-/sessions"):
            page = visitor.go(path)
            assert page.headings == ["Second step"], path
        visitor.send(form_with(page, "totp_code"), totp_code=shown_code(secret))
        assert visitor.here.endswith("/-/sessions")
        visitor.go(f"/{ada.account_id}/closed")


def test_who_lacks_the_second_step_can_go_back_out(edge: Edge, ada: Person, secret: str) -> None:
    assert secret
    with visiting(edge.web) as visitor:
        page = first_step(visitor, ada)
        signs_out = next(one for one in page.forms if one.action == "/-/sign-out")
        visitor.send(signs_out)
        assert "Register" in visitor.page.text


def test_a_recovered_account_still_asks_for_the_second_step(
    edge: Edge, ada: Person, secret: str
) -> None:
    with visiting(edge.web) as visitor:
        form = visitor.go("/-/recover").form("/-/recover")
        button = form.buttons[0]
        page = visitor.send(form, email=ada.email, **{button["name"]: button["value"]})
        page = visitor.send(page.form("/-/recover"), code=mailed_code(page, ada.email))
        assert page.headings == ["Second step"]
        visitor.send(form_with(page, "totp_code"), totp_code=shown_code(secret))
        assert "/-/choose-password" in visitor.here


def test_backup_codes_work_once_each(edge: Edge, ada: Person, secret: str) -> None:
    assert secret
    ada.visitor.go(HERE)
    page = press(ada.visitor, "lookup_secret_regenerate")
    codes = re.findall(r"<li><code>([a-z0-9]{8})</code></li>", page.html)
    assert len(codes) == 12
    page = press(ada.visitor, "lookup_secret_confirm")
    assert "Your backup codes are set." in page.text
    assert codes[0] not in page.html
    for status, told in ((200, ""), (400, "This backup code was used before.")):
        with visiting(edge.web) as visitor:
            page = first_step(visitor, ada)
            form = form_with(page, "lookup_secret")
            page = visitor.send(form, status=status, lookup_secret=codes[0])
            assert told in page.text


def test_the_app_can_be_removed(edge: Edge, ada: Person, secret: str) -> None:
    assert secret
    ada.visitor.go(HERE)
    page = press(ada.visitor, "totp_unlink")
    assert "The app is removed." in page.text
    with visiting(edge.web) as visitor:
        form = visitor.go("/-/sign-in").form("/-/sign-in")
        visitor.send(form, **answers(form, ada.email, PASSWORD, ""))
        assert visitor.page.form("/-/sign-out")


def test_a_form_that_waits_goes_through_both_steps(edge: Edge, ada: Person, secret: str) -> None:
    with visiting(edge.web) as visitor:
        visitor.client.cookies.update(ada.client.cookies)
        form = visitor.go("/-/new").form("/-/new")
        visitor.client.cookies.delete("ory_kratos_session")
        page = visitor.send(form, title="Waits", repository_id="waits")
        signing = page.form("/-/sign-in")
        page = visitor.send(signing, **answers(signing, ada.email, PASSWORD, ""))
        page = visitor.send(form_with(page, "totp_code"), totp_code=shown_code(secret))
        visitor.send(page.form("/-/new"))
        assert visitor.here.endswith(f"/{ada.account_id}/waits")
