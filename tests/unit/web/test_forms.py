"""Forms: read within limits, checked with words, never lost."""

import pytest
from starlette.requests import Request

from services.web.forms.accounts import NewAccountForm
from services.web.forms.checking import Filled, check, refused
from services.web.forms.drafts import Draft, make_draft, pack, unpack
from services.web.forms.faults import Fault
from services.web.forms.lines import read_authors, read_links, write_authors, write_links
from services.web.forms.reading import LARGEST_BYTES, MEDIA_TYPE, read_form, read_upload
from services.web.forms.repositories import (
    NewRepositoryForm,
    RepositoryForm,
    SettingsForm,
    license_choices,
    split_tags,
)
from shared.contracts.metadata import Author, Link
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


def uploaded(*parts: tuple[str, bytes]) -> Request:
    """A form with files, as a browser sends it."""
    body = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (name.encode(), value)
        for name, value in parts
    )
    return sent(body + b"--x--\r\n", "multipart/form-data; boundary=x")


async def test_a_form_with_a_file_is_read_whole() -> None:
    file = ('avatar"; filename="me.png', b"\x89PNG\r\n--x- ")
    upload = await read_upload(uploaded(("csrf_token", b"t"), file), largest=1000)
    assert upload == ({"csrf_token": "t"}, b"\x89PNG\r\n--x- ")
    assert (await read_upload(uploaded(("do", b"remove")), largest=1000)).content == b""


async def test_a_form_that_is_none_or_has_two_files_or_too_much_is_refused() -> None:
    file = ('avatar"; filename="me.png', b"x" * 2_000)
    with pytest.raises(Invalid):
        await read_upload(uploaded(file, file), largest=1_000)
    with pytest.raises(TooLarge):
        await read_upload(uploaded((file[0], b"x" * (LARGEST_BYTES + 1_001))), largest=1_000)
    for body, media_type in [
        (b"do=remove", MEDIA_TYPE),
        (b"x", "multipart/form-data"),
        (b"no form", "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data; boundary=" + "x" * 300),
    ]:
        with pytest.raises(Invalid):
            await read_upload(sent(body, media_type), largest=1_000)


@pytest.mark.parametrize(
    "charset",
    ["undefined", "utf-7", "utf-16", "rot13", "latin-1", "%00", '"a;b"', "\xe9", "\0", ""],
)
async def test_a_form_in_other_letters_than_ours_is_refused(charset: str) -> None:
    kind = f"multipart/form-data; boundary=x; charset={charset}"
    body = b'--x\r\nContent-Disposition: form-data; name="do"\r\n\r\n+AGE-\xff\r\n--x--\r\n'
    with pytest.raises(Invalid, match="could not be read"):
        await read_upload(sent(body, kind), largest=1_000)
    with pytest.raises(Invalid, match="could not be read"):
        await read_form(sent(b"a=1", f"{MEDIA_TYPE}; charset={charset}"))


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"', "utf8"])
async def test_our_own_letters_may_be_named(charset: str) -> None:
    assert await read_form(sent(b"a=%C3%A9", f"{MEDIA_TYPE};charset={charset}")) == {"a": "é"}
    form = uploaded(("do", "é".encode()))
    kind = f"multipart/form-data; charset={charset}; boundary=x"
    again = sent(await form.body(), kind)
    assert (await read_upload(again, largest=1_000)).fields == {"do": "é"}


async def test_what_the_parser_calls_another_charset_is_no_fault_of_ours() -> None:
    kind = "multipart/form-data; boundary=x; charset*=utf-8''undefined"
    with pytest.raises(Invalid):
        await read_upload(sent(await uploaded(("do", b"x")).body(), kind), largest=1_000)


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
        ({"title": "x" * 501}, "title", "Use at most 500 characters."),
        ({"repository_id": "no"}, "repository_id", "It must have 3 to 40 characters."),
        (
            {"repository_id": "Not So"},
            "repository_id",
            "It may hold lower-case letters, digits and single hyphens between them.",
        ),
        ({"visibility": "secret"}, "visibility", "Choose one of these."),
        ({"tags": ",".join(f"t{n}" for n in range(201))}, "tags", "Use at most 200."),
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
    _, filled = check(NewAccountForm, {"account_id": "admin", "name": "Ada"})
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


