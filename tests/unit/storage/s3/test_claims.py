from datetime import UTC, datetime

import pytest

from services.storage.s3.claims import EMPTY_SHA256, read_claim
from services.storage.s3.errors import S3Error
from services.storage.s3.request import Request
from tests.signed_requests import sign_query

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CREDENTIAL = "AKIATEST/20261123/us-east-1/s3/aws4_request"
SIGNATURE = "0" * 64
PLAIN = f"Credential={CREDENTIAL}, SignedHeaders=host;x-amz-date, Signature={SIGNATURE}"


def request(authorization: str | None = None, query: str = "", **headers: str) -> Request:
    all_headers = {"host": "h", "x-amz-date": "20261123T120000Z"}
    all_headers["x-amz-content-sha256"] = "UNSIGNED-PAYLOAD"
    if authorization is not None:
        all_headers["authorization"] = authorization
    all_headers |= {name.replace("_", "-"): value for name, value in headers.items()}
    return Request("PUT", b"/a/r/k", query.encode(), all_headers)


def refusal(wanted: Request) -> S3Error:
    with pytest.raises(S3Error) as caught:
        read_claim(wanted)
    return caught.value


def test_a_claim_says_who_when_and_what() -> None:
    claim = read_claim(request(f"AWS4-HMAC-SHA256 {PLAIN}"))
    assert claim is not None
    assert (claim.access_key_id, claim.date, claim.region) == ("AKIATEST", "20261123", "us-east-1")
    assert claim.signed_headers == ("host", "x-amz-date")
    assert claim.signed_at == NOW
    assert claim.payload == "UNSIGNED-PAYLOAD"
    assert not claim.presigned


@pytest.mark.parametrize(
    "authorization",
    [
        f"AWS4-HMAC-SHA256 {PLAIN.replace(', ', ',')}",
        f"AWS4-HMAC-SHA256   {PLAIN}",
        f"AWS4-HMAC-SHA256 Signature={SIGNATURE}, SignedHeaders=host, Credential={CREDENTIAL}",
    ],
)
def test_spacing_and_order_are_free(authorization: str) -> None:
    assert read_claim(request(authorization)) is not None


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        ("AWS AKIATEST:c2lnbmF0dXJl", "InvalidRequest"),
        ("Basic dXNlcjpwYXNz", "InvalidArgument"),
        ("", "InvalidArgument"),
        ("AWS4-ECDSA-P256-SHA256 " + PLAIN, "InvalidArgument"),
        ("AWS4-HMAC-SHA256", "AuthorizationHeaderMalformed"),
        ("AWS4-HMAC-SHA256 Credential=x", "AuthorizationHeaderMalformed"),
        (f"AWS4-HMAC-SHA256 {PLAIN.replace('Sign', 'Sgn')}", "AuthorizationHeaderMalformed"),
        (f"AWS4-HMAC-SHA256 {PLAIN.partition('Sig')[0]}", "AuthorizationHeaderMalformed"),
        ("AWS4-HMAC-SHA256 " + "," * 7000, "AuthorizationHeaderMalformed"),
        (f"Signature={SIGNATURE}", "InvalidArgument"),
        (
            f"AWS4-HMAC-SHA256 {PLAIN.replace('20261123', '20261122')}",
            "AuthorizationHeaderMalformed",
        ),
        (f"AWS4-HMAC-SHA256 {PLAIN.replace('/s3/', '/ec2/')}", "AuthorizationHeaderMalformed"),
        (f"AWS4-HMAC-SHA256 {PLAIN.replace('host;', '')}", "AuthorizationHeaderMalformed"),
        (f"AWS4-HMAC-SHA256 {PLAIN.replace('host;', 'Host;')}", "AuthorizationHeaderMalformed"),
        (
            f"AWS4-HMAC-SHA256 {PLAIN.replace('AKIATEST', 'A' * 200)}",
            "AuthorizationHeaderMalformed",
        ),
        (f"AWS4-HMAC-SHA256 {PLAIN}{' ' * 100_000_000}", "AuthorizationHeaderMalformed"),
        (f"AWS4-HMAC-SHA256 {PLAIN[:-1]}", "SignatureDoesNotMatch"),
        (f"AWS4-HMAC-SHA256 {PLAIN[:-1]}é", "SignatureDoesNotMatch"),
    ],
    ids=lambda value: value[:60],
)
def test_malformed_headers(authorization: str, code: str) -> None:
    error = refusal(request(authorization))
    assert error.code == code
    assert error.status == (403 if code == "SignatureDoesNotMatch" else 400)


