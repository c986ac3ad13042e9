"""Registering, signing in and out by Kratos' flows on our own pages, without JavaScript."""

import httpx
import pytest

from tests.edge import PASSWORD, SESSION, Edge, Person, registered
from tests.mailbox import mailed_code
from tests.pages import Form
from tests.visitor import Visitor, answers, register, sign_in, visiting


def step(visitor: Visitor, path: str, status: int = 200, **typed: str) -> Form:
    form = visitor.page.form(path)
    button = form.buttons[0]
    visitor.send(form, status=status, **{button["name"]: button["value"], **typed})
    return form


def proven(visitor: Visitor, email: str) -> None:
    """Register up to the choice of a password."""
    visitor.go("/-/register")
    step(visitor, "/-/register", **{"traits.email": email})
    step(visitor, "/-/register", code=mailed_code(visitor.page, email))


def test_registering_leads_by_a_code_and_a_password_to_a_name(visitor: Visitor) -> None:
    email = "all-steps@example.org"
    visitor.go("/-/register?return_to=/-/docs")
    step(visitor, "/-/register", **{"traits.email": email})
    assert email in visitor.page.text
    assert SESSION not in visitor.client.cookies
    step(visitor, "/-/register", code=mailed_code(visitor.page, email))
    assert visitor.here.endswith("/-/choose-password?return_to=/-/docs")
    step(visitor, "/-/choose-password", password=PASSWORD)
    assert visitor.here.endswith("/-/welcome?return_to=/-/docs")
    visitor.send(visitor.page.form("/-/welcome"), account_id="all-steps", name="All Steps")
    assert visitor.here.endswith("/-/docs")
    assert visitor.go("/all-steps").headings == ["All Steps"]


def test_a_wrong_code_is_told_and_the_right_one_still_works(visitor: Visitor) -> None:
    email = "wrong-code@example.org"
    visitor.go("/-/register")
    step(visitor, "/-/register", **{"traits.email": email})
    step(visitor, "/-/register", status=400, code="000000")
    assert "This is not the code of the last mail" in visitor.page.text
    assert email in visitor.page.text
    step(visitor, "/-/register", code=mailed_code(visitor.page, email))
    assert "/-/choose-password" in visitor.here


def test_another_code_can_be_asked_for(visitor: Visitor) -> None:
    email = "second-code@example.org"
    visitor.go("/-/register")
    step(visitor, "/-/register", **{"traits.email": email})
    first = mailed_code(visitor.page, email)
    form = visitor.page.form("/-/register")
    (again,) = (one for one in form.buttons if one["name"] == "resend")
    visitor.send(form, **{again["name"]: again["value"]})
    second = mailed_code(visitor.page, email)
    step(visitor, "/-/register", status=400, code=first)
    step(visitor, "/-/register", code=second)
    assert "/-/choose-password" in visitor.here


def test_the_password_can_wait(visitor: Visitor) -> None:
    proven(visitor, "later@example.org")
    visitor.go(visitor.page.link("/-/welcome?return_to="))
    visitor.send(visitor.page.form("/-/welcome"), account_id="later-one", name="Later")
    assert visitor.here.endswith("/later-one")


def test_nobody_registers_with_a_password_before_the_address_is_proven(visitor: Visitor) -> None:
    form = visitor.go("/-/register").form("/-/register")
    typed = {"traits.email": "unproven@example.org", "password": PASSWORD}
    visitor.send(form, status=400, **{"kratos.method": "password", "method": "password"}, **typed)
    visitor.go("/-/sign-in")
    form = visitor.page.form("/-/sign-in")
    visitor.send(form, status=400, **answers(form, "unproven@example.org", PASSWORD, ""))


def test_an_error_stands_at_its_field_and_the_rest_is_kept(visitor: Visitor) -> None:
    visitor.go("/-/register")
    step(visitor, "/-/register", status=400, **{"traits.email": "no address"})
    assert "This is not an e-mail address as it is written." in visitor.page.text
    assert visitor.page.form("/-/register").fields["traits.email"] == "no address"


