from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.storage.s3.claims import UNSIGNED_PAYLOAD, Claim, read_claim
from services.storage.s3.errors import S3Error
from services.storage.s3.request import Request
from services.storage.s3.sigv4 import Verified, _canonical_headers, verify
from tests.signed_requests import (
    ACCESS_KEY_ID,
    SECRET,
    captured_requests,
    sign_header,
    sign_query,
    signed_requests,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
URL = "http://localhost:9000/acct/repo/"


def claim_of(request: Request) -> Claim:
    claim = read_claim(request)
    assert claim is not None
    return claim


def check(request: Request, *, now: datetime | None = None, secret: str = SECRET) -> Verified:
    claim = claim_of(request)
    return verify(request, claim, secret, now=now or claim.signed_at)


def refusal(request: Request, *, now: datetime | None = None) -> S3Error:
    with pytest.raises(S3Error) as caught:
        check(request, now=now)
    return caught.value


def altered(request: Request, **changes: object) -> Request:
    fields = {
        "method": request.method,
        "raw_path": request.raw_path,
        "query_string": request.query_string,
        "headers": request.headers,
    }
    return Request(**{**fields, **changes})


def with_header(request: Request, name: str, value: str) -> Request:
    return altered(request, headers={**request.headers, name: value})


def test_every_captured_request_verifies() -> None:
    requests = signed_requests()
    assert len(requests) == 372
    for request in requests:
        verified = check(request)
        assert verified.access_key_id == ACCESS_KEY_ID
        assert verified.scope == "20261123/us-east-1/s3/aws4_request"


def flip(text: str) -> str:
    """The text with its last letter or digit changed."""
    at = max(index for index, character in enumerate(text) if character.isalnum())
    return text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :]


def test_every_captured_request_is_refused_with_one_altered_byte() -> None:
    for request in signed_requests():
        claim = claim_of(request)
        forged = [
            altered(request, raw_path=request.raw_path + b"x"),
            altered(request, method="OPTIONS"),
        ]
        if request.query_string:
            query = flip(request.query_string.decode()).encode()
            forged.append(altered(request, query_string=query))
        authorization = flip(request.headers["authorization"])
        forged.append(with_header(request, "authorization", authorization))
        forged += [
            with_header(request, name, flip(request.headers[name]))
            for name in claim.signed_headers
            if any(map(str.isalnum, request.headers.get(name, "")))
            and name not in {"x-amz-date", "x-amz-content-sha256"}
        ]
        payload = request.headers["x-amz-content-sha256"]
        if len(payload) == 64:
            forged.append(with_header(request, "x-amz-content-sha256", flip(payload)))
        for forgery in forged:
            with pytest.raises(S3Error, match=r"^SignatureDoesNotMatch: "):
                verify(forgery, claim_of(forgery), SECRET, now=claim.signed_at)


def test_an_altered_second_is_refused() -> None:
    request = signed_requests()[0]
    date = flip(request.headers["x-amz-date"].removesuffix("Z")) + "Z"
    forged = with_header(request, "x-amz-date", date)
    assert refusal(forged).code == "SignatureDoesNotMatch"


def test_another_secret_is_refused() -> None:
    with pytest.raises(S3Error, match="SignatureDoesNotMatch"):
        check(signed_requests()[0], secret="secretsecreT")


def test_an_unsigned_request_has_no_claim() -> None:
    unsigned = [
        request for request in captured_requests() if "authorization" not in request.headers
    ]
    assert len(unsigned) == 24
    assert [read_claim(request) for request in unsigned] == [None] * 24


def test_old_curl_may_read_but_not_write_without_a_payload_hash() -> None:
    (written,) = (
        request
        for request in captured_requests()
        if "authorization" in request.headers and "x-amz-content-sha256" not in request.headers
    )
    with pytest.raises(S3Error, match=r"^InvalidRequest: Missing required header") as caught:
        read_claim(written)
    assert caught.value.status == 400
    read = sign_header("GET", URL + "key", {}, now=NOW)
    del read.headers["x-amz-content-sha256"]
    assert refusal(read).code == "SignatureDoesNotMatch"  # botocore had signed the header


