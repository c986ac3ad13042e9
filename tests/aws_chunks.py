"""Bodies in aws-chunked framing, signed by a second reading of Amazon's description."""

from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from services.storage.s3.chunked import ChunkedDecoder, make_decoder
from services.storage.s3.claims import read_claim
from services.storage.s3.sigv4 import Verified, verify
from tests.signed_requests import CREDENTIALS, SECRET, sign_header

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
TRAILER = "x-amz-checksum-crc32:NhCmhg=="
EMPTY = sha256(b"").hexdigest()


def frame(chunks: list[bytes], trailers: bytes = b"") -> bytes:
    """Unsigned chunks, the last chunk of none, trailers, the empty line."""
    framed = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    return framed + b"0\r\n" + trailers + b"\r\n"


def sign_chunks(
    verified: Verified,
    chunks: list[bytes],
    trailer: str = "",
    credentials: Credentials = CREDENTIALS,
) -> bytes:
    """Signed chunks after a verified request; `trailer` is one `name:value`."""
    signer = _Chain(verified, credentials)
    framed = b""
    for chunk in [*chunks, b""]:
        signature = signer.sign("PAYLOAD", f"{EMPTY}\n{sha256(chunk).hexdigest()}")
        framed += f"{len(chunk):x};chunk-signature={signature}\r\n".encode()
        framed += chunk + b"\r\n" if chunk else b""
    if trailer:
        signature = signer.sign("TRAILER", sha256(f"{trailer}\n".encode()).hexdigest())
        framed += f"{trailer}\r\nx-amz-trailer-signature:{signature}\r\n".encode()
    return framed + b"\r\n"


def verified(payload: str) -> Verified:
    """A request of that payload mode, verified."""
    request = sign_header("PUT", "http://h/a/r/k", {}, now=NOW, payload=payload)
    claim = read_claim(request)
    assert claim is not None
    return verify(request, claim, SECRET, now=NOW)


def decoder(payload: str, length: int, trailer: str = "") -> ChunkedDecoder:
    """The decoder of a body of that mode and length, with one trailer (`name:value`) or none."""
    headers = {"x-amz-decoded-content-length": str(length)}
    if trailer:
        headers["x-amz-trailer"] = trailer.partition(":")[0]
    made = make_decoder(headers, verified(payload))
    assert made is not None
    return made


def decode(made: ChunkedDecoder, body: bytes, cuts: tuple[int, ...] = ()) -> bytes:
    """Feed the body, cut at those places, and finish."""
    payload = b""
    edges = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]
    for start, end in pairwise(edges):
        payload += b"".join(made.feed(body[start:end]))
    made.finish()
    return payload


class _Chain:
    """botocore's HMAC over each link of the chain of signatures."""

    def __init__(self, verified: Verified, credentials: Credentials) -> None:
        self._verified = verified
        self._previous = verified.signature
        self._auth = S3SigV4Auth(credentials, "s3", "us-east-1")

    def sign(self, kind: str, hashed: str) -> str:
        request = AWSRequest("PUT", "http://localhost/")
        request.context["timestamp"] = self._verified.timestamp
        lines = (
            f"AWS4-HMAC-SHA256-{kind}",
            self._verified.timestamp,
            self._verified.scope,
            self._previous,
            hashed,
        )
        self._previous = str(self._auth.signature("\n".join(lines), request))
        return self._previous
