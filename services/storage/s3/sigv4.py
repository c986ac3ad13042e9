"""Who signed a request: AWS Signature Version 4, in the Authorization header or in the query.

Read the claim (`claims.read_claim`), look its secret up, then `verify`.
The rules are those of the Amazon S3 API reference, "Authenticating Requests (AWS Signature
Version 4)"; the clock is always an argument.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from hmac import HMAC, compare_digest
from hmac import digest as hmac
from urllib.parse import parse_qsl, quote, quote_from_bytes, unquote_to_bytes

from services.storage.s3.claims import Claim
from services.storage.s3.errors import S3Error
from services.storage.s3.request import Request

MAX_SKEW = timedelta(minutes=15)


@dataclass(slots=True)
class Verified:
    """A request proved to be signed by `access_key_id`.

    `payload` says how the body is guarded: a hex SHA-256, UNSIGNED-PAYLOAD or a STREAMING- mode.
    `signature` is the seed of the chunk signatures of the signed streaming modes.
    """

    access_key_id: str
    scope: str
    signed_headers: tuple[str, ...]
    payload: str
    timestamp: str
    signature: str
    signing_key: bytes


def verify(request: Request, claim: Claim, secret_access_key: str, *, now: datetime) -> Verified:
    """Check time and signature of a claim whose secret was looked up.

    Raises RequestTimeTooSkewed, AccessDenied (an expired URL, an unsigned x-amz- header)
    and SignatureDoesNotMatch.
    """
    _check_time(claim, now)
    _check_coverage(request, claim)
    key = signing_key(secret_access_key, claim.date, claim.region)
    head, scope = _canonical_headers(request, claim), claim.scope
    for address in _canonical_addresses(request, presigned=claim.presigned):
        canonical = f"{request.method}\n{address}\n{head}".encode("latin-1")
        signature = sign(key, claim.timestamp, scope, canonical)
        if compare_digest(signature, claim.signature):
            return Verified(
                claim.access_key_id,
                scope,
                claim.signed_headers,
                claim.payload,
                claim.timestamp,
                claim.signature,
                key,
            )
    raise S3Error("SignatureDoesNotMatch", AWSAccessKeyId=claim.access_key_id)


@lru_cache(maxsize=4096)
def signing_key(secret_access_key: str, date: str, region: str) -> bytes:
    """The key of one secret for one day (`YYYYMMDD`) and region, for service s3."""
    key = hmac(b"AWS4" + secret_access_key.encode(), date.encode(), "sha256")
    for part in (region, "s3", "aws4_request"):
        key = hmac(key, part.encode(), "sha256")
    return key


def sign(key: bytes, timestamp: str, scope: str, canonical: bytes) -> str:
    """The hex signature of a canonical request."""
    hashed = _EMPTY.copy()
    hashed.update(canonical)
    text = f"AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{hashed.hexdigest()}"
    keyed = _keyed(key).copy()
    keyed.update(text.encode())
    return keyed.hexdigest()


# Making a hash costs more than hashing a short text: OpenSSL looks its algorithm up each time.
_EMPTY = sha256()
_SPACES = re.compile("[ \t]+")


@lru_cache(maxsize=4096)
def _keyed(key: bytes) -> HMAC:
    """A key signs many."""
    return HMAC(key, digestmod="sha256")


def _check_time(claim: Claim, now: datetime) -> None:
    if claim.expires_seconds is None:
        if abs(now - claim.signed_at) > MAX_SKEW:
            raise S3Error(
                "RequestTimeTooSkewed",
                RequestTime=claim.timestamp,
                ServerTime=f"{now:%Y-%m-%dT%H:%M:%SZ}",
                MaxAllowedSkewMilliseconds=900_000,
            )
        return
    expires = claim.signed_at + timedelta(seconds=claim.expires_seconds)
    if now > expires:
        raise S3Error(
            "AccessDenied", "Request has expired", Expires=f"{expires:%Y-%m-%dT%H:%M:%SZ}"
        )
    if claim.signed_at - now > MAX_SKEW:
        raise S3Error("AccessDenied", "Request is not valid yet")


def _check_coverage(request: Request, claim: Claim) -> None:
    """A header that means something to S3 but was not signed may have been added on the way."""
    signed = claim.signed_headers
    loose = [name for name in request.headers if name[:6] == "x-amz-" and name not in signed]
    if loose:
        raise S3Error(
            "AccessDenied",
            "There were headers present in the request which were not signed",
            HeadersNotSigned=", ".join(loose),
        )


def _canonical_headers(request: Request, claim: Claim) -> str:
    headers = request.headers
    lines = []
    for name in claim.signed_headers:
        # Not what text takes for spaces: U+00A0 is the end of an `à` in UTF-8.
        value = headers.get(name, "").strip(" \t")
        if "  " in value or "\t" in value:
            value = _SPACES.sub(" ", value)
        lines.append(f"{name}:{value}\n")
    return f"{''.join(lines)}\n{';'.join(claim.signed_headers)}\n{claim.payload}"


def _canonical_addresses(request: Request, *, presigned: bool) -> Iterator[str]:
    """Path and query as received; then, once, both decoded and encoded again as RFC 3986 says.

    Most clients sign the bytes that they send. Some sign the strict form and send another.
    """
    raw_query = _sorted_query(request.query_string, presigned=presigned)
    first = f"{request.raw_path.decode('latin-1')}\n{raw_query}"
    yield first
    path = quote_from_bytes(unquote_to_bytes(request.raw_path), safe="/-_.~")
    query = _encoded_query(raw_query)
    raw_path = request.raw_path.decode("latin-1")
    for second in (f"{path}\n{raw_query}", f"{path}\n{query}", f"{raw_path}\n{query}"):
        if second != first:
            yield second


def _sorted_query(query_string: bytes, *, presigned: bool) -> str:
    if not query_string:
        return ""
    pairs = [
        pair if "=" in pair else f"{pair}="
        for pair in query_string.decode("latin-1").split("&")
        if pair and not (presigned and pair.startswith("X-Amz-Signature="))
    ]
    if len(pairs) == 1:
        return pairs[0]
    # Sorting whole pairs would put `a-b=` before `a=`; names are compared first.
    return "&".join(sorted(pairs, key=_name_and_value))


def _name_and_value(pair: str) -> list[str]:
    return pair.split("=", 1)


def _encoded_query(raw_query: str) -> str:
    pairs = parse_qsl(raw_query, keep_blank_values=True, encoding="latin-1")
    encoded = [
        (
            quote(name, safe="-_.~", encoding="latin-1"),
            quote(value, safe="-_.~", encoding="latin-1"),
        )
        for name, value in pairs
    ]
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))
