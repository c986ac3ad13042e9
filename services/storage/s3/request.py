"""One request as the protocol modules read it: the exact bytes of its address, and its headers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from services.storage.s3.errors import S3Error

MAX_HEAD_BYTES = 64 * 1024
MAX_QUERY_PAIRS = 100


@dataclass(slots=True)
class Request:
    """`raw_path` and `query_string` are as received; `headers` have lower-case names."""

    method: str
    raw_path: bytes
    query_string: bytes
    headers: dict[str, str]
    _query: dict[str, str] | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def query(self) -> dict[str, str]:
        """The decoded query; of a name said twice, the first."""
        # Not `cached_property`, which takes a lock.
        if self._query is None:
            self._query = parse_query(self.query_string)
        return self._query

    def all_of(self, name: str) -> list[str]:
        """Every value of a name that may be said often."""
        pairs = (parse_query(pair) for pair in self.query_string.split(b"&"))
        return [pair[name] for pair in pairs if name in pair]


def read_headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """ASGI's header pairs (lower-case names) as text, each byte one character (latin-1).

    Repeated headers are joined with a comma, as SigV4 signs them.
    Raises RequestHeaderSectionTooLarge over 64 KiB.
    """
    headers: dict[str, str] = {}
    size = 0
    for name, value in raw:
        size += len(name) + len(value)
        if size > MAX_HEAD_BYTES:
            raise S3Error("RequestHeaderSectionTooLarge", MaxSizeAllowed=MAX_HEAD_BYTES)
        text, key = value.decode("latin-1"), name.decode("latin-1")
        headers[key] = f"{headers[key]},{text}" if key in headers else text
    return headers


def parse_query(query_string: bytes) -> dict[str, str]:
    """Decode once, `+` as a space. Raises InvalidURI (not UTF-8, or far too long)."""
    if not query_string:
        return {}
    if len(query_string) > MAX_HEAD_BYTES or query_string.count(b"&") >= MAX_QUERY_PAIRS:
        raise S3Error("InvalidURI", "The query of the request is too long.")
    pairs: dict[str, str] = {}
    for pair in query_string.split(b"&"):
        name, _, value = pair.partition(b"=")
        if pair:
            pairs.setdefault(_decode(name), _decode(value))
    return pairs


def _decode(raw: bytes) -> str:
    try:
        if b"%" not in raw and b"+" not in raw:
            return raw.decode()
        return unquote_to_bytes(raw.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        raise S3Error("InvalidURI", "The query of the request is not UTF-8.") from None
