"""Addresses and headers of requests, misspelt."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import Any

from services.storage.s3.addressing import Level, Target, copy_sources, object_path, read_target
from services.storage.s3.checksums import read_declared
from services.storage.s3.claims import read_claim
from services.storage.s3.conditions import check_read, check_write, read_conditions
from services.storage.s3.ranges import parse_copy_range, parse_range, wanted_range
from services.storage.s3.request import Request, read_headers
from tests.fuzz.outcome import REFUSED, outcome
from tests.mutations import misspelt
from tests.signed_requests import captured_requests, sign_query

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ADDRESS_WORDS = (
    b"%",
    b"%2F",
    b"%00",
    b"%zz",
    b"%C3",
    b"%C3%A9",
    b"%ED%A0%80",
    b"\xff",
    b"/",
    b"//",
    b"/../",
    b"--",
    b"?",
    b"&",
    b"=",
    b"+",
    b";",
    b"uploadId=u",
    b"&partNumber=1",
    b"acl",
    b"list-type=2",
    b"versionId=null",
    b"X-Amz-Signature=",
    b"X-Amz-Expires=-1",
    b"AWSAccessKeyId=a&Signature=b",
    b"k" * 1030,
)
HEADER_WORDS = (
    b"",
    b" ",
    b",",
    b"=",
    b"/",
    b";",
    b'"',
    b"\xff",
    b"\xa0",
    b"\xb2",
    b"*",
    b"W/",
    b"-",
    b"bytes=",
    b"bytes=0-0,2-3",
    b"9" * 25,
    b"AWS4-HMAC-SHA256 ",
    b"Credential=",
    b"SignedHeaders=host",
    b"Signature=",
    b"20261399T996099Z",
    b"Mon, 23 Nov 2026 12:00:00 GMT",
    b"Mon, 99 Nov 99999 12:00:00 +9999",
    b"A" * 9000,
)
# What the captured clients never said, and the door reads all the same.
RARE = {
    "range": "bytes=0-9",
    "if-range": '"tag"',
    "if-match": '"tag", "other"',
    "if-none-match": "*",
    "if-modified-since": "Mon, 23 Nov 2026 12:00:00 GMT",
    "if-unmodified-since": "Mon, 23 Nov 2026 12:00:00 GMT",
    "content-md5": "1B2M2Y8AsgTpgAmY7PhCfg==",
    "x-amz-checksum-crc32": "AAAAAA==",
    "x-amz-sdk-checksum-algorithm": "CRC32",
    "x-amz-trailer": "x-amz-checksum-crc32",
    "x-amz-copy-source": "/noaa/land/a%20b?versionId=null",
    "x-amz-copy-source-if-match": '"tag"',
}
BASE = Target("CopyObject", Level.OBJECT, account_id="noaa", repository_id="land", key="k")


@cache
def requests() -> list[Request]:
    """Captured ones, and presigned ones."""
    presigned = [sign_query("GET", f"http://h/noaa/land/k?n={n}", now=NOW) for n in range(20)]
    return [*captured_requests(), *presigned]


def address(randomness: Random) -> str:
    """A key that was read is read again from its own URL."""
    request = randomness.choice(requests())
    path, _, query = misspelt(
        request.raw_path + b"?" + request.query_string, ADDRESS_WORDS, randomness
    ).partition(b"?")
    ended, target = outcome(read_target, Request(request.method, path, query, request.headers))
    if ended == "read" and target.key:
        assert len(target.key.encode()) <= 1024
        url = object_path("noaa", "land", target.key)
        assert read_target(Request("GET", url.encode(), b"", {})).key == target.key
    return ended


def headers(randomness: Random) -> str:
    """Every reader of headers reads or refuses."""
    request = randomness.choice(requests())
    chosen = {**request.headers, **dict(randomness.sample(list(RARE.items()), 3))}
    name = randomness.choice([*chosen, *RARE])
    value = misspelt(chosen.get(name, "").encode("latin-1"), HEADER_WORDS, randomness)
    pairs = [(key.encode(), text.encode("latin-1")) for key, text in chosen.items() if key != name]
    pairs += [(name.encode(), value)] * randomness.choice((1, 1, 1, 2))
    ended, read = outcome(read_headers, pairs)
    if ended == REFUSED:
        return REFUSED
    changed = Request(request.method, request.raw_path, request.query_string, read)
    ends = {outcome(reader, changed)[0] for reader in READERS}
    return REFUSED if REFUSED in ends else "read"


def conditions(request: Request) -> None:
    """Of reads and of writes."""
    for prefix in ("", "x-amz-copy-source-"):
        read = read_conditions(request.headers, prefix=prefix)
        if read is not None:
            outcome(check_write, read, "tag", NOW)
            check_read(read, "tag", NOW)


def span(request: Request) -> None:
    """A range lies within the object."""
    wanted = wanted_range(request.headers, 10, etag="tag", modified=NOW)
    assert wanted is None or 0 <= wanted[0] < wanted[1] <= 10


def source(request: Request) -> None:
    """Where a copy comes from can be looked up."""
    value = request.headers.get("x-amz-copy-source")
    for target in copy_sources(value, BASE) if value is not None else ():
        assert 0 < len(target.key.encode()) <= 1024


READERS: tuple[Callable[[Request], Any], ...] = (
    read_claim,
    conditions,
    span,
    source,
    lambda request: read_declared(request.headers),
)


def ranges(randomness: Random) -> str:
    """Nothing outside of the object is ever asked for."""
    size = randomness.choice((0, 1, 10, 5 * 1024**4))
    value = misspelt(b"bytes=3-7", (*HEADER_WORDS, b"0", b"5"), randomness).decode("latin-1")
    ended, wanted = outcome(parse_range, value, size)
    copied, part = outcome(parse_copy_range, value, size)
    for kind, found in ((ended, wanted), (copied, part)):
        if kind == "read" and found is not None:
            assert 0 <= found[0] < found[1] <= size
    return ended
