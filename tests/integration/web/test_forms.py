"""Forms: done once, refused from elsewhere, their input kept whatever happens meanwhile."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.edge import PASSWORD, SESSION, Edge, Person, token_of
from tests.pages import Page
from tests.visitor import answers, visiting


def posted(person: Person, path: str, fields: dict[str, str], **headers: str) -> httpx.Response:
    origin = str(person.client.base_url).rstrip("/")
    return person.client.post(
        path, data=fields, headers={"origin": origin, **headers}, follow_redirects=False
    )


def test_a_repository_is_made_by_its_form(ada: Person) -> None:
    page = ada.new_repository(
        "globe-land-mask",
        title="Global land mask",
        description="Land and sea.",
        license="CC0-1.0",
        tags="land cover, coast",
    )
    assert ada.visitor.here.endswith(f"/{ada.account_id}/globe-land-mask")
    assert page.headings == ["globe-land-mask"]
    for said in ("Land and sea.", "land cover", "coast", "Public", "CC0-1.0"):
        assert said in page.text


def test_the_form_names_its_faults_and_keeps_what_was_typed(ada: Person) -> None:
    form = ada.visitor.go("/-/new").form("/-/new")
    page = ada.visitor.send(
        form, status=400, title="", repository_id="No Good", description="Keep me"
    )
    assert "Fill this in." in page.text
    assert "It may hold lower-case letters" in page.text
    fields = page.form("/-/new").fields
    assert fields["repository_id"] == "No Good"
    assert page.faults == ["title", "repository_id"]


def test_a_name_that_is_taken_is_told_at_its_field(ada: Person) -> None:
    ada.new_repository("taken")
    form = ada.visitor.go("/-/new").form("/-/new")
    page = ada.visitor.send(form, status=400, title="Taken", repository_id="taken")
    assert "a repository of this name" in page.text


def test_a_form_sent_twice_at_once_is_done_once(ada: Person) -> None:
    form = ada.visitor.go("/-/new").form("/-/new")
    fields = {**form.fields, "title": "Twice", "repository_id": "twice"}
    with ThreadPoolExecutor(2) as both:
        answered = list(both.map(lambda _: posted(ada, "/-/new", fields), range(2)))
    assert {one.status_code for one in answered} == {303}
    assert {one.headers["location"] for one in answered} == {f"/{ada.account_id}/twice"}


def test_a_token_used_at_one_address_does_not_answer_for_another(ada: Person) -> None:
    ada.new_repository("first")
    ada.new_repository("second")
    places = [f"/-/{ada.account_id}/{name}" for name in ("first", "second")]
    form = ada.visitor.go(f"{places[0]}/settings").form("/versioning")
    for place in places:
        answer = posted(ada, f"{place}/versioning", form.fields)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(place)
        page = ada.visitor.go(f"{place}/settings")
        assert page.form("/versioning").fields["versioning"] == "suspended"


def test_settings_without_their_version_are_shown_again_with_it(ada: Person) -> None:
    ada.new_repository("levels")
    place = f"/-/{ada.account_id}/levels/settings"
    fields = ada.visitor.go(place).form(place).fields
    version = fields.pop("version")
    answer = posted(ada, place, {**fields, "title": ""})
    assert answer.status_code == 400
    page = Page(answer.text)
    assert page.faults == ["title"]
    assert page.form(place).fields["version"] == version


def test_nobody_makes_repositories_for_others(ada: Person, eve: Person) -> None:
    form = eve.visitor.go("/-/new").form("/-/new")
    page = eve.visitor.send(
        form, status=400, title="Mine", repository_id="mine", account_id=ada.account_id
    )
    assert "You may not do this" in page.text or "nothing here" in page.text.lower()


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_from_elsewhere_is_refused(ada: Person, headers: dict[str, str]) -> None:
    form = ada.visitor.go("/-/new").form("/-/new")
    fields = {**form.fields, "title": "Evil", "repository_id": "evil"}
    answer = posted(ada, "/-/new", fields, **headers)
    assert answer.status_code == 403
    assert ada.client.get(f"/{ada.account_id}/evil").status_code == 404


@pytest.mark.parametrize("token", ["", "x", "a.b"])
def test_a_form_without_its_token_is_shown_again_and_not_done(ada: Person, token: str) -> None:
    form = ada.visitor.go("/-/new").form("/-/new")
    fields = {**form.fields, "title": "Tokenless", "repository_id": "none", "csrf_token": token}
    answer = posted(ada, "/-/new", fields)
    assert answer.status_code == 409
    assert "Tokenless" in answer.text
    assert ada.client.get(f"/{ada.account_id}/none").status_code == 404


def test_a_token_of_somebody_else_is_no_token(ada: Person, eve: Person) -> None:
    form = ada.visitor.go("/-/new").form("/-/new")
    theirs = token_of(eve.client.get("/-/new").text)
    fields = {**form.fields, "title": "X", "repository_id": "xxx", "csrf_token": theirs}
    assert posted(ada, "/-/new", fields).status_code == 409


def test_a_session_that_ends_in_the_middle_of_a_form_loses_nothing(ada: Person) -> None:
    visitor = ada.visitor
    form = visitor.go("/-/new").form("/-/new")
    del visitor.client.cookies[SESSION]
    page = visitor.send(
        form,
        status=200,
        title="Not lost",
        repository_id="not-lost",
        description="Two\nlines & more",
    )
    assert "You are no longer signed in." in page.text
    signing = page.form("/-/sign-in")
    page = visitor.send(signing, status=400, **answers(signing, ada.email, "not it at all", ""))
    signing = page.form("/-/sign-in")
    page = visitor.send(signing, **answers(signing, ada.email, PASSWORD, ""))
    assert "Nothing was changed yet." in page.text
    assert "Not lost" in page.text
    visitor.send(page.form("/-/new"))
    assert visitor.here.endswith(f"/{ada.account_id}/not-lost")
    assert "Two lines & more" in visitor.page.text


def test_a_session_revoked_elsewhere_loses_nothing_either(edge: Edge, ada: Person) -> None:
    form = ada.visitor.go("/-/new").form("/-/new")
    with visiting(edge.web) as other:
        other.client.cookies.update(ada.client.cookies)
        other.send(other.go("/").form("/-/sign-out"))
    page = ada.visitor.send(form, title="Kept", repository_id="kept")
    signing = page.form("/-/sign-in")
    page = ada.visitor.send(signing, **answers(signing, ada.email, PASSWORD, ""))
    ada.visitor.send(page.form("/-/new"))
    assert ada.visitor.here.endswith(f"/{ada.account_id}/kept")


def test_settings_are_saved_and_a_change_in_between_is_told(ada: Person) -> None:
    ada.new_repository("mask")
    place = f"/-/{ada.account_id}/mask/settings"
    old = ada.visitor.go(place).form(place)
    page = ada.visitor.send(old, title="First", visibility="unlisted")
    assert "Saved." in page.text
    assert "Unlisted" in page.text
    page = ada.visitor.send(old, status=400, title="Second", description="Mine")
    assert "Somebody changed this repository" in page.text
    page = ada.visitor.send(page.form(place))
    assert page.form(place).fields["title"] == "Second"


def test_a_repository_goes_only_when_its_name_is_typed(ada: Person) -> None:
    ada.new_repository("doomed")
    place = f"/-/{ada.account_id}/doomed"
    removal = ada.visitor.go(f"{place}/settings").form(f"{place}/delete")
    page = ada.visitor.send(removal, status=400, confirm="doomed")
    assert f"It must be {ada.account_id}/doomed, exactly so." in page.text
    ada.visitor.send(page.form(f"{place}/delete"), confirm=f"{ada.account_id}/doomed")
    assert ada.visitor.here.endswith(f"/{ada.account_id}?done=repository-deleted")
    ada.visitor.go(f"/{ada.account_id}/doomed", status=404)


def test_an_account_says_of_itself_what_it_wants(ada: Person) -> None:
    place = f"/-/{ada.account_id}/settings"
    form = ada.visitor.go(place).form(place)
    page = ada.visitor.send(form, name="Ada Lovelace", bio="<b>Mathematician</b>")
    assert page.headings == ["Ada Lovelace"]
    assert "<b>Mathematician</b>" in page.text
    assert "&lt;b&gt;Mathematician" in page.html


def test_others_change_nothing(ada: Person, eve: Person) -> None:
    ada.new_repository("mine-alone")
    for path, status in (
        (f"/-/{ada.account_id}/settings", 403),
        (f"/-/{ada.account_id}/keys", 403),
        (f"/-/{ada.account_id}/mine-alone/settings", 403),
        (f"/-/{ada.account_id}/mine-alone/upload", 403),
        (f"/-/{ada.account_id}/nowhere/settings", 404),
    ):
        eve.visitor.go(path, status=status)


def test_who_is_not_signed_in_is_asked_to(edge: Edge, ada: Person) -> None:
    ada.new_repository("open")
    with visiting(edge.web) as visitor:
        for path in ("/-/new", f"/-/{ada.account_id}/keys", f"/-/{ada.account_id}/open/upload"):
            visitor.go(path)
            assert "/-/sign-in?return_to=" in visitor.here


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"{}", "application/json", 400),
        (b"a=%ff", "application/x-www-form-urlencoded", 400),
        (b"a=" + b"x" * 200_000, "application/x-www-form-urlencoded", 413),
        (b"", "application/x-www-form-urlencoded", 409),
    ],
)
def test_a_bad_body_is_never_our_failure(
    ada: Person, content: bytes, media_type: str, status: int
) -> None:
    origin = str(ada.client.base_url).rstrip("/")
    headers = {"origin": origin, "content-type": media_type}
    answer = ada.client.post("/-/new", content=content, headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize("origin", ["", "https://evil.example"], ids=["too large", "not ours"])
def test_who_sends_more_than_is_taken_hears_why(ada: Person, origin: str) -> None:
    headers = {"origin": origin or str(ada.client.base_url).rstrip("/")}
    for _ in range(20):
        answer = ada.client.post("/-/new", data={"a": "x" * 4_000_000}, headers=headers)
        assert answer.status_code == (403 if origin else 413)
