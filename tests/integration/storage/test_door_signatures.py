"""Signatures at the door: altered, replayed, out of time, by nobody we know."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from botocore.credentials import Credentials

from services.storage.s3.request import Request
from tests.door import Client, Door, body_of, keys_of
from tests.raw_http import Answer, exchange, message
from tests.signed_requests import sign_header

BODY = b"t,level\n"
HASH = sha256(BODY).hexdigest()


@pytest.fixture
def url(door: Door, bucket: str) -> str:
    return f"{door.url}/{bucket}/a"


def signed(door: Door, url: str, method: str = "PUT", *, minutes: float = 0) -> Request:
    return sign_header(
        method,
        url,
        {"x-amz-meta-n": "1"},
        now=datetime.now(UTC) + timedelta(minutes=minutes),
        payload=HASH,
        credentials=door.people["owner"].credentials,
    )


def send(door: Door, request: Request, body: bytes = BODY) -> Answer:
    return exchange(door.host, message(request, body), request.method)


@pytest.mark.parametrize("minutes", [-14.5, 0, 14.5])
def test_a_clock_may_be_a_little_wrong(door: Door, url: str, minutes: float) -> None:
    assert send(door, signed(door, url, minutes=minutes)).refusal == ("", 200)


@pytest.mark.parametrize("minutes", [-15.5, 15.5, -60 * 24 * 365])
def test_but_not_more(door: Door, s3: Client, bucket: str, url: str, minutes: float) -> None:
    answer = send(door, signed(door, url, minutes=minutes))
    assert answer.refusal == ("RequestTimeTooSkewed", 403)
    assert keys_of(s3, bucket) == []


def header(name: str, value: str) -> Callable[[Request], Request]:
    """A change of one header after signing."""
    return lambda request: replace(request, headers={**request.headers, name: value})


def in_authorization(before: str, after: str) -> Callable[[Request], Request]:
    """A change within the Authorization header."""
    return lambda request: header(
        "authorization", request.headers["authorization"].replace(before, after)
    )(request)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (header("x-amz-meta-n", "2"), "SignatureDoesNotMatch"),
        (header("host", "elsewhere.example"), "SignatureDoesNotMatch"),
        (header("x-amz-content-sha256", "UNSIGNED-PAYLOAD"), "SignatureDoesNotMatch"),
        (header("x-amz-meta-more", "1"), "AccessDenied"),
        (header("x-amz-acl", "public-read"), "AccessDenied"),
        (
            lambda request: replace(request, raw_path=request.raw_path + b"b"),
            "SignatureDoesNotMatch",
        ),
        (lambda request: replace(request, query_string=b"x-id=PutObject"), "SignatureDoesNotMatch"),
        (lambda request: replace(request, method="DELETE"), "SignatureDoesNotMatch"),
        (in_authorization("us-east-1", "eu-west-1"), "SignatureDoesNotMatch"),
        (in_authorization("/s3/", "/sts/"), "AuthorizationHeaderMalformed"),
        (in_authorization("aws4_request", "aws5_request"), "AuthorizationHeaderMalformed"),
        (in_authorization("host;", ""), "AuthorizationHeaderMalformed"),
        (in_authorization("Signature=", "Signature=00"), "SignatureDoesNotMatch"),
        (in_authorization("Signature=", "Sgnature="), "AuthorizationHeaderMalformed"),
        (header("authorization", "AWS4-HMAC-SHA256"), "AuthorizationHeaderMalformed"),
        (header("authorization", "AWS4-HMAC-SHA256 " + "," * 7000), "AuthorizationHeaderMalformed"),
        (header("authorization", "Bearer abc"), "InvalidArgument"),
        (header("authorization", "AWS key:c2lnbmF0dXJl"), "InvalidRequest"),
        (header("x-amz-date", "yesterday"), "AuthorizationHeaderMalformed"),
        (header("x-amz-security-token", "token"), "InvalidToken"),
    ],
)
def test_altered(
    door: Door, s3: Client, url: str, change: Callable[[Request], Request], code: str
) -> None:
    answer = send(door, change(signed(door, url)))
    assert answer.code == code
    assert 400 <= answer.status < 404
    bucket = url.split("/")[-2]
    assert keys_of(s3, bucket) == []


def test_replayed_with_another_body(door: Door, s3: Client, bucket: str, url: str) -> None:
    request = signed(door, url)
    assert send(door, request).status == 200
    assert send(door, request, b"T,LEVEL\n").refusal == ("XAmzContentSHA256Mismatch", 400)
    assert body_of(s3, bucket, "a") == BODY


def test_replayed_at_another_place(door: Door, s3: Client, bucket: str, url: str) -> None:
    request = signed(door, url)
    elsewhere = replace(request, raw_path=request.raw_path.replace(b"/a", b"/b"))
    assert send(door, elsewhere).refusal == ("SignatureDoesNotMatch", 403)
    assert keys_of(s3, bucket) == []


def test_of_nobody_and_with_another_secret(door: Door, url: str) -> None:
    known = door.people["owner"].credentials
    for credentials, code in (
        (Credentials("COOP0000000000000000", "x"), "InvalidAccessKeyId"),
        (Credentials("AKIA" + "A" * 124, "x"), "InvalidAccessKeyId"),
        (Credentials(known.access_key, "x"), "SignatureDoesNotMatch"),
    ):
        request = sign_header(
            "GET", url, {}, now=datetime.now(UTC), payload=HASH, credentials=credentials
        )
        assert send(door, request, b"").refusal == (code, 403)


def test_a_refusal_never_tells_what_would_have_been_right(door: Door, url: str) -> None:
    answer = send(door, header("x-amz-meta-n", "2")(signed(door, url)))
    secret = str(door.people["owner"].credentials.secret_key).encode()
    assert secret not in answer.body
    assert b"<StringToSign>" not in answer.body


def test_any_region_will_do(door: Door, bucket: str) -> None:
    for region in ("eu-central-1", "auto"):
        client = door.client("owner", region_name=region)
        assert client.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
