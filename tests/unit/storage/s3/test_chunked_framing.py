import pytest

from services.storage.s3.chunked import MAX_LINE_BYTES, ChunkedDecoder, make_decoder
from services.storage.s3.errors import S3Error
from tests.aws_chunks import SIGNED, TRAILER, UNSIGNED_TRAILER, decode, decoder, frame, verified


def refusal(made: ChunkedDecoder, body: bytes) -> S3Error:
    with pytest.raises(S3Error) as caught:
        decode(made, body)
    return caught.value


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"5\r\nhello!\r\n0\r\n", "InvalidRequest"),
        (b"5\r\nhelloX\r\n", "InvalidRequest"),
        (b"\r\n", "InvalidRequest"),
        (b"-5\r\n", "InvalidRequest"),
        (b"0x5\r\n", "InvalidRequest"),
        (b"5 \r\n", "InvalidRequest"),
        (b"5;a=b\r\n", "InvalidRequest"),
        (b"5\n", "IncompleteBody"),
        (b"6\r\n", "IncompleteBody"),
        (b"4\r\nhell\r\n0\r\n", "IncompleteBody"),
        (b"fffffffff\r\n", "InvalidChunkSizeError"),
        (b"1" * 10 + b"\r\n", "InvalidRequest"),
        (b"5\r\nhello\r\n0\r\n\r\n", "MalformedTrailerError"),
        (b"5\r\nhello\r\n0\r\nx-amz-meta-a:b\r\n\r\n", "MalformedTrailerError"),
        (b"5\r\nhello\r\n0\r\nx-amz-trailer-signature:b\r\n\r\n", "MalformedTrailerError"),
        (b"5\r\nhello\r\n0\r\nnonsense\r\n\r\n", "MalformedTrailerError"),
        (frame([b"hello"], f"{TRAILER}\r\n{TRAILER}\r\n".encode()), "MalformedTrailerError"),
        (frame([b"hello"], f"{TRAILER}\r\n".encode()) + b"x", "InvalidRequest"),
        (b"0" * (MAX_LINE_BYTES + 2), "InvalidRequest"),
        (b"0" * 100_000_000, "InvalidRequest"),
        (b"5\r\nhello\r\n0\r\n" + b"a" * 2000, "InvalidRequest"),
    ],
    ids=lambda value: repr(value[:40]),
)
def test_broken_framing(body: bytes, code: str) -> None:
    error = refusal(decoder(UNSIGNED_TRAILER, 5, TRAILER), body)
    assert error.code == code
    assert error.status == (403 if code == "InvalidChunkSizeError" else 400)


def test_a_long_line_in_small_pieces_is_not_kept() -> None:
    made = decoder(UNSIGNED_TRAILER, 5, TRAILER)
    for _ in range(MAX_LINE_BYTES + 1):
        made.feed(b"0")
    with pytest.raises(S3Error, match="a line is too long"):
        made.feed(b"0")


@pytest.mark.parametrize("cut", [0, 5, MAX_LINE_BYTES, MAX_LINE_BYTES + 2])
def test_a_line_is_too_long_wherever_it_is_cut(cut: int) -> None:
    body = b"0\r\n" + b"x" * (MAX_LINE_BYTES + 1) + b"\r\n"
    with pytest.raises(S3Error, match="a line is too long"):
        decode(decoder(UNSIGNED_TRAILER, 0, TRAILER), body, (cut,))


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"x-amz-trailer": "x-amz-checksum-crc32"}, "MissingContentLength"),
        ({"x-amz-decoded-content-length": "-1"}, "MissingContentLength"),
        ({"x-amz-decoded-content-length": "1"}, "InvalidRequest"),
        (
            {
                "x-amz-decoded-content-length": "1",
                "x-amz-trailer": ",".join(f"x-amz-checksum-{n}" for n in range(9)),
            },
            "InvalidRequest",
        ),
    ],
)
def test_headers_that_do_not_fit(headers: dict[str, str], code: str) -> None:
    with pytest.raises(S3Error, match=f"^{code}: ") as caught:
        make_decoder(headers, verified(UNSIGNED_TRAILER))
    assert caught.value.status == (411 if code == "MissingContentLength" else 400)


def test_a_trailer_without_a_trailer_mode() -> None:
    headers = {"x-amz-decoded-content-length": "1", "x-amz-trailer": "x-amz-checksum-crc32"}
    with pytest.raises(S3Error, match="does not fit"):
        make_decoder(headers, verified(SIGNED))


def test_plain_bodies_need_no_decoder() -> None:
    assert make_decoder({}, verified("UNSIGNED-PAYLOAD")) is None
