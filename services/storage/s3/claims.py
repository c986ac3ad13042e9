"""What a signed request says of itself, before anything is proved.

Read from the Authorization header or from the query of a presigned URL; malformed ones are
refused here with the code that S3 gives, so that `sigv4` deals with well-formed claims only.
The same key, headers and second come again and again, so their reading is cached.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple

from services.storage.s3.errors import S3Error
from services.storage.s3.request import Request

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
PAYLOAD_MODES = frozenset(
    {
        UNSIGNED_PAYLOAD,
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    }
)
MAX_HEADER = 8192
MAX_EXPIRES_SECONDS = int(timedelta(days=7).total_seconds())

_TIMESTAMP = re.compile(r"[0-9]{8}T[0-9]{6}Z").fullmatch
_HEX_SHA256 = re.compile(r"[0-9a-f]{64}").fullmatch
_SIGNED_HEADERS = re.compile(r"[a-z0-9!#$%&'*+.^_`|~;-]{1,4096}").fullmatch
_CREDENTIAL = re.compile(r"([^/\s,]{1,128})/([0-9]{8})/([^/\s,]{1,64})/([^/\s,]*)/([^/\s,]*)")
_SIGV2 = (
    "The authorization mechanism you have provided is not supported. Please use "
    "AWS4-HMAC-SHA256 (boto3: Config(signature_version='s3v4'))."
)


class Signer(NamedTuple):
    """Who says to sign, for which day and region (`scope` is what is signed of it), and what."""

    access_key_id: str
    date: str
    region: str
    scope: str
    signed_headers: tuple[str, ...]


@dataclass(slots=True)
class Claim:
    """Who says to have signed, when and what. `expires_seconds` is set for presigned URLs only."""

    access_key_id: str
    date: str
    region: str
    scope: str
    signed_headers: tuple[str, ...]
    signature: str
    timestamp: str
    signed_at: datetime
    payload: str
    expires_seconds: int | None = None
    session_token: str = ""

    @property
    def presigned(self) -> bool:
        """Whether the signature is in the query."""
        return self.expires_seconds is not None


def read_claim(request: Request) -> Claim | None:
    """The claim of a signed request, None for an anonymous one.

    Raises AuthorizationHeaderMalformed, AuthorizationQueryParametersError, InvalidRequest
    (Signature Version 2), InvalidArgument.
    """
    header = request.headers.get("authorization")
    raw = request.query_string
    query = request.query if b"Signature" in raw or b"X-Amz-Algorithm" in raw else {}
    if header is None and not query:
        return None
    if "X-Amz-Signature" in query or "X-Amz-Algorithm" in query:
        if header is not None:
            raise S3Error(
                "InvalidArgument",
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter or "
                "the Authorization header should be specified",
            )
        claim = _from_query(request, query)
        claim.session_token = query.get("X-Amz-Security-Token", "")
        return claim
    if "Signature" in query and "AWSAccessKeyId" in query:
        raise S3Error("InvalidRequest", _SIGV2)
    if header is None:
        return None
    claim = _from_header(request, header)
    claim.session_token = request.headers.get("x-amz-security-token", "")
    return claim


def _from_header(request: Request, header: str) -> Claim:
    code = "AuthorizationHeaderMalformed"
    # Clients say their signature last, and all before it is the same for a whole day.
    before, found, after = _of_bounded_length(header).rpartition("Signature=")
    signature, _, rest = after.partition(",")
    fields = _fields(f"{before},{rest}" if found and rest else before or after)
    if not (found and fields.keys() >= {"Credential", "SignedHeaders"}):
        raise S3Error(
            code,
            "The authorization header is malformed; it needs Credential, SignedHeaders and "
            "Signature.",
        )
    signer = _signer(fields["Credential"], fields["SignedHeaders"], code)
    claim = _claim(signer, signature.strip(), _header_timestamp(request), code)
    claim.payload = _header_payload(request)
    return claim


def _of_bounded_length(header: str) -> str:
    """The scheme alone of a header that says too much."""
    return header if len(header) <= MAX_HEADER else header.partition(" ")[0]


@lru_cache(maxsize=1024)
def _fields(header: str) -> dict[str, str]:
    """What an Authorization header says beside its signature."""
    scheme, _, rest = header.partition(" ")
    if scheme == "AWS":
        raise S3Error("InvalidRequest", _SIGV2)
    if scheme != ALGORITHM:
        raise S3Error("InvalidArgument", "Unsupported Authorization Type")
    parts = (part.strip().partition("=") for part in rest.split(","))
    return {name: value for name, _, value in parts}


def _header_timestamp(request: Request) -> str:
    """x-amz-date, or the Date header in its place."""
    timestamp = request.headers.get("x-amz-date")
    if timestamp is not None:
        return timestamp
    try:
        date = parsedate_to_datetime(request.headers.get("date", "")).astimezone(UTC)
    except (ValueError, OverflowError):
        raise S3Error(
            "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header"
        ) from None
    return f"{date:%Y%m%dT%H%M%SZ}"


def _header_payload(request: Request) -> str:
    payload = request.headers.get("x-amz-content-sha256")
    if payload is not None:
        return _known_payload(payload)
    if request.method in {"GET", "HEAD", "DELETE"}:
        # `curl --aws-sigv4` leaves the header out and signs the hash of its empty body.
        return EMPTY_SHA256
    raise S3Error(
        "InvalidRequest", "Missing required header for this request: x-amz-content-sha256"
    )


def _known_payload(payload: str) -> str:
    if payload in PAYLOAD_MODES or _HEX_SHA256(payload):
        return payload
    if payload.startswith("STREAMING-AWS4-ECDSA"):
        raise S3Error("NotImplemented", "Signature Version 4A is not supported.")
    raise S3Error(
        "InvalidArgument",
        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a STREAMING- mode, or a valid sha256 "
        "value.",
        ArgumentName="x-amz-content-sha256",
        ArgumentValue=payload[:128],
    )


def _from_query(request: Request, query: dict[str, str]) -> Claim:
    code = "AuthorizationQueryParametersError"
    needed = ("Algorithm", "Credential", "Signature", "Date", "SignedHeaders", "Expires")
    fields = {name: query.get(f"X-Amz-{name}", "") for name in needed}
    if not all(fields.values()):
        raise S3Error(
            code,
            "Query-string authentication version 4 requires the X-Amz-Algorithm, "
            "X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and "
            "X-Amz-Expires parameters.",
        )
    if fields["Algorithm"] != ALGORITHM:
        raise S3Error(code, f'X-Amz-Algorithm only supports "{ALGORITHM}"')
    signer = _signer(fields["Credential"], fields["SignedHeaders"], code)
    claim = _claim(signer, fields["Signature"], fields["Date"], code)
    claim.expires_seconds = _expires_seconds(fields["Expires"])
    payload = query.get("X-Amz-Content-Sha256") or request.headers.get("x-amz-content-sha256")
    claim.payload = _known_payload(payload or UNSIGNED_PAYLOAD)
    return claim


def _expires_seconds(text: str) -> int:
    code = "AuthorizationQueryParametersError"
    if not (text.isascii() and text.isdigit()):
        raise S3Error(code, "X-Amz-Expires should be a number")
    if len(text) > 6 or int(text) > MAX_EXPIRES_SECONDS:
        raise S3Error(code, "X-Amz-Expires must be less than a week (in seconds); 604800 at most")
    return int(text)


def _claim(signer: Signer, signature: str, timestamp: str, code: str) -> Claim:
    signed_at = parse_timestamp(timestamp, code)
    if timestamp[:8] != signer.date:
        raise S3Error(
            code,
            f'Invalid credential date "{signer.date}". This date is not the same as X-Amz-Date: '
            f'"{timestamp[:8]}".',
        )
    if len(signature) != 64 or not signature.isascii():
        # Compared in constant time later; here it only has to be comparable.
        raise S3Error("SignatureDoesNotMatch", AWSAccessKeyId=signer.access_key_id)
    return Claim(*signer, signature, timestamp, signed_at, "")


@lru_cache(maxsize=1024)
def _signer(credential: str, signed_headers: str, code: str) -> Signer:
    access_key_id, date, region = parse_credential(credential, code)
    names = _signed_headers(signed_headers, code)
    return Signer(access_key_id, date, region, f"{date}/{region}/s3/aws4_request", names)


def _signed_headers(names: str, code: str) -> tuple[str, ...]:
    signed_headers = tuple(names.split(";"))
    if not _SIGNED_HEADERS(names) or "host" not in signed_headers:
        raise S3Error(code, "SignedHeaders must be lower-case header names, `host` among them.")
    return signed_headers


@lru_cache(maxsize=1024)
def parse_credential(text: str, code: str) -> tuple[str, str, str]:
    """Access key id, date and region of a credential; `code` is the error it raises."""
    match = _CREDENTIAL.fullmatch(text)
    if match is None:
        raise S3Error(
            code,
            "The Credential is malformed; expecting "
            '"<access key id>/YYYYMMDD/<region>/s3/aws4_request".',
        )
    access_key_id, date, region, service, terminal = match.groups()
    if service != "s3" or terminal != "aws4_request":
        raise S3Error(
            code, f'Incorrect service "{service}/{terminal}"; here it is "s3/aws4_request".'
        )
    return access_key_id, date, region


@lru_cache(maxsize=1024)
def parse_timestamp(timestamp: str, code: str) -> datetime:
    """The moment of `YYYYMMDDTHHMMSSZ`; `code` is the error it raises."""
    try:
        if _TIMESTAMP(timestamp):
            return datetime.fromisoformat(timestamp)
    except ValueError:
        pass
    raise S3Error(
        code,
        "The date of the signature must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"",
    )
