"""A person without JavaScript: registers, chooses a name, publishes, signs out; and slips."""

import hashlib
from itertools import count
from typing import Any

import pytest

from tests.door import plain
from tests.operator_feed import stored
from tests.visitor import Visitor, answers, register, sign_in, visiting
from tests.waiting import until

Ready = dict[str, Any]
PASSWORD = "four quiet words more"
CSV = b"lat,lon,level\n47.56,7.58,4.21\n47.61,8.92,4.10\n"
_numbers = count(1)


@pytest.fixture
def newcomer(visitor: Visitor) -> Visitor:
    """Registered, before the choice of a name; `newcomer-<n>` is free."""
    email = f"person-{next(_numbers)}@example.org"
    register(visitor, email, PASSWORD, "Nora Newcomer")
    return visitor


@pytest.fixture
def member(newcomer: Visitor) -> Visitor:
    """Signed in, with an account; its page is shown."""
    account_id = f"member-{next(_numbers)}"
    newcomer.send(newcomer.page.form("/-/welcome"), account_id=account_id, name="Nora Newcomer")
    assert newcomer.here.endswith(f"/{account_id}")
    return newcomer


def account_of(member: Visitor) -> str:
    """The name chosen, from the link to one's own page."""
    return member.page.link("/keys").split("/")[-2]


def new_repository(member: Visitor, name: str, visibility: str = "public") -> str:
    """Make one by the form; `account/name`."""
    account_id = account_of(member)
    form = member.go("/-/new").form("/-/new")
    member.send(form, title="Rhine levels", repository_id=name, visibility=visibility)
    assert member.here.endswith(f"/{account_id}/{name}"), member.page.text
    return f"{account_id}/{name}"


def test_the_whole_way(ready: Ready, visitor: Visitor) -> None:
    email = f"whole-way-{next(_numbers)}@example.org"
    register(visitor, email, PASSWORD, "Wanda Way")
    visitor.send(visitor.page.form("/-/welcome"), account_id="wanda-way", name="Wanda Way")
    assert "Wanda Way" in visitor.page.text

    place = new_repository(visitor, "rhine-levels")
    assert place == "wanda-way/rhine-levels"
    assert visitor.page.headings[0] == "rhine-levels"
    upload(visitor, ready, "stage levels.csv")
    page = until(lambda: shows(visitor, f"/{place}/stage%20levels.csv", "level"))
    assert page.headings == ["stage levels.csv"]
    row = "<td>47.56</td><td>7.58</td><td>4.21</td>"
    until(lambda: row in visitor.go(f"/{place}/stage%20levels.csv").html)
    assert hashlib.md5(CSV).hexdigest() in page.html  # noqa: S324 -- the entity tag
    assert plain.get(f"{ready['s3']}/{place}/stage%20levels.csv").content == CSV

    visitor.send(page.form("/-/sign-out"))
    assert any(one["href"].startswith("/-/sign-in") for one in visitor.page.links)
    visitor.go("/-/new")
    assert "/-/sign-in" in visitor.here
    sign_in(visitor, email, PASSWORD)
    assert account_of(visitor) == "wanda-way"


def upload(visitor: Visitor, ready: Ready, filename: str) -> None:
    """Send a file by the form of the repository whose page is shown."""
    visitor.go(visitor.page.link("/upload"))
    (form,) = (one for one in visitor.page.forms if one.attributes.get("enctype"))
    assert form.action.startswith(ready["s3"])
    # The page it leads back to may not know the file yet, and then says so.
    answer = visitor.client.post(
        form.action,
        data={name: value for name, value in form.fields.items() if name != "file"},
        files={"file": (filename, CSV, "text/csv")},
        follow_redirects=False,
    )
    assert answer.status_code == 303, answer.text
    back = answer.headers["location"]
    assert back.startswith(f"{visitor.here}ed?"), back
    until(lambda: visitor.client.get(back).is_success)


async def test_what_a_person_does_is_told_without_the_person(ready: Ready) -> None:
    events = await stored(ready, "COOP_CONTROL", "coop.v1.>")
    kinds = {event["type"] for event in events}
    assert "coop.repositories.repository_created.v1" in kinds
    assert "coop.accounts.account_created.v1" in kinds
    told = repr(events)
    assert "@example.org" not in told
    assert PASSWORD not in told


def shows(visitor: Visitor, address: str, words: str) -> Any:
    page = visitor.go(address)
    return page if words in page.text else None


def test_no_page_needs_a_script(member: Visitor) -> None:
    place = new_repository(member, "plain")
    for address in ("/", f"/{place}", f"/-/{place}/upload", f"/-/{place}/settings", "/-/docs"):
        page = member.go(address)
        assert all(one.get("src") for one in page.scripts), "an inline script"
        assert len(page.headings) == 1, address
        assert " style=" not in page.html
        policy = member.answer.headers["content-security-policy"]
        assert "'unsafe-inline'" not in policy
        assert "script-src 'self'" in policy


def test_cookies_are_closed(newcomer: Visitor) -> None:
    names = {cookie.name for cookie in newcomer.client.cookies.jar}
    assert names
    for answer in (newcomer.answer, *newcomer.answer.history):
        for cookie in answer.headers.get_list("set-cookie"):
            assert "httponly" in cookie.lower(), cookie
            assert "samesite=" in cookie.lower(), cookie