def test_all_that_is_wrong_is_summed_up_in_the_order_of_the_page() -> None:
    filled = Filled({}, {"name": "Fill this in.", "do": "Choose one.", "id": "It is taken."}, "No.")
    assert filled.is_refused
    assert filled.fault_at("id", "Account name", "form-id") == "It is taken."
    assert filled.fault_at("bio", "About") == ""
    assert filled.fault_at("name", "Name") == "Fill this in."
    assert filled.faults == [
        Fault("Choose one."),
        Fault("No."),
        Fault("It is taken.", "Account name", "form-id"),
        Fault("Fill this in.", "Name", "name"),
    ]
    assert filled.fault_at("", "Rename", "rename") == "No."
    assert filled.faults[-1] == Fault("No.", "Rename", "rename")


def test_a_form_without_a_fault_is_not_refused() -> None:
    filled = Filled({"name": "Ada"})
    assert filled.fault_at("name", "Name") == ""
    assert (filled.is_refused, filled.faults) == (False, [])


def test_tags_that_are_a_list_already_stay() -> None:
    assert split_tags(["a", "b"]) == ["a", "b"]


def test_every_license_is_offered_once_and_those_of_data_first() -> None:
    names = [name for name, _ in license_choices()]
    assert names[:2] == ["CC0-1.0", "CC-BY-4.0"]
    assert len(names) == len(set(names)) > 700


AUTHORS = [
    Author(family_names="Keeling", given_names="Charles D.", orcid="0000-0002-1825-0097"),
    Author(family_names="van der Berg", given_names="A.", affiliation="Scripps, La Jolla"),
    Author(name="NOAA"),
    Author(name="NOAA, Boulder", orcid="0000-0001-5109-3700"),
]


def test_authors_are_read_as_they_are_written() -> None:
    text = write_authors(AUTHORS)
    assert text.splitlines()[0] == "Keeling, Charles D. 0000-0002-1825-0097"
    found = read_authors(f"\n{text}\n \n")
    assert isinstance(found, list)
    assert [Author(**one) for one in found] == AUTHORS


def test_links_are_read_as_they_are_written() -> None:
    links = [Link(url="https://example.org/a", title="The paper"), Link(url="http://b.example")]
    found = read_links(write_links(links))
    assert isinstance(found, list)
    assert [Link(**one) for one in found] == links


def test_the_settings_name_what_is_cited() -> None:
    form, _ = check(SettingsForm, {**FIELDS, "authors": "NOAA", "released": "", "edition": "2"})
    assert form is not None
    citation = form.changes()["citation"]
    assert (citation.authors, citation.version, citation.released) == (AUTHORS[2:3], "2", None)
    assert check(SettingsForm, {**FIELDS, "released": "May"})[1].errors == {
        "released": "Write the date as 2024-05-31."
    }


def test_a_fault_inside_a_field_stands_at_the_field_of_the_form() -> None:
    _, filled = check(SettingsForm, FIELDS)
    problem = Invalid("No.", errors=[FieldError(field="citation.authors", message="must be good")])
    assert refused(filled, problem, SettingsForm.model_fields).errors == {
        "authors": "It must be good."
    }


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


def test_a_draft_carries_no_secret() -> None:
    halves = {"access_key_id": "told once", "secret_access_key": "told once"}
    draft = make_draft("/-/noaa/connections", {"bucket": "data", **halves})
    assert "told once" not in pack(draft)
    assert draft.shown == [("Bucket", "data")]


def test_a_draft_still_names_the_key_that_it_is_about() -> None:
    assert make_draft("/-/keys/revoke", {"access_key_id": "K"}).shown == [("Access key id", "K")]


def test_a_draft_never_leads_elsewhere() -> None:
    assert unpack(pack(Draft("https://evil.example/", {}))).action == "/"


@pytest.mark.parametrize("text", ["", "x", "[]", "{}", '{"action": 1, "fields": 2}'])
def test_what_is_no_draft_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        unpack(text)


def test_a_draft_is_shown_in_the_words_of_its_form() -> None:
    draft = Draft("/-/new", {"repository_id": "mask", "title": "Mask", "tags": "", "version": "1"})
    assert draft.shown == [("Name", "mask"), ("Title", "Mask")]
