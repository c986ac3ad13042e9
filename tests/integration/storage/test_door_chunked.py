"""aws-chunked bodies over a plain socket: signed, unsigned, with trailers, and every way to err."""

import zlib
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from services.storage.s3.claims import read_claim
from services.storage.s3.request import Request
from services.storage.s3.sigv4 import verify
from tests.aws_chunks import SIGNED, UNSIGNED_TRAILER, frame, sign_chunks
from tests.door import Client, Door, body_of, keys_of, refusal, stray_files
from tests.raw_http import Answer, connected, exchange, head_of, message, read_answer
from tests.signed_requests import sign_header

CHUNKS = [b"t,level\n" * 8192, b"2026-11-23,4.21\n" * 3]
BODY = b"".join(CHUNKS)


def crc32(body: bytes) -> str:
    return b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()


class Put:
    """One PutObject of `a`, its head signed by the owner."""

    def __init__(self, door: Door, bucket: str, payload: str, **headers: str) -> None:
        self.door = door
        self.credentials = door.people["owner"].credentials
        now = datetime.now(UTC)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.request: Request = sign_header(
            "PUT",
            f"{door.url}/{bucket}/a",
            named,
            now=now,
            payload=payload,
            credentials=self.credentials,
        )
        claim = read_claim(self.request)
        assert claim is not None
        self.verified = verify(self.request, claim, str(self.credentials.secret_key), now=now)

    def send(self, body: bytes) -> Answer:
        return exchange(self.door.host, message(self.request, body), "PUT")


def chunked(door: Door, bucket: str, payload: str, **headers: str) -> Put:
    length = {"x_amz_decoded_content_length": str(len(BODY)), "content_encoding": "aws-chunked"}
    return Put(door, bucket, payload, **(length | headers))


def test_unsigned_chunks_with_a_trailer(door: Door, s3: Client, bucket: str) -> None:
    put = chunked(door, bucket, UNSIGNED_TRAILER, x_amz_trailer="x-amz-checksum-crc32")
    answer = put.send(frame(CHUNKS, f"x-amz-checksum-crc32:{crc32(BODY)}\r\n".encode()))
    assert answer.refusal == ("", 200)
    assert answer.headers["x-amz-checksum-crc32"] == crc32(BODY)
    assert body_of(s3, bucket, "a") == BODY
    head = s3.head_object(Bucket=bucket, Key="a")
    assert head["ContentLength"] == len(BODY)
    assert head.get("ContentEncoding", "") == ""


def test_signed_chunks(door: Door, s3: Client, bucket: str) -> None:
    put = chunked(door, bucket, SIGNED)
    body = sign_chunks(put.verified, CHUNKS, credentials=put.credentials)
    assert put.send(body).refusal == ("", 200)
    assert body_of(s3, bucket, "a") == BODY


def test_signed_chunks_with_a_signed_trailer(door: Door, s3: Client, bucket: str) -> None:
    put = chunked(door, bucket, f"{SIGNED}-TRAILER", x_amz_trailer="x-amz-checksum-crc32")
    trailer = f"x-amz-checksum-crc32:{crc32(BODY)}"
    body = sign_chunks(put.verified, CHUNKS, trailer, put.credentials)
    assert put.send(body).refusal == ("", 200)
    told = s3.head_object(Bucket=bucket, Key="a", ChecksumMode="ENABLED")
    assert told["ChecksumCRC32"] == crc32(BODY)


def test_the_other_encoding_stays(door: Door, s3: Client, bucket: str) -> None:
    put = chunked(door, bucket, SIGNED, content_encoding="aws-chunked,gzip")
    assert put.send(sign_chunks(put.verified, CHUNKS, "", put.credentials)).status == 200
    assert s3.head_object(Bucket=bucket, Key="a")["ContentEncoding"] == "gzip"


def test_as_sdks_over_tls_without_a_length(door: Door, s3: Client, bucket: str) -> None:
    """HTTP's own chunks around Amazon's, cut so that each ends in the middle of the other."""
    put = chunked(door, bucket, UNSIGNED_TRAILER, x_amz_trailer="x-amz-checksum-crc32")
    body = frame(CHUNKS, f"x-amz-checksum-crc32:{crc32(BODY)}\r\n".encode())
    with connected(door.host) as connection:
        connection.sendall(head_of(put.request, transfer_encoding="chunked"))
        for start in range(0, len(body), 1021):
            piece = body[start : start + 1021]
            connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
        connection.sendall(b"0\r\n\r\n")
        assert read_answer(connection, "PUT").refusal == ("", 200)
    assert body_of(s3, bucket, "a") == BODY


def altered(body: bytes, before: bytes, after: bytes) -> bytes:
    assert before in body
    return body.replace(before, after, 1)


def test_every_wrong_body_is_refused_and_leaves_nothing(
    door: Door, s3: Client, bucket: str
) -> None:
    trailer = f"x-amz-checksum-crc32:{crc32(BODY)}\r\n".encode()
    wrong = f"x-amz-checksum-crc32:{crc32(b'other')}\r\n".encode()
    named = {"x_amz_trailer": "x-amz-checksum-crc32"}
    signed = chunked(door, bucket, SIGNED)
    right = sign_chunks(signed.verified, CHUNKS, credentials=signed.credentials)
    unsigned = chunked(door, bucket, UNSIGNED_TRAILER, **named)
    attempts = {
        ("BadDigest", "trailer"): unsigned.send(frame(CHUNKS, wrong)),
        ("MalformedTrailerError", "missing"): unsigned.send(frame(CHUNKS)),
        ("IncompleteBody", "short"): unsigned.send(frame(CHUNKS[:1], trailer)),
        ("IncompleteBody", "long"): unsigned.send(frame([*CHUNKS, b"more"], trailer)),
        ("IncompleteBody", "no end"): unsigned.send(frame(CHUNKS, trailer)[: -len(trailer) - 5]),
        ("SignatureDoesNotMatch", "bytes"): signed.send(altered(right, b"t,level", b"t,LEVEL")),
    }
    for (code, what), answer in attempts.items():
        assert answer.code == code, (what, answer)
        assert 400 <= answer.status < 500, (what, answer)
    assert keys_of(s3, bucket) == []
    assert stray_files(door) == []


def test_a_body_of_another_hash(door: Door, s3: Client, bucket: str) -> None:
    put = Put(door, bucket, sha256(b"other").hexdigest())
    assert put.send(BODY).refusal == ("XAmzContentSHA256Mismatch", 400)
    assert refusal(s3.get_object, Bucket=bucket, Key="a") == ("NoSuchKey", 404)
    assert Put(door, bucket, sha256(BODY).hexdigest()).send(BODY).status == 200


@pytest.mark.parametrize("payload", ["UNSIGNED-PAYLOAD", sha256(BODY).hexdigest()])
def test_plain_bodies(door: Door, s3: Client, bucket: str, payload: str) -> None:
    assert Put(door, bucket, payload).send(BODY).status == 200
    assert body_of(s3, bucket, "a") == BODY


def test_expecting_to_be_asked_for_the_body(door: Door, bucket: str) -> None:
    """With Expect: 100-continue a refusal comes before the body was sent."""
    put = Put(door, f"{bucket}-none", "UNSIGNED-PAYLOAD")
    with connected(door.host) as connection:
        connection.sendall(head_of(put.request, content_length="1000000", expect="100-continue"))
        assert read_answer(connection, "PUT").refusal == ("NoSuchBucket", 404)
