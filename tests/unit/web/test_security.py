"""Tokens are bound, cookies closed, and every answer says what a browser may do."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from services.web.security import csrf
from services.web.security.cookies import CookiePolicy, for_kratos
from services.web.security.headers import SecurityHeaders, content_security_policy, origin_of

BINDING = csrf.Binding(b"k" * 32, "seed", "session")
SITE = "https://data.example"
DOOR = "https://s3.data.example"


def test_a_token_is_good_for_its_browser_and_session() -> None:
    assert csrf.is_valid(BINDING, csrf.make_token(BINDING))


@pytest.mark.parametrize(
    "other",
    [
        csrf.Binding(b"k" * 32, "seed", "another session"),
        csrf.Binding(b"k" * 32, "seed", ""),
        csrf.Binding(b"k" * 32, "another seed", "session"),
        csrf.Binding(b"l" * 32, "seed", "session"),
        csrf.Binding(b"k" * 32, "", "session"),
    ],
)
def test_a_token_is_good_for_no_other(other: csrf.Binding) -> None:
    assert not csrf.is_valid(other, csrf.make_token(BINDING))


def test_nobody_without_a_seed_has_a_token() -> None:
    nobody = csrf.Binding(b"k" * 32, "", "")
    assert not csrf.is_valid(nobody, csrf.make_token(nobody))


@pytest.mark.parametrize("token", ["", ".", "x.y", "a" * 22 + ".", "é.é", "a" * 22 + ".é"])
def test_what_is_no_token_is_refused(token: str) -> None:
    assert not csrf.is_valid(BINDING, token)


def test_an_altered_token_is_refused() -> None:
    token = csrf.make_token(BINDING)
    for place in (0, 21, 23, len(token) - 1):
        other = "0" if token[place] != "0" else "1"
        assert not csrf.is_valid(BINDING, token[:place] + other + token[place + 1 :])


def test_no_two_tokens_are_alike() -> None:
    assert csrf.make_token(BINDING) != csrf.make_token(BINDING)


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-site", "origin": SITE}, False),
        ({"sec-fetch-site": "cross-site", "origin": SITE}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"origin": SITE}, True),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "null"}, False),
        ({}, False),
    ],
)
def test_only_our_own_pages_send_forms(headers: dict[str, str], ours: bool) -> None:
    assert csrf.is_same_origin(headers, f"{SITE}/") is ours


def test_the_policy_allows_nothing_inline_and_nobody_to_frame() -> None:
    policy = content_security_policy(DOOR)
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert f"form-action 'self' {DOOR}" in policy
    assert f"connect-src 'self' {DOOR}" in policy
    assert "script-src 'self';" in policy


def test_an_origin_has_no_path() -> None:
    assert origin_of("https://s3.data.example:9000/base/") == "https://s3.data.example:9000"


async def answered(path: str, public_url: str = SITE) -> httpx.Response:
    async def view(_: Request) -> Response:
        return PlainTextResponse("x", headers={"referrer-policy": "no-referrer"})

    site = Starlette(routes=[Route("/{rest:path}", view)])
    app = SecurityHeaders(site, public_url, f"{DOOR}/base")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        return await client.get(path)


async def test_every_answer_carries_the_headers() -> None:
    headers = (await answered("/noaa")).headers
    assert headers["content-security-policy"] == content_security_policy(DOOR)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "max-age" in headers["strict-transport-security"]


async def test_a_view_may_be_stricter() -> None:
    assert (await answered("/noaa")).headers["referrer-policy"] == "no-referrer"


async def test_the_apis_are_open_to_pages_of_others() -> None:
    for path in ("/stac", "/stac/collections", "/api/v1/repositories"):
        assert "cross-origin-resource-policy" not in (await answered(path)).headers


async def test_plain_http_is_not_told_to_be_secure() -> None:
    assert "strict-transport-security" not in (await answered("/", "http://x")).headers


def test_cookies_are_closed_to_scripts_and_to_other_sites() -> None:
    response = Response()
    CookiePolicy(is_secure=True).keep(response, "a", "b")
    cookie = response.headers["set-cookie"].lower()
    for word in ("httponly", "samesite=lax", "secure", "path=/"):
        assert word in cookie
    assert "domain" not in cookie
    assert "max-age" not in cookie


def test_a_dropped_cookie_is_over() -> None:
    response = Response()
    CookiePolicy(is_secure=False).drop(response, "a")
    assert "max-age=0" in response.headers["set-cookie"].lower()


def test_kratos_gets_its_own_cookies_and_no_others() -> None:
    cookies = {"ory_kratos_session": "s", "csrf_token_ab": "c", "coop_form": "ours", "other": "x"}
    assert for_kratos(cookies) == "ory_kratos_session=s; csrf_token_ab=c"
