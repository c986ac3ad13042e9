"""Signed requests of which one bit was changed on the way: header, query and whatever is signed."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import Any
from urllib.parse import unquote_to_bytes

from services.storage.s3.claims import Claim, read_claim
from services.storage.s3.errors import S3Error
from services.storage.s3.request import Request
from services.storage.s3.sigv4 import verify
from tests.aws_chunks import SIGNED, UNSIGNED_TRAILER
from tests.fuzz.outcome import REFUSED, outcome
from tests.signed_requests import ACCESS_KEY_ID, SECRET, sign_header, sign_query, signed_requests

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
KEYS = ("plain", "a%20b%2Bc%3D%25%7E", "%C3%BC/%F0%9F%8C%8D", "a//b/../c/./%00", "%252F", "dir/")
QUERIES = ("", "?uploads", "?partNumber=1&uploadId=u", "?response-content-type=text%2Fplain")
PAYLOADS = (SIGNED, f"{SIGNED}-TRAILER", UNSIGNED_TRAILER, "UNSIGNED-PAYLOAD", "")


@cache
def requests() -> list[Request]:
    """Captured, presigned, and those that announce a body in chunks."""
    places = [f"http://localhost:9000/acct/repo/{key}{query}" for key in KEYS for query in QUERIES]
    presigned = [sign_query(method, url, now=NOW) for url in places for method in ("GET", "PUT")]
    meta = {"x-amz-meta-n": "  two   words ", "content-type": "text/plain"}
    chunked = [
        sign_header("PUT", url, meta | {"x-amz-decoded-content-length": "5"}, now=NOW, payload=mode)
        for url in places
        for mode in PAYLOADS
    ]
    return [*signed_requests(), *presigned, *chunked]


@cache
def claim_of(number: int) -> Claim:
    """What a request says of itself while nothing is changed."""
    claim = read_claim(requests()[number])
    assert claim is not None
    return claim


def flipped(text: bytes, randomness: Random) -> bytes:
    """One bit is another."""
    bit = randomness.randrange(len(text) * 8)
    changed = bytearray(text)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def forged(request: Request, claim: Claim, randomness: Random) -> Request:
    """The request with one bit of a signed part changed."""
    part = randomness.choice(["method", "path", "query", "authorization", *claim.signed_headers])
    match part:
        case "method":
            method = flipped(request.method.encode(), randomness).decode("latin-1")
            return Request(method, request.raw_path, request.query_string, request.headers)
        case "query" if request.query_string:
            query = flipped(request.query_string, randomness)
            return Request(request.method, request.raw_path, query, request.headers)
        case name if request.headers.get(name):
            value = flipped(request.headers[name].encode("latin-1"), randomness).decode("latin-1")
            headers = {**request.headers, name: value}
            return Request(request.method, request.raw_path, request.query_string, headers)
    path = flipped(request.raw_path, randomness)
    return Request(request.method, path, request.query_string, request.headers)


def check(request: Request, now: datetime) -> Claim:
    """As the door does it. Raises S3Error."""
    claim = read_claim(request)
    # Who takes the signature away is a stranger, and no longer who it was.
    assert claim is not None
    if claim.access_key_id != ACCESS_KEY_ID:
        raise S3Error("InvalidAccessKeyId")
    verify(request, claim, SECRET, now=now)
    return claim


def signature(randomness: Random) -> str:
    """It is refused, or the change was none: another way to write the very same."""
    number = randomness.randrange(len(requests()))
    request, claim = requests()[number], claim_of(number)
    changed = forged(request, claim, randomness)
    if is_unsigned(changed):
        return REFUSED
    ended, read = outcome(check, changed, claim.signed_at)
    if ended == "read":
        assert meaning(changed, read) == meaning(request, claim), (changed, request)
    return ended


def is_unsigned(request: Request) -> bool:
    """Whether no signature is left to be seen: then only what is public is given."""
    ended, claim = outcome(read_claim, request)
    return ended == "read" and claim is None


def meaning(request: Request, claim: Claim) -> tuple[Any, ...]:
    """What the door acts by."""
    signed = {name: request.headers.get(name, "") for name in claim.signed_headers}
    return (
        request.method,
        unquote_to_bytes(request.raw_path),
        sorted(request.query.items()),
        {name: text.encode("latin-1").split() for name, text in signed.items()},
        replace(claim),
    )