@pytest.mark.parametrize("date", ["20261123", "2026-11-23T12:00:00Z", "20261123T250000Z", "x" * 16])
def test_dates_that_are_none(date: str) -> None:
    wanted = request(f"AWS4-HMAC-SHA256 {PLAIN}", x_amz_date=date)
    assert refusal(wanted).code == "AuthorizationHeaderMalformed"


@pytest.mark.parametrize(
    "date",
    [
        None,
        "yesterday",
        "Thu, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 -2300",
    ],
)
def test_a_signed_request_needs_a_date(date: str | None) -> None:
    wanted = request(f"AWS4-HMAC-SHA256 {PLAIN}")
    del wanted.headers["x-amz-date"]
    if date:
        wanted.headers["date"] = date
    error = refusal(wanted)
    assert (error.code, error.status) == ("AccessDenied", 403)


def test_a_session_token_is_part_of_the_claim() -> None:
    claim = read_claim(request(f"AWS4-HMAC-SHA256 {PLAIN}", x_amz_security_token="t"))
    assert claim is not None
    assert claim.session_token == "t"


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "NotImplemented"),
        ("E" * 64, "InvalidArgument"),
        ("", "InvalidArgument"),
        ("STREAMING-", "InvalidArgument"),
    ],
)
def test_payload_modes_that_are_none(payload: str, code: str) -> None:
    wanted = request(f"AWS4-HMAC-SHA256 {PLAIN}", x_amz_content_sha256=payload)
    assert refusal(wanted).code == code


def test_a_read_without_a_payload_hash_has_no_body() -> None:
    wanted = request(f"AWS4-HMAC-SHA256 {PLAIN}")
    wanted.method = "GET"
    del wanted.headers["x-amz-content-sha256"]
    claim = read_claim(wanted)
    assert claim is not None
    assert claim.payload == EMPTY_SHA256


def test_signature_version_2_in_the_query() -> None:
    wanted = request(query="AWSAccessKeyId=A&Expires=1&Signature=x")
    error = refusal(wanted)
    assert (error.code, error.status) == ("InvalidRequest", 400)
    assert "signature_version='s3v4'" in error.message


def test_one_signature_only() -> None:
    presigned = sign_query("PUT", "http://h/a/r/k", now=NOW).query_string.decode()
    assert refusal(request(f"AWS4-HMAC-SHA256 {PLAIN}", presigned)).code == "InvalidArgument"


@pytest.mark.parametrize(
    ("found", "put"),
    [
        ("X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Algorithm=AWS4"),
        ("X-Amz-Date=20261123T120000Z", ""),
        ("X-Amz-SignedHeaders=host", "X-Amz-SignedHeaders=date"),
        ("20261123%2F", "20261122%2F"),
        ("%2Fs3%2F", "%2Fiam%2F"),
        ("X-Amz-Credential=", "X-Amz-Credential=%2F%2F"),
    ],
)
def test_malformed_queries(found: str, put: str) -> None:
    query = sign_query("PUT", "http://h/a/r/k", now=NOW).query_string.decode()
    assert found in query
    error = refusal(request(query=query.replace(found, put)))
    assert (error.code, error.status) == ("AuthorizationQueryParametersError", 400)