@pytest.mark.parametrize("minutes", [-15, 0, 15])
def test_a_clock_may_be_a_quarter_of_an_hour_off(minutes: int) -> None:
    request = sign_header("GET", URL + "key", {}, now=NOW)
    check(request, now=NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize("seconds", [-901, 901])
def test_a_clock_may_not_be_off_for_longer(seconds: int) -> None:
    request = sign_header("GET", URL + "key", {}, now=NOW)
    error = refusal(request, now=NOW + timedelta(seconds=seconds))
    assert (error.code, error.status) == ("RequestTimeTooSkewed", 403)
    assert error.details["RequestTime"] == "20261123T120000Z"


@pytest.mark.parametrize(
    "key",
    [
        "plain",
        "a%20b%2Bc%3D%25%7E",
        "a~b-c_d.e",
        "%C3%BC/%F0%9F%8C%8D",
        "a//b/../c/./%00%0D%0A",
        "%252F",
        "trailing/",
    ],
)
def test_paths_are_taken_as_received(key: str) -> None:
    check(sign_header("PUT", URL + key, {}, now=NOW))
    check(sign_query("GET", URL + key, now=NOW))


def test_a_path_sent_otherwise_than_it_was_signed() -> None:
    request = sign_header("GET", URL + "a%2Bb%20c", {}, now=NOW)
    check(altered(request, raw_path=b"/acct/repo/a+b%20c"))
    check(altered(request, raw_path=b"/acct/repo/%61%2bb%20c"))


def test_a_query_sent_otherwise_than_it_was_signed() -> None:
    request = sign_header("GET", URL + "?prefix=a%2Fb&delimiter=%2F", {}, now=NOW)
    check(altered(request, query_string=b"delimiter=/&prefix=a/b"))


def test_query_names_are_sorted_before_values() -> None:
    check(sign_header("GET", URL + "?a-b=1&a=2&uploads&A=3&a=1", {}, now=NOW))


def test_spaces_in_headers_are_folded() -> None:
    headers = {"x-amz-meta-note": "  two   words  "}
    request = sign_header("PUT", URL + "key", headers, now=NOW)
    check(request)
    check(with_header(request, "x-amz-meta-note", "two words"))


@pytest.mark.parametrize("value", ["voil\xc3\xa0", "\xa0", "a\x85", "a \xa0 b"])
def test_a_byte_that_only_text_takes_for_a_space_is_none(value: str) -> None:
    """UTF-8 ends in such bytes, and each was signed as it is."""
    claim = claim_of(sign_header("PUT", URL + "key", {"x-amz-meta-note": "@"}, now=NOW))
    assert f"x-amz-meta-note:{value}\n" in _canonical_headers(
        with_header(sign_header("PUT", URL + "key", {}, now=NOW), "x-amz-meta-note", value), claim
    )


def test_tabs_are_spaces() -> None:
    headers = {"x-amz-meta-note": "\ttwo\t words"}
    request = sign_header("PUT", URL + "key", headers, now=NOW)
    check(request)
    check(with_header(request, "x-amz-meta-note", "two words"))


def test_a_header_added_on_the_way_is_refused() -> None:
    request = with_header(sign_header("PUT", URL + "key", {}, now=NOW), "x-amz-acl", "public-read")
    error = refusal(request)
    assert (error.code, error.status) == ("AccessDenied", 403)
    assert error.details == {"HeadersNotSigned": "x-amz-acl"}


def test_the_date_header_stands_in_for_x_amz_date() -> None:
    headers = {"Date": "Mon, 23 Nov 2026 12:00:00 GMT"}
    request = sign_header("GET", URL + "key", headers, now=NOW)
    assert "x-amz-date" not in request.headers
    check(request)


def test_presigned_urls() -> None:
    request = sign_query("GET", URL + "key?response-content-type=text%2Fplain", now=NOW)
    verified = check(request)
    assert verified.payload == UNSIGNED_PAYLOAD
    assert verified.signed_headers == ("host",)
    assert refusal(altered(request, method="PUT")).code == "SignatureDoesNotMatch"
    query = request.query_string.replace(b"text%2Fplain", b"text%2Fhtml")
    assert refusal(altered(request, query_string=query)).code == "SignatureDoesNotMatch"
    assert refusal(with_header(request, "host", "elsewhere")).code == "SignatureDoesNotMatch"


def test_a_presigned_url_ends() -> None:
    request = sign_query("GET", URL + "key", now=NOW, expires=60)
    check(request, now=NOW + timedelta(seconds=60))
    late = refusal(request, now=NOW + timedelta(seconds=61))
    assert (late.code, late.message) == ("AccessDenied", "Request has expired")
    early = refusal(request, now=NOW - timedelta(minutes=16))
    assert (early.code, early.message) == ("AccessDenied", "Request is not valid yet")


def test_a_presigned_url_of_no_time_has_ended() -> None:
    ended = refusal(sign_query("GET", URL, now=NOW, expires=0), now=NOW + timedelta(seconds=0.1))
    assert (ended.code, ended.status, ended.message) == ("AccessDenied", 403, "Request has expired")


def test_a_presigned_week_is_the_longest() -> None:
    check(sign_query("GET", URL, now=NOW, expires=604800), now=NOW + timedelta(days=7))
    for expires in ("604801", "-1", "1e3", "0000001", "٣", ""):
        url = sign_query("GET", URL, now=NOW).query_string.decode()
        query = url.replace("X-Amz-Expires=900", f"X-Amz-Expires={expires}").encode()
        with pytest.raises(S3Error, match=r"^AuthorizationQueryParametersError") as caught:
            read_claim(Request("GET", b"/", query, {"host": "h"}))
        assert caught.value.status == 400


def test_the_claim_is_not_shared_between_requests() -> None:
    first, second = signed_requests()[:2]
    assert claim_of(first) == claim_of(first)
    assert replace(claim_of(first)) != claim_of(second)
