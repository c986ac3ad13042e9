"""Signing in by another provider (OpenID Connect): no JavaScript, no origin but ours."""

import re
from collections.abc import Iterator
from itertools import count

import httpx
import pytest

from tests.authenticator import shown_code
from tests.edge import PASSWORD, SESSION, Edge, registered, starting
from tests.pages import Form
from tests.provider import Provider, providing
from tests.visitor import Visitor, answers, visiting

SECRET = re.compile(r"<code>([A-Z2-7]{32})</code>")
FOREIGN = [{"aud": "another"}, {"iss": "http://evil.example"}, {"exp": 1}, {"sub": ""}]
BUTTON = "Continue with River Lab"
_numbers = count(1)


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with providing() as provider:
        yield provider


@pytest.fixture(scope="module")
def edge(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """A platform that knows the provider."""
    home = tmp_path_factory.mktemp("providers") / "home"
    settings = {"COOP_KRATOS__PROVIDERS": provider.setting}
    with starting(home, COOP_SERVICES="accounts,repositories,web", **settings) as edge:
        yield edge


@pytest.fixture
def person(provider: Provider) -> str:
    """Somebody new signs in at the provider; their address there, which it has verified."""
    number = next(_numbers)
    email = f"nora-{number}@river-lab.example"
    provider.refusal = ""
    provider.claims = {
        "sub": f"nora/{number}",
        "email": email,
        "email_verified": True,
        "name": "Nora Newcomer",
    }
    return email


def button_of(visitor: Visitor) -> Form:
    """The form with the provider's button."""
    return next(one for one in visitor.page.forms if one.action.endswith("/provider"))


def going(visitor: Visitor) -> str:
    """Where the page leads that goes on to the provider."""
    return next(one["href"] for one in visitor.page.links if "/authorize?" in one["href"])


def leave(visitor: Visitor, path: str = "/-/sign-in") -> str:
    """Press the button; where the page then leads."""
    assert BUTTON in visitor.go(path).html
    visitor.send(button_of(visitor), provider="river-lab")
    return going(visitor)


def through(visitor: Visitor, path: str = "/-/sign-in", status: int = 200) -> Visitor:
    """There and back."""
    visitor.go(leave(visitor, path), status=status)
    return visitor


@pytest.mark.parametrize("path", ["/-/sign-in", "/-/register"])
def test_who_is_new_registers_and_is_known_again(
    edge: Edge, provider: Provider, person: str, path: str
) -> None:
    name = person.partition("@")[0]
    with visiting(edge.web) as visitor:
        through(visitor, f"{path}?return_to=/-/docs")
        assert visitor.here.endswith("/-/welcome?return_to=/-/docs")
        form = visitor.page.form("/-/welcome")
        assert form.fields["name"] == "Nora Newcomer"
        visitor.send(form, account_id=name)
        assert visitor.here.endswith("/-/docs")
        page = visitor.go("/-/credentials")
        assert person in page.text
        assert "confirmed" in page.text
    provider.claims["email"] = f"elsewhere-{person}"
    with visiting(edge.web) as visitor:
        through(visitor, f"/-/sign-in?return_to=/{name}")
        assert visitor.here.endswith(f"/{name}")
        assert person in visitor.go("/-/credentials").text


@pytest.mark.usefixtures("person")
def test_the_provider_is_asked_with_a_challenge_and_for_our_origin(
    edge: Edge, provider: Provider
) -> None:
    with visiting(edge.web) as visitor:
        there = leave(visitor)
        assert visitor.answer.headers["refresh"] == f"0; url={there}"
        visitor.go(there)
        assert SESSION in visitor.client.cookies
    asked = provider.asked[-1]
    back = "/.kratos/self-service/methods/oidc/callback/river-lab"
    assert asked["redirect_uri"] == f"{edge.web}{back}"
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "openid email profile"


@pytest.mark.usefixtures("person")
def test_what_came_back_is_good_in_no_other_browser_and_once(edge: Edge) -> None:
    with visiting(edge.web) as visitor, visiting(edge.web) as other:
        there = leave(visitor)
        back = httpx.get(there).headers["location"]
        for address in (back, back.replace("state=", "state=x"), back.partition("?")[0]):
            page = other.go(address, status=400)
            assert "Signing in there did not work." in page.text
            assert SESSION not in other.client.cookies
        visitor.go(back)
        assert SESSION in visitor.client.cookies
        visitor.client.cookies.delete(SESSION)
        visitor.go(back, status=400)
        assert SESSION not in visitor.client.cookies


@pytest.mark.parametrize("path", ["/-/sign-in", "/-/register"])
@pytest.mark.usefixtures("person")
def test_a_provider_s_refusal_is_told_in_our_words(
    edge: Edge, provider: Provider, path: str
) -> None:
    provider.refusal = "access_denied"
    with visiting(edge.web) as visitor:
        page = through(visitor, path, status=400).page
        assert "Signing in there did not work." in page.text
        assert "No" not in page.headings
        assert "OpenID" not in page.text
        assert page.form(path)
        assert SESSION not in visitor.client.cookies


@pytest.mark.parametrize("said", FOREIGN)
@pytest.mark.usefixtures("person")
def test_a_token_for_others_opens_nothing(
    edge: Edge, provider: Provider, said: dict[str, object]
) -> None:
    provider.claims |= said
    with visiting(edge.web) as visitor:
        through(visitor, status=400)
        assert "Signing in there did not work." in visitor.page.text
        assert SESSION not in visitor.client.cookies


@pytest.mark.parametrize("verified", [{"email_verified": False}, {}])
def test_an_address_that_is_not_verified_there_is_none(
    edge: Edge, provider: Provider, person: str, verified: dict[str, bool]
) -> None:
    """Nobody takes over the account of this address, and nobody registers with it."""
    number = next(_numbers)
    with registered(edge, f"owner-{number}") as owner:
        for email in (owner.email, person):
            provider.claims = {"sub": person, "email": email, **verified}
            with visiting(edge.web) as visitor:
                through(visitor, status=400)
                assert "No confirmed e-mail address came along" in visitor.page.text
                assert SESSION not in visitor.client.cookies
                form = next(one for one in visitor.page.forms if "traits.email" in one.fields)
                typed = {"kratos.method": "oidc", "provider": "river-lab", "traits.email": email}
                visitor.send(form, **typed)
                visitor.go(going(visitor), status=400)
                assert "No confirmed e-mail address came along" in visitor.page.text
                assert SESSION not in visitor.client.cookies


@pytest.mark.usefixtures("person")
def test_an_account_s_address_is_no_way_in_until_its_owner_says_so(
    edge: Edge, provider: Provider
) -> None:
    number = next(_numbers)
    with registered(edge, f"linked-{number}") as owner:
        provider.claims["email"] = owner.email
        with visiting(edge.web) as visitor:
            page = through(visitor).page
            assert SESSION not in visitor.client.cookies
            assert "There is an account with the address" in page.text
            form = next(one for one in page.forms if "password" in one.fields)
            visitor.send(form, status=400, **answers(form, "", "wrong wrong", ""))
            assert SESSION not in visitor.client.cookies
        with visiting(edge.web) as visitor:
            form = next(one for one in through(visitor).page.forms if "password" in one.fields)
            visitor.send(form, **answers(form, "", PASSWORD, ""))
            assert SESSION in visitor.client.cookies
        with visiting(edge.web) as visitor:
            through(visitor, f"/-/sign-in?return_to=/{owner.account_id}")
            assert visitor.here.endswith(f"/{owner.account_id}")
            assert visitor.page.form("/-/sign-out")


def linking(visitor: Visitor) -> Form:
    """The form of the settings that links or unlinks."""
    forms = visitor.go("/-/credentials").forms
    return next(one for one in forms if one.fields.get("kratos.method") == "oidc")


def unlinked(visitor: Visitor) -> str:
    """After unlinking, what the page says."""
    return visitor.send(linking(visitor), unlink="river-lab").text


@pytest.mark.usefixtures("person")
def test_a_provider_is_linked_and_unlinked_in_the_settings(edge: Edge) -> None:
    number = next(_numbers)
    with registered(edge, f"joined-{number}") as owner:
        form = linking(owner.visitor)
        assert [(one["name"], one["value"]) for one in form.buttons] == [("link", "river-lab")]
        owner.visitor.send(form, link="river-lab")
        assert "is linked" not in owner.visitor.page.text
        page = owner.visitor.go(going(owner.visitor))
        assert "You can sign in there from now on." in page.text
        with visiting(edge.web) as visitor:
            through(visitor, f"/-/sign-in?return_to=/{owner.account_id}")
            assert visitor.here.endswith(f"/{owner.account_id}")
            assert visitor.page.form("/-/sign-out")
        assert "no longer leads to your account" in unlinked(owner.visitor)
        with visiting(edge.web) as visitor:
            through(visitor, f"/-/sign-in?return_to=/{owner.account_id}")
            assert "/-/welcome" in visitor.here, "somebody new"


@pytest.mark.usefixtures("person")
def test_what_is_linked_to_another_is_not_linked_again(edge: Edge, provider: Provider) -> None:
    number = next(_numbers)
    with registered(edge, f"first-{number}") as first, registered(edge, f"second-{number}") as two:
        first.visitor.send(linking(first.visitor), link="river-lab")
        first.visitor.go(going(first.visitor))
        two.visitor.send(linking(two.visitor), link="river-lab")
        page = two.visitor.go(going(two.visitor), status=400)
        assert "That way of signing in was not linked." in page.text
        provider.refusal = "access_denied"
        two.visitor.send(linking(two.visitor), link="river-lab")
        page = two.visitor.go(going(two.visitor), status=400)
        assert "That way of signing in was not linked." in page.text
        two.visitor.send(linking(two.visitor), status=400, link="none")


@pytest.mark.parametrize("name", ["none", "", "../river-lab"])
def test_an_unknown_provider_leads_nowhere(edge: Edge, name: str) -> None:
    with visiting(edge.web) as visitor:
        visitor.go("/-/sign-in")
        visitor.send(button_of(visitor), status=400, provider=name)
        assert SESSION not in visitor.client.cookies


def test_a_second_factor_is_asked_for_after_the_provider(edge: Edge, person: str) -> None:
    name = person.partition("@")[0]
    with visiting(edge.web) as visitor:
        through(visitor)
        visitor.send(visitor.page.form("/-/welcome"), account_id=name)
        page = visitor.go("/-/credentials")
        secret = SECRET.findall(page.html)[0]
        form = next(one for one in page.forms if "totp_code" in one.fields)
        visitor.send(form, totp_code=shown_code(secret))
    with visiting(edge.web) as visitor:
        page = through(visitor, f"/-/sign-in?return_to=/{name}").page
        assert page.headings == ["Second step"]
        form = next(one for one in page.forms if "totp_code" in one.fields)
        visitor.send(form, totp_code=shown_code(secret))
        assert visitor.here.endswith(f"/{name}")


def test_coming_back_never_leads_elsewhere(edge: Edge) -> None:
    with visiting(edge.web) as visitor:
        there = leave(visitor, "/-/sign-in?return_to=//evil.example/")
        visitor.go(there)
        assert visitor.here.startswith(edge.web)


def test_the_secret_is_in_no_file_that_others_read(edge: Edge) -> None:
    config = edge.platform.home / "kratos" / "kratos.json"
    assert config.stat().st_mode & 0o077 == 0
