"""A page's place: which part of a partition is asked for, and where the last page ended.

Strings compare by code point, which is the byte order of their UTF-8: nothing here needs bytes.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypedDict

from orjson import JSONDecodeError, dumps, loads

from shared.errors import Invalid
from shared.tables.limits import PAGE_ITEMS, PK_BYTES, check_text, text_bytes
from shared.tables.port import Item, Schema

LAST_CHARACTER = 0x10FFFF
BEFORE_SURROGATES, AFTER_SURROGATES = 0xD7FF, 0xE000
DIGEST_BYTES = 6


@dataclass(frozen=True, slots=True)
class Span:
    """Sort keys from `low` (inclusive) up to `high` (exclusive; None is no end)."""

    low: str
    high: str | None

    def holds(self, key: str) -> bool:
        """Whether the key lies in it."""
        return self.low <= key and (self.high is None or key < self.high)

    @property
    def is_empty(self) -> bool:
        """Whether no key can lie in it."""
        return self.high is not None and self.low >= self.high


@dataclass(frozen=True, slots=True)
class Query:
    """One checked query. `after` is where to go on: [sk], or [sort, pk, sk] in an index."""

    partition: str
    partition_attr: str
    sort_attr: str
    index: str | None
    span: Span
    forward: bool
    limit: int
    after: list[str] | None

    def key_of(self, item: Item) -> list[str]:
        """The item's place in this query's order."""
        if self.index is None:
            return [item["sk"]]
        return [item[self.sort_attr], item["pk"], item["sk"]]


class Wanted(TypedDict):
    """What a query may ask for beside its partition; see Table.query."""

    index: str | None
    start: str | None
    end: str | None
    prefix: str | None
    forward: bool
    limit: int
    cursor: str | None


def make_query(schema: Schema, pk: str, wanted: Wanted) -> Query:
    """Check what was asked; Invalid for an index, limit, text or cursor that cannot be."""
    name, limit = wanted["index"], wanted["limit"]
    partition_attr, sort_attr = attributes_of(schema, name)
    check_text("pk", pk, PK_BYTES)
    if not 1 <= limit <= PAGE_ITEMS:
        raise Invalid(f"A page has 1 to {PAGE_ITEMS:,} items")
    span = make_span(wanted["start"], wanted["end"], wanted["prefix"])
    after = None
    if wanted["cursor"] is not None:
        after = read_cursor(wanted["cursor"], scope_of(schema, name, pk), 3 if name else 1)
        if not span.holds(after[0]):
            raise Invalid("The cursor belongs to another query")
    return Query(pk, partition_attr, sort_attr, name, span, wanted["forward"], limit, after)


def attributes_of(schema: Schema, name: str | None) -> tuple[str, str]:
    """The partition and sort attributes that a query is about."""
    if name is None:
        return "pk", "sk"
    try:
        index = schema.index(name)
    except KeyError:
        raise Invalid(f"The table {schema.name} has no index {name}") from None
    return index.partition, index.sort


def make_span(start: str | None, end: str | None, prefix: str | None) -> Span:
    """The keys that fit all three."""
    for text in (start, end, prefix):
        text_bytes(text or "")
    highs = [high for high in (end, after_prefix(prefix or "")) if high is not None]
    return Span(max(start or "", prefix or ""), min(highs, default=None))


def after_prefix(prefix: str) -> str | None:
    """The first text after all that begin with the prefix; None if there is no such text."""
    while prefix:
        last = ord(prefix[-1])
        if last < LAST_CHARACTER:
            following = AFTER_SURROGATES if last == BEFORE_SURROGATES else last + 1
            return prefix[:-1] + chr(following)
        prefix = prefix[:-1]
    return None


def scope_of(schema: Schema, index: str | None, partition: str) -> bytes:
    """What a cursor is good for."""
    return dumps([schema.name, index, partition])


def cursor_after(schema: Schema, query: Query, item: Item) -> str:
    """The opaque text that goes on after the item."""
    body = dumps(query.key_of(item))
    mark = digest(body, scope_of(schema, query.index, query.partition))
    return urlsafe_b64encode(mark + body).rstrip(b"=").decode()


def read_cursor(cursor: str, scope: bytes, parts: int) -> list[str]:
    """The keys in a cursor; Invalid if it was changed or belongs to another query."""
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        mark, body = raw[:DIGEST_BYTES], raw[DIGEST_BYTES:]
        keys = loads(body)
    except (ValueError, JSONDecodeError):
        raise Invalid("The cursor is not one of ours") from None
    if mark != digest(body, scope) or not isinstance(keys, list) or len(keys) != parts:
        raise Invalid("The cursor belongs to another query")
    return [str(key) for key in keys]


def digest(body: bytes, scope: bytes) -> bytes:
    """Not a secret: it catches mistakes. A forged cursor still stays in the asked partition."""
    return blake2b(scope + body, digest_size=DIGEST_BYTES).digest()