@pytest.mark.parametrize(
    "name", ["ab", "Capital", "two--hyphens", "-lead", "trail-", "admin", "api", "a/b", "..", "é"]
)
def test_names_that_cannot_be(newcomer: Visitor, name: str) -> None:
    form = newcomer.page.form("/-/welcome")
    page = newcomer.send(form, status=400, account_id=name, name="Nora")
    assert page.form("/-/welcome").fields["account_id"] == name
    assert page.form("/-/welcome").fields["name"] == "Nora"


def test_a_name_that_is_taken(newcomer: Visitor) -> None:
    form = newcomer.page.form("/-/welcome")
    page = newcomer.send(form, status=400, account_id="noaa", name="Nora")
    assert "taken" in page.text
    assert "National Oceanic" in newcomer.client.get("/noaa").text


def test_a_password_that_is_wrong(ready: Ready, visitor: Visitor) -> None:
    visitor.go("/-/sign-in")
    form = visitor.page.form("/-/sign-in")
    (demo,) = ready["accounts"]
    names = {one.get("type"): one["name"] for one in form.inputs}
    button = {form.buttons[0]["name"]: form.buttons[0]["value"]}
    typed = {names["email"]: demo["email"], names["password"]: "wrong"}
    page = visitor.send(form, status=400, **typed, **button)
    assert page.form("/-/sign-in").fields[names["email"]] == demo["email"]
    assert "wrong" not in page.html
    sign_in(visitor, demo["email"], demo["password"])
    assert account_of(visitor) == "demo"


@pytest.mark.parametrize("name", ["a", "Upper", "a--b", "a/b", ".."])
def test_a_repository_name_that_cannot_be(member: Visitor, name: str) -> None:
    form = member.go("/-/new").form("/-/new")
    page = member.send(form, status=400, title="Kept title", repository_id=name)
    again = page.form("/-/new")
    assert (again.fields["title"], again.fields["repository_id"]) == ("Kept title", name)


def test_a_form_sent_twice_does_it_once(member: Visitor) -> None:
    account_id = account_of(member)
    form = member.go("/-/new").form("/-/new")
    for _ in range(2):
        member.send(form, title="Twice", repository_id="twice", visibility="public")
        assert member.here.endswith(f"/{account_id}/twice")
    page = member.go(f"/{account_id}")
    assert len([one for one in page.links if one.get("href") == f"/{account_id}/twice"]) >= 1


def test_a_session_that_ends_in_the_middle_of_a_form(ready: Ready, visitor: Visitor) -> None:
    (demo,) = ready["accounts"]
    sign_in(visitor, demo["email"], demo["password"])
    form = visitor.go("/-/new").form("/-/new")
    with visiting(ready["web"]) as elsewhere:
        elsewhere.client.cookies.update(visitor.client.cookies)
        elsewhere.send(elsewhere.go("/").form("/-/sign-out"))
    name = f"resumed-{next(_numbers)}"
    description = "Typed for half an hour."
    visitor.send(
        form,
        title="Resumed",
        repository_id=name,
        description=description,
        visibility="public",
    )
    form = visitor.page.form("/-/sign-in")
    visitor.send(form, **answers(form, demo["email"], demo["password"], ""))
    visitor.send(visitor.page.form("/-/new"))
    assert visitor.here.endswith(f"/{name}"), visitor.page.text
    assert description in visitor.page.text


def test_a_form_of_another_site_is_refused(member: Visitor) -> None:
    form = member.go("/-/new").form("/-/new")
    values = {**form.fields, "title": "Forged", "repository_id": "forged", "visibility": "public"}
    without = {name: value for name, value in values.items() if name != "csrf_token"}
    for data in (without, {**values, "csrf_token": "0" * 64}):
        answer = member.client.post("/-/new", data=data)
        assert not answer.url.path.endswith("/forged")
    account_id = account_of(member)
    assert member.client.get(f"/{account_id}/forged").status_code == 404


def test_an_access_key_made_by_form_works_until_revoked(ready: Ready, member: Visitor) -> None:
    place = new_repository(member, "keyed")
    account_id = place.partition("/")[0]
    form = member.go(f"/-/{account_id}/keys").form("/keys")
    page = member.send(form, name="laptop")
    words = page.html.replace("<", " ").replace(">", " ").replace('"', " ").split()
    key_id = next(word for word in words if word.startswith("COOP") and len(word) == 20)
    secret = next(word for word in words if len(word) == 40 and word.isalnum())
    api = f"{ready['web']}/api/v1/account"
    bearer = {"authorization": f"Bearer {key_id}.{secret}"}
    assert plain.get(api, headers=bearer).json()["account_id"] == account_id
    assert secret not in member.go(f"/-/{account_id}/keys").html
    member.send(member.page.form("/keys/revoke"))
    until(lambda: plain.get(api, headers=bearer).status_code == 401, seconds=2)


def test_deleting_asks_for_the_name(member: Visitor) -> None:
    place = new_repository(member, "short-lived")
    form = member.go(f"/-/{place}/settings").form("/delete")
    page = member.send(form, status=400, confirm="short-lived")
    assert place in page.text
    member.send(page.form("/delete"), confirm=place)
    member.go(f"/{place}", status=404)
