"""aws-chunked bodies, misspelt, and in pieces of any size."""

from functools import cache
from random import Random

from services.storage.s3.chunked import ChunkedDecoder, make_decoder
from services.storage.s3.sigv4 import Verified
from tests.aws_chunks import SIGNED, TRAILER, UNSIGNED_TRAILER, decode, frame, sign_chunks, verified
from tests.fuzz.outcome import outcome
from tests.mutations import misspelt

MODES = {UNSIGNED_TRAILER: TRAILER, SIGNED: "", f"{SIGNED}-TRAILER": TRAILER}
WORDS = (
    b"\r\n",
    b"\n",
    b"\r",
    b"0\r\n\r\n",
    b"0",
    b"fffffffff",
    b"1000000000",
    b"-1",
    b"+5",
    b"0x5",
    b";chunk-signature=",
    b"f" * 64,
    b"x-amz-checksum-crc32:AAAAAA==\r\n",
    b"x-amz-trailer-signature:",
    b"x" * 1100,
)
Chunks = list[bytes]


@cache
def request_of(mode: str) -> Verified:
    """One verified request of each mode."""
    return verified(mode)


@cache
def bodies() -> list[tuple[str, Chunks, bytes]]:
    """Mode, chunks, and how these are framed."""
    made, randomness = [], Random(1)
    for number in range(60):
        mode = list(MODES)[number % 3]
        count = randomness.randint(0, 4)
        chunks = [randomness.randbytes(randomness.choice((1, 5, 60))) for _ in range(count)]
        trailers = f"{TRAILER}\r\n".encode()
        framed = (
            frame(chunks, trailers)
            if mode == UNSIGNED_TRAILER
            else sign_chunks(request_of(mode), chunks, MODES[mode])
        )
        made.append((mode, chunks, framed))
    return made


def decoder(mode: str, length: int) -> ChunkedDecoder:
    """For a body of that mode and length."""
    headers = {"x-amz-decoded-content-length": str(length)}
    if MODES[mode]:
        headers["x-amz-trailer"] = "x-amz-checksum-crc32"
    made = make_decoder(headers, request_of(mode))
    assert made is not None
    return made


def chunked(randomness: Random) -> str:
    """Whatever the cuts, the same is read or refused, and nothing but what was signed."""
    mode, chunks, framed = randomness.choice(bodies())
    whole = b"".join(chunks)
    is_right = randomness.random() < 0.1
    sent = framed if is_right else misspelt(framed, WORDS, randomness)
    byte_by_byte = randomness.random() < 0.2
    cuts = range(len(sent)) if byte_by_byte else [randomness.randrange(2**20) for _ in range(4)]
    made, cut = decoder(mode, len(whole)), decoder(mode, len(whole))
    ended = outcome(decode, made, sent)
    assert outcome(decode, cut, sent, tuple(cuts)) == ended
    assert cut.trailers == made.trailers or ended[0] == "refused"
    assert ended == ("read", whole) or not is_right, ended
    if ended[0] == "read":
        assert len(ended[1]) == len(whole)
        assert ended[1] == whole or mode == UNSIGNED_TRAILER
        assert set(made.trailers) == ({"x-amz-checksum-crc32"} if MODES[mode] else set())
    return ended[0]
