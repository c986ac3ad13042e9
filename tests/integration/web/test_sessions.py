"""Where one is signed in, seen and ended; and tries that have to wait."""

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.authenticator import shown_code
from tests.edge import PASSWORD, Edge, Person, registered, starting
from tests.integration.web.test_second_factor import app_of, first_step, form_with
from tests.visitor import Visitor, answers, sign_in, visiting

HERE = "/-/sessions"
PHONE = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"


@pytest.fixture
def phone(edge: Edge, ada: Person) -> Iterator[Visitor]:
    """Ada, signed in on her phone too."""
    with visiting(edge.web) as visitor:
        visitor.client.headers["user-agent"] = PHONE
        sign_in(visitor, ada.email, PASSWORD)
        yield visitor


def is_out(visitor: Visitor) -> bool:
    answer = visitor.client.get("/-/new", follow_redirects=False)
    return answer.headers.get("location", "").startswith("/-/sign-in")


def test_sessions_are_listed_with_their_devices(ada: Person, phone: Visitor) -> None:
    page = ada.visitor.go(HERE)
    assert "Firefox on Android" in page.text
    assert "127.0.0.1" in page.text
    assert page.text.count("this one") == 1
    assert "Firefox on Android" in phone.go(HERE).text


def test_one_session_is_ended_within_a_second(ada: Person, phone: Visitor) -> None:
    assert not is_out(phone)
    page = ada.visitor.go(HERE)
    (form,) = (one for one in page.forms if "session_id" in one.fields)
    page = ada.visitor.send(form)
    ended = time.monotonic()
    assert "Signed out there." in page.text
    assert "Firefox on Android" not in page.text
    time.sleep(max(0, ended + 1 - time.monotonic()))
    assert is_out(phone)
    assert not is_out(ada.visitor)
    ada.visitor.send(form, status=404)


def test_all_others_are_ended_at_once(ada: Person, phone: Visitor) -> None:
    page = ada.visitor.go(HERE)
    ada.visitor.send(next(one for one in page.forms if "all" in one.fields))
    time.sleep(1)
    assert is_out(phone)
    assert not is_out(ada.visitor)


def test_nobody_ends_a_session_of_somebody_else(ada: Person, eve: Person, phone: Visitor) -> None:
    page = ada.visitor.go(HERE)
    (theirs,) = (one for one in page.forms if "session_id" in one.fields)
    own = eve.visitor.go("/").form("/-/sign-out").fields["csrf_token"]
    for session_id in (theirs.fields["session_id"], "", "none", "../whoami", "é"):
        answer = eve.client.post(
            f"{HERE}/revoke",
            data={"csrf_token": own, "session_id": session_id},
            headers={"origin": str(eve.client.base_url).rstrip("/")},
        )
        assert answer.status_code == 404, session_id
    assert not is_out(phone)


def test_signing_in_makes_a_session_that_nobody_knew(edge: Edge, ada: Person) -> None:
    """Whatever cookie was there before opens nothing afterwards."""
    old = httpx.Cookies(ada.client.cookies)
    ada.visitor.send(ada.visitor.go("/").form("/-/sign-out"))
    ada.client.cookies.update(old)
    sign_in(ada.visitor, ada.email, PASSWORD)
    with visiting(edge.web) as thief:
        thief.client.cookies.update(old)
        assert is_out(thief)


def test_a_session_put_into_an_open_form_takes_nobody_in(
    edge: Edge, ada: Person, eve: Person
) -> None:
    with visiting(edge.web) as visitor:
        form = visitor.go("/-/sign-in").form("/-/sign-in")
        visitor.client.cookies.update(eve.client.cookies)
        visitor.send(form, status=400, **answers(form, ada.email, PASSWORD, ""))
        assert whose(visitor) == whose(eve.visitor) == eve.account_id


def whose(visitor: Visitor) -> str:
    """The name of who is signed in."""
    return str(visitor.client.get("/api/v1/account").json()["account_id"])


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """A platform that lets one try three times."""
    home: Path = tmp_path_factory.mktemp("strict") / "home"
    settings = {"COOP_WEB__TRIES_PER_ACCOUNT": "3", "COOP_WEB__EVEN_SECONDS": "0"}
    with starting(home, COOP_SERVICES="accounts,repositories,web", **settings) as edge:
        yield edge


def at_once(edge: Edge, tries: Iterable[tuple[Visitor, dict[str, str]]]) -> list[httpx.Response]:
    """Each visitor sends these fields to be signed in."""

    def send(one: tuple[Visitor, dict[str, str]]) -> httpx.Response:
        visitor, fields = one
        return visitor.client.post("/-/sign-in", data=fields, headers={"origin": edge.web})

    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(send, tries))


def guesses(edge: Edge, email: str, *, disguised: bool = False) -> list[httpx.Response]:
    """Eight wrong passwords at once, from pages opened before."""
    with ExitStack() as stack:
        visitors = [stack.enter_context(visiting(edge.web)) for _ in range(8)]
        forms = [one.go("/-/sign-in").form("/-/sign-in") for one in visitors]
        tries = [{**one.fields, **answers(one, email, "wrong wrong", "")} for one in forms]
        if disguised:
            tries = [
                fields | {"identifier": f"x{number}@example.org", "kratos.identifier": email}
                for number, fields in enumerate(tries)
            ]
        return at_once(edge, zip(visitors, tries, strict=True))


def refused(answered: list[httpx.Response]) -> list[httpx.Response]:
    """Those that came too often, among others that are wrong."""
    assert {one.status_code for one in answered} == {400, 429}
    return [one for one in answered if one.status_code == 429]


def test_guessing_has_to_wait_known_or_not(strict: Edge) -> None:
    with registered(strict, "guessed") as person:
        for email in (person.email, "nobody@example.org"):
            told = refused(guesses(strict, email))
            assert len(told) >= 4
            assert all(int(one.headers["retry-after"]) >= 1 for one in told)
            assert all("There were too many tries." in one.text for one in told)
        time.sleep(2.1)
        with visiting(strict.web) as visitor:
            sign_in(visitor, person.email, PASSWORD)


def test_guesses_are_counted_at_the_address_that_they_are_made_at(strict: Edge) -> None:
    """Whatever else a form says beside it, and in whatever letters Kratos takes for the same."""
    assert len(refused(guesses(strict, "hidden@example.org", disguised=True))) >= 4
    with visiting(strict.web) as visitor:
        form = visitor.go("/-/sign-in").form("/-/sign-in")
        visitor.send(form, status=429, **answers(form, "H\u0130DDEN@example.org", "wrong", ""))


def test_codes_are_guessed_no_more_often_than_passwords(strict: Edge) -> None:
    """Neither a name that the form makes up nor another first step buys more of them."""
    with registered(strict, "two-steps") as person:
        with visiting(strict.web) as visitor:
            sign_in(visitor, person.email, PASSWORD)
        secret = app_of(person)
        with visiting(strict.web) as visitor:
            form = form_with(first_step(visitor, person), "totp_code")
            tries = [
                form.fields | {"totp_code": f"{number:06}", "identifier": f"x{number}@example.org"}
                for number in range(8)
            ]
            assert len(refused(at_once(strict, ((visitor, one) for one in tries)))) >= 5
            with visiting(strict.web) as again:
                other = again.go("/-/sign-in").form("/-/sign-in")
                again.send(other, status=429, **answers(other, person.email, PASSWORD, ""))
            time.sleep(2.1)
            visitor.send(form, totp_code=shown_code(secret))
            assert visitor.page.form("/-/sign-out")
