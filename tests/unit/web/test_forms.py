"""Forms: read within limits, checked with words, never lost."""

import pytest
from starlette.requests import Request

from services.web.forms.accounts import WelcomeForm
from services.web.forms.checking import check, refused
from services.web.forms.drafts import Draft, make_draft, pack, unpack
from services.web.forms.reading import LARGEST_BYTES, MEDIA_TYPE, read_form
from services.web.forms.repositories import (
    LICENSES,
    NewRepositoryForm,
    RepositoryForm,
    licenses_with,
    split_tags,
)
from shared.errors import FieldError, Invalid, TooLarge

FIELDS = {"title": "Mask", "account_id": "noaa", "repository_id": "mask", "csrf_token": "t"}


def sent(body: bytes, media_type: str = MEDIA_TYPE) -> Request:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", media_type.encode())]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}
    return Request(scope, receive)


async def test_fields_are_read_as_they_were_typed() -> None:
    fields = await read_form(sent(b"title=A+b%26c&description=one%0D%0Atwo&empty="))
    assert fields == {"title": "A b&c", "description": "one\ntwo", "empty": ""}


async def test_of_a_field_sent_twice_the_last_counts() -> None:
    assert await read_form(sent(b"a=1&a=2")) == {"a": "2"}


@pytest.mark.parametrize(
    ("body", "media_type", "error"),
    [
        (b"{}", "application/json", Invalid),
        (b"a=1", "multipart/form-data; boundary=x", Invalid),
        (b"a=%ff%fe", MEDIA_TYPE, Invalid),
        (b"&".join(b"a=1" for _ in range(101)), MEDIA_TYPE, Invalid),
        (b"a=" + b"x" * LARGEST_BYTES, MEDIA_TYPE, TooLarge),
    ],
)
async def test_other_bodies_are_refused(body: bytes, media_type: str, error: type) -> None:
    with pytest.raises(error):
        await read_form(sent(body, media_type))


async def test_an_endless_body_is_not_read_to_its_end() -> None:
    read = 0

    async def receive() -> dict[str, object]:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b"x" * 65536, "more_body": True}

    headers = [(b"content-type", MEDIA_TYPE.encode())]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}
    with pytest.raises(TooLarge):
        await read_form(Request(scope, receive))
    assert read <= 3


def test_a_good_form_is_a_model() -> None:
    form, filled = check(NewRepositoryForm, {**FIELDS, "tags": "land cover, coast,, coast "})
    assert form is not None
    assert form.tags == ["land cover", "coast"]
    assert not filled.errors


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"title": " "}, "title", "Fill this in."),
        ({"title": "x" * 201}, "title", "Use at most 200 characters."),
        ({"repository_id": "no"}, "repository_id", "It must have 3 to 40 characters."),
        (
            {"repository_id": "Not So"},
            "repository_id",
            "It may hold lower-case letters, digits and single hyphens between them.",
        ),
        ({"visibility": "secret"}, "visibility", "Choose one of these."),
        ({"tags": ",".join(f"t{n}" for n in range(21))}, "tags", "Use at most 20."),
    ],
)
def test_an_error_stands_at_its_field_and_says_how_to_mend_it(
    change: dict[str, str], field: str, message: str
) -> None:
    form, filled = check(NewRepositoryForm, FIELDS | change)
    assert form is None
    assert filled.errors == {field: message}
    assert filled.values[field] == change[field]


def test_a_reserved_name_says_so() -> None:
    _, filled = check(WelcomeForm, {"account_id": "admin", "name": "Ada"})
    assert filled.errors == {"account_id": "It is reserved; choose another."}


def test_the_token_is_not_kept_among_the_values() -> None:
    _, filled = check(NewRepositoryForm, FIELDS)
    assert "csrf_token" not in filled.values


def test_what_the_owner_refuses_stands_at_the_field_it_names() -> None:
    _, filled = check(RepositoryForm, FIELDS)
    problem = Invalid("No.", errors=[FieldError(field="tags.0", message="is empty")])
    assert refused(filled, problem, RepositoryForm.model_fields).errors == {"tags": "It is empty."}


def test_what_names_no_field_stands_above() -> None:
    _, filled = check(RepositoryForm, FIELDS)
    problem = Invalid("No.", errors=[FieldError(field="actor", message="is odd")])
    assert refused(filled, problem, RepositoryForm.model_fields).message == "No."


def test_tags_that_are_a_list_already_stay() -> None:
    assert split_tags(["a", "b"]) == ["a", "b"]


def test_a_license_that_is_not_offered_is_kept() -> None:
    assert licenses_with("MIT")[-1] == ("MIT", "MIT")
    assert licenses_with("CC0-1.0") == list(LICENSES)


def test_a_draft_comes_back_whole_without_its_token() -> None:
    draft = make_draft("/-/new", {**FIELDS, "description": 'two\nlines "&<é'})
    again = unpack(pack(draft))
    assert again.action == "/-/new"
    assert dict(again.fields) == {
        "title": "Mask",
        "account_id": "noaa",
        "repository_id": "mask",
        "description": 'two\nlines "&<é',
    }


def test_a_draft_never_leads_elsewhere() -> None:
    assert unpack(pack(Draft("https://evil.example/", {}))).action == "/"


@pytest.mark.parametrize("text", ["", "x", "[]", "{}", '{"action": 1, "fields": 2}'])
def test_what_is_no_draft_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        unpack(text)


def test_a_draft_is_shown_in_the_words_of_its_form() -> None:
    draft = Draft("/-/new", {"repository_id": "mask", "title": "Mask", "tags": "", "version": "1"})
    assert draft.shown == [("Name", "mask"), ("Title", "Mask")]
