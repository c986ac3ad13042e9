"""What goes to Kratos and what comes from it, as far as no server is needed."""

import pytest
from urllib3 import HTTPHeaderDict, HTTPResponse

from shared.errors import Invalid, Unavailable
from shared.kratos import Answer, Cookie, Kratos, _answer, nested


def test_dotted_fields_are_nested() -> None:
    fields = {"method": "profile", "traits.email": "a@b.c", "traits.name.first": "Ada"}
    assert nested(fields) == {
        "method": "profile",
        "traits": {"email": "a@b.c", "name": {"first": "Ada"}},
    }


@pytest.mark.parametrize("fields", [{"a": "1", "a.b": "2"}, {"a.b": "1", "a.b.c": "2"}])
def test_fields_that_contradict_each_other_are_refused(fields: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        nested(fields)


def test_cookies_are_read_with_their_age() -> None:
    headers = HTTPHeaderDict()
    headers.add("Set-Cookie", "csrf_token_ab=x=; Path=/; Max-Age=100; HttpOnly; SameSite=Lax")
    headers.add("Set-Cookie", "ory_kratos_session=s; Path=/; Expires=Mon, 23 Nov 2026 10:00:00 GMT")
    headers.add("Set-Cookie", "gone=; Max-Age=-1")
    answer = _answer(HTTPResponse(body=b"{}", headers=headers, status=200))
    assert answer.cookies == (
        Cookie("csrf_token_ab", "x=", 100),
        Cookie("ory_kratos_session", "s"),
        Cookie("gone", "", 0),
    )


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]"])
def test_what_is_no_object_is_an_empty_one(body: bytes) -> None:
    assert _answer(HTTPResponse(body=body, status=200)).body == {}


def test_an_error_has_its_name() -> None:
    assert Answer(400, {"error": {"id": "session_already_available"}}).error_id
    assert Answer(400, {"error": "x"}).error_id == ""
    assert Answer(400, {}).error_id == ""


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    kratos = Kratos("http://127.0.0.1:1", timeout_seconds=0.5)
    try:
        with pytest.raises(Unavailable):
            await kratos.whoami("ory_kratos_session=x")
    finally:
        kratos.close()