def test_a_short_password_says_how_long_it_must_be(visitor: Visitor) -> None:
    proven(visitor, "short@example.org")
    step(visitor, "/-/choose-password", status=400, password="short")
    assert "Use at least 8 characters." in visitor.page.text
    step(visitor, "/-/choose-password", password=PASSWORD)
    assert "/-/welcome" in visitor.here


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("ad", "It must have 3 to 40 characters."),
        ("Ada", "It may hold lower-case letters, digits and single hyphens between them."),
        ("a--b", "It may hold lower-case letters, digits and single hyphens between them."),
        ("a/b", "It may hold lower-case letters, digits and single hyphens between them."),
        ("admin", "It is reserved; choose another."),
    ],
)
def test_what_is_no_name_is_refused(visitor: Visitor, name: str, told: str) -> None:
    register(visitor, f"{abs(hash(name))}@example.org", PASSWORD, "Ada")
    page = visitor.send(visitor.page.form("/-/welcome"), status=400, account_id=name, name="Ada")
    assert told in page.text
    assert page.form("/-/welcome").fields["account_id"] == name


def test_a_name_that_is_taken_says_so(visitor: Visitor, ada: Person) -> None:
    register(visitor, f"other-{ada.email}", PASSWORD, "Ada")
    form = visitor.page.form("/-/welcome")
    page = visitor.send(form, status=400, account_id=ada.account_id, name="Ada")
    assert "This name is taken. Choose another." in page.text


def test_a_name_sent_twice_is_taken_once(visitor: Visitor) -> None:
    register(visitor, "twice@example.org", PASSWORD, "Twice")
    form = visitor.page.form("/-/welcome")
    for _ in range(2):
        visitor.send(form, account_id="name-twice", name="Twice")
        assert visitor.here.endswith("/name-twice")


def test_without_a_name_everything_leads_to_choosing_one(visitor: Visitor) -> None:
    register(visitor, "nameless@example.org", PASSWORD, "Nameless")
    visitor.go("/-/new")
    assert visitor.here.endswith("/-/welcome?return_to=/-/new")
    page = visitor.go("/")
    assert "Choose your account name" in page.text


def test_who_has_a_name_is_not_asked_again(ada: Person) -> None:
    ada.visitor.go("/-/welcome")
    assert ada.visitor.here.rstrip("/") == str(ada.client.base_url).rstrip("/")


def test_after_signing_in_one_is_where_one_wanted_to_be(edge: Edge, ada: Person) -> None:
    with visiting(edge.web) as visitor:
        visitor.go("/-/new?account_id=noaa")
        assert "/-/sign-in?return_to=" in visitor.here
        form = visitor.page.form("/-/sign-in")
        visitor.send(form, **answers(form, ada.email, PASSWORD, ""))
        assert visitor.here.endswith("/-/new?account_id=noaa")


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x"]
)
def test_signing_in_never_leads_elsewhere(edge: Edge, ada: Person, elsewhere: str) -> None:
    with visiting(edge.web) as visitor:
        visitor.go(httpx.URL("/-/sign-in", params={"return_to": elsewhere}).raw_path.decode())
        form = visitor.page.form("/-/sign-in")
        typed = answers(form, ada.email, PASSWORD, "")
        visitor.send(form, **typed, return_to=elsewhere)
        assert visitor.here.startswith(edge.web)
        visitor.go(httpx.URL("/-/sign-in", params={"return_to": elsewhere}).raw_path.decode())
        assert visitor.here.startswith(edge.web)


def test_a_wrong_password_tells_nothing_and_keeps_the_address(edge: Edge, ada: Person) -> None:
    """Neither of who is known nor of who has no password."""
    with visiting(edge.web) as visitor:
        proven(visitor, "wordless@example.org")
    with visiting(edge.web) as visitor:
        said = []
        for email in (ada.email, "nobody@example.org", "wordless@example.org"):
            visitor.go("/-/sign-in")
            form = visitor.page.form("/-/sign-in")
            page = visitor.send(form, status=400, **answers(form, email, "wrong wrong", ""))
            assert page.form("/-/sign-in").fields["identifier"] == email
            assert page.form("/-/sign-in").fields["password"] == ""
            said.append(page.text)
        assert said[0] == said[1] == said[2]
        assert "The e-mail address or the password is not right." in said[0]


