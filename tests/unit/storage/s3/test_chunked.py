import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.storage.s3.checksums import Checksums, check_declared, read_declared
from services.storage.s3.chunked import (
    ChunkedDecoder,
    ChunkSigner,
    make_decoder,
)
from services.storage.s3.claims import read_claim
from services.storage.s3.errors import S3Error
from services.storage.s3.request import Request
from services.storage.s3.sigv4 import verify
from tests.aws_chunks import (
    SIGNED,
    TRAILER,
    UNSIGNED_TRAILER,
    decode,
    decoder,
    frame,
    sign_chunks,
    verified,
)
from tests.signed_requests import CAPTURED


def refusal(made: ChunkedDecoder, body: bytes) -> S3Error:
    with pytest.raises(S3Error) as caught:
        decode(made, body)
    return caught.value


# Amazon S3 API reference, "Transferring Payload in Multiple Chunks": the worked example.
EXAMPLE_SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
EXAMPLE_CHUNKS = (
    ("10000", "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648", 65536),
    ("400", "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497", 1024),
    ("0", "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9", 0),
)
EXAMPLE = Request(
    "PUT",
    b"/examplebucket/chunkObject.txt",
    b"",
    {
        "host": "s3.amazonaws.com",
        "x-amz-date": "20130524T000000Z",
        "x-amz-storage-class": "REDUCED_REDUNDANCY",
        "x-amz-content-sha256": SIGNED,
        "content-encoding": "aws-chunked",
        "x-amz-decoded-content-length": "66560",
        "content-length": "66824",
        "authorization": "AWS4-HMAC-SHA256 "
        "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        "SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;"
        "x-amz-decoded-content-length;x-amz-storage-class,"
        "Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    },
)


def test_the_example_of_the_manual() -> None:
    claim = read_claim(EXAMPLE)
    assert claim is not None
    made = make_decoder(
        EXAMPLE.headers, verify(EXAMPLE, claim, EXAMPLE_SECRET, now=claim.signed_at)
    )
    assert made is not None
    body = b"".join(
        f"{size};chunk-signature={signature}\r\n".encode() + b"a" * length + b"\r\n"
        for size, signature, length in EXAMPLE_CHUNKS
    )
    assert len(body) == 66824
    assert decode(made, body) == b"a" * 66560


def kept_bodies() -> list[tuple[dict[str, str], bytes]]:
    """The captured bodies of which the first 90 and the last 120 bytes are the whole."""
    kept = []
    for line in CAPTURED.read_text().splitlines():
        record = json.loads(line)
        first, last, size = record["b0"], record["b1"], record["n"]
        if record["h"].get("content-encoding") == "aws-chunked" and size <= 210:
            kept.append((record["h"], (first[: size - len(last)] + last).encode("latin-1")))
    return kept


def test_bodies_captured_from_real_clients() -> None:
    bodies = kept_bodies()
    assert len(bodies) == 7
    for headers, body in bodies:
        length, trailer = headers["x-amz-decoded-content-length"], headers["x-amz-trailer"]
        made = ChunkedDecoder(int(length), trailer_names=(trailer,))
        payload = decode(made, body)
        assert len(payload) == int(length)
        declared = read_declared(headers)
        computed = Checksums(declared.algorithms)
        computed.update(payload)
        check_declared(declared, computed, made.trailers)


chunk_lists = st.lists(st.binary(min_size=1, max_size=40), max_size=5)
cut_lists = st.lists(st.integers(min_value=0), max_size=8).map(tuple)


@given(chunk_lists, cut_lists)
def test_unsigned_chunks_cut_anywhere(chunks: list[bytes], cuts: tuple[int, ...]) -> None:
    made = decoder(UNSIGNED_TRAILER, sum(map(len, chunks)), TRAILER)
    body = frame(chunks, f"{TRAILER}\r\n".encode())
    assert decode(made, body, cuts) == b"".join(chunks)
    assert made.trailers == {"x-amz-checksum-crc32": "NhCmhg=="}


@given(chunk_lists, cut_lists, st.sampled_from(["", TRAILER]))
@settings(max_examples=50)
def test_signed_chunks_cut_anywhere(
    chunks: list[bytes], cuts: tuple[int, ...], trailer: str
) -> None:
    payload = SIGNED + ("-TRAILER" if trailer else "")
    body = sign_chunks(verified(payload), chunks, trailer)
    made = decoder(payload, sum(map(len, chunks)), trailer)
    assert decode(made, body, cuts) == b"".join(chunks)
    assert made.trailers == ({"x-amz-checksum-crc32": "NhCmhg=="} if trailer else {})


@pytest.mark.parametrize("payload", [UNSIGNED_TRAILER, SIGNED + "-TRAILER"])
def test_every_single_cut_and_every_byte_alone(payload: str) -> None:
    chunks = [b"hello\r\n", b"0\r\n\r\n", b"x" * 300]
    trailers = f"{TRAILER}\r\n".encode()
    if payload == UNSIGNED_TRAILER:
        body = frame(chunks, trailers)
    else:
        body = sign_chunks(verified(payload), chunks, TRAILER)
    for cut in range(len(body) + 1):
        assert decode(decoder(payload, 312, TRAILER), body, (cut,)) == b"".join(chunks)
    alone = tuple(range(len(body)))
    assert decode(decoder(payload, 312, TRAILER), body, alone) == b"".join(chunks)


@pytest.mark.parametrize("payload", [UNSIGNED_TRAILER, SIGNED + "-TRAILER"])
def test_no_body_cut_short_is_whole(payload: str) -> None:
    chunks = [b"hello", b"x" * 30]
    if payload == UNSIGNED_TRAILER:
        body = frame(chunks, f"{TRAILER}\r\n".encode())
    else:
        body = sign_chunks(verified(payload), chunks, TRAILER)
    for end in range(len(body)):
        error = refusal(decoder(payload, 35, TRAILER), body[:end])
        assert (error.code, error.status) == ("IncompleteBody", 400)


def test_no_signed_body_with_an_altered_byte_passes() -> None:
    body = sign_chunks(verified(SIGNED + "-TRAILER"), [b"hello", b"x" * 30], TRAILER)
    for index, byte in enumerate(body):
        forged = body[:index] + bytes([byte ^ 1]) + body[index + 1 :]
        error = refusal(decoder(SIGNED + "-TRAILER", 35, TRAILER), forged)
        assert error.code in {
            "SignatureDoesNotMatch",
            "InvalidRequest",
            "IncompleteBody",
            "MalformedTrailerError",
        }


def test_an_altered_chunk() -> None:
    body = sign_chunks(verified(SIGNED), [b"hello"]).replace(b"hello", b"hellp")
    error = refusal(decoder(SIGNED, 5), body)
    assert (error.code, error.status) == ("SignatureDoesNotMatch", 403)


def test_signed_chunks_in_another_order() -> None:
    one, two = b"a" * 20, b"b" * 20
    body = sign_chunks(verified(SIGNED), [one, two])
    length = len(body) - len(b"0;chunk-signature=" + b"f" * 64 + b"\r\n\r\n")
    half = length // 2
    swapped = body[half:length] + body[:half] + body[length:]
    assert refusal(decoder(SIGNED, 40), swapped).code == "SignatureDoesNotMatch"


def test_slices_are_not_copies() -> None:
    body = frame([b"x" * 1000], f"{TRAILER}\r\n".encode())
    (piece,) = decoder(UNSIGNED_TRAILER, 1000, TRAILER).feed(body)
    assert piece.obj is body


def test_an_example_of_the_manual_ends_trailers_in_another_way() -> None:
    made = decoder(UNSIGNED_TRAILER, 5, TRAILER)
    assert decode(made, frame([b"hello"], f"{TRAILER}\n\r\n".encode())) == b"hello"


def test_the_signature_of_trailers_is_needed() -> None:
    payload = SIGNED + "-TRAILER"
    body = sign_chunks(verified(payload), [b"hello"], TRAILER)
    start, end = body.index(b"x-amz-trailer-signature"), len(body) - 2
    without = body[:start] + body[end:]
    assert refusal(decoder(payload, 5, TRAILER), without).code == "SignatureDoesNotMatch"
    forged = body.replace(b"NhCmhg==", b"NhCmhh==")
    assert refusal(decoder(payload, 5, TRAILER), forged).code == "SignatureDoesNotMatch"


def test_the_signer_moves_only_on_what_it_accepted() -> None:
    signer = ChunkSigner(b"key", "20261123T120000Z", "scope", "seed")
    with pytest.raises(S3Error):
        signer.check_chunk("0" * 64, "0" * 64)
    assert signer.previous == "seed"