def test_a_flow_that_is_gone_starts_anew_with_what_was_typed(edge: Edge, ada: Person) -> None:
    with visiting(edge.web) as visitor:
        visitor.go("/-/sign-in")
        form = visitor.page.form("/-/sign-in")
        typed = answers(form, ada.email, PASSWORD, "")
        for flow in ("", "no-flow", "00000000-0000-4000-8000-000000000000"):
            page = visitor.send(form, status=400, **{**typed, "flow": flow})
            assert "The form had grown too old." in page.text
            assert page.form("/-/sign-in").fields["identifier"] == ada.email
        again = page.form("/-/sign-in")
        visitor.send(again, password=PASSWORD, **{again.buttons[0]["name"]: "password"})
        assert visitor.page.form("/-/sign-out")


def test_without_cookies_nobody_signs_in_but_is_told_to_send_again(edge: Edge, ada: Person) -> None:
    with visiting(edge.web) as visitor:
        visitor.go("/-/sign-in")
        form = visitor.page.form("/-/sign-in")
        visitor.client.cookies.clear()
        page = visitor.send(form, status=400, **answers(form, ada.email, PASSWORD, ""))
        assert "The form had grown too old." in page.text


def test_the_session_is_a_closed_cookie(edge: Edge, ada: Person) -> None:
    with visiting(edge.web) as visitor:
        visitor.go("/-/sign-in")
        form = visitor.page.form("/-/sign-in")
        fields = {**form.fields, **answers(form, ada.email, PASSWORD, "")}
        answer = visitor.client.post(
            "/-/sign-in", data=fields, headers={"origin": edge.web}, follow_redirects=False
        )
    (session,) = (one for one in answer.headers.get_list("set-cookie") if one.startswith(SESSION))
    for word in ("httponly", "samesite=lax", "path=/"):
        assert word in session.lower()
    assert "domain" not in session.lower()


def test_nothing_of_kratos_is_ever_told(ada: Person) -> None:
    """No page holds an identity id or another's address; ours we are told when we register."""
    session = ada.client.cookies[SESSION]
    for path in ("/", f"/{ada.account_id}", "/-/new", f"/-/{ada.account_id}/keys"):
        html = ada.client.get(path).text
        assert session not in html
        assert ada.email not in html
    told = ada.client.get("/api/v1/account").json()
    assert told.keys() == {
        *("account_uid", "account_id", "kind", "name", "bio", "created_at", "roles"),
        *("location", "websites", "contact_email", "orcid", "ror", "domains", "avatar_url"),
    }


def test_signing_out_ends_the_session_everywhere(edge: Edge, ada: Person) -> None:
    stolen = dict(ada.client.cookies)
    form = ada.visitor.go("/").form("/-/sign-out")
    page = ada.visitor.send(form)
    assert "Sign in" in page.text
    assert SESSION not in ada.client.cookies
    with httpx.Client(base_url=edge.web, cookies=stolen) as thief:
        assert thief.get("/-/new").headers["location"].startswith("/-/sign-in")


def test_signing_out_twice_does_no_harm(ada: Person) -> None:
    form = ada.visitor.go("/").form("/-/sign-out")
    ada.visitor.send(form)
    ada.visitor.send(form)
    assert "Sign in" in ada.visitor.page.text


def test_who_is_signed_in_is_not_asked_to(ada: Person) -> None:
    for path in ("/-/sign-in", "/-/register", "/-/sign-in?return_to=/-/docs"):
        ada.visitor.go(path)
        assert "/-/sign-in" not in ada.visitor.here
    assert ada.visitor.here.endswith("/-/docs")


def test_a_made_up_session_is_nobody_s(edge: Edge) -> None:
    with visiting(edge.web) as visitor:
        visitor.client.cookies.set(SESSION, "made-up")
        assert "Sign in" in visitor.go("/").text


def test_somebody_else_signs_in_with_their_own_password_only(edge: Edge) -> None:
    with registered(edge, "first-one"), registered(edge, "second-one") as second:
        sign_out = second.visitor.go("/").form("/-/sign-out")
        second.visitor.send(sign_out)
        sign_in(second.visitor, "second-one@example.org", PASSWORD)
        assert "second-one" in second.visitor.page.text
