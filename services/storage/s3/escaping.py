"""Text in the XML of S3: names that XML can hold, names that it cannot, and moments."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from time import gmtime
from urllib.parse import quote

_SPECIAL = re.compile(r"[&<>\"\t\r\n]").search
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;"}
    | {"\r": "&#13;"}
)
# No XML 1.0 document can hold these, not even as character references.
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# Neither can a quoted string of plain ASCII that many read, some of them percent signs too.
_UNQUOTABLE = re.compile(r"[^ !#$&-\[\]-~]")
# Tables, because formatting numbers was half the cost of a listing.
_SECONDS = [f"{second:02d}." for second in range(60)]
_MILLISECONDS = [f"{millisecond:03d}Z" for millisecond in range(1000)]

Encoder = Callable[[str], str]


def escape(text: str) -> str:
    """Text of an element. What XML cannot hold becomes U+FFFD: use `encode_url` for names."""
    return _UNSPEAKABLE.sub("\ufffd", text).translate(_ESCAPES)


def encode_url(name: str) -> str:
    """A name as encoding-type=url wants it: percent escapes, slashes left."""
    return quote(name, safe="/-_.~")


def choose_encoder(names: Iterable[str], *, is_url_wanted: bool) -> tuple[Encoder | None, bool]:
    """How to write these names, and whether that is url encoding; None: as they are.

    One name that XML cannot hold would make the whole page unreadable, so such a page is url
    encoded, and says so, even for a client that did not ask.
    """
    text = "".join(names)
    # What is printable is speakable, and that is told ten times faster.
    is_printable = text.isprintable()
    if is_url_wanted or (not is_printable and _UNSPEAKABLE.search(text)):
        return encode_url, True
    if is_printable and not any(mark in text for mark in '&<>"'):
        return None, False
    return (_translate if _SPECIAL(text) else None), False


def _translate(name: str) -> str:
    return name.translate(_ESCAPES)


def moment(epoch_ms: int) -> str:
    """Epoch milliseconds in the form of S3: 2026-11-23T12:52:19.000Z."""
    minutes, rest = divmod(epoch_ms, 60_000)
    second, millisecond = divmod(rest, 1000)
    return f"{_minute(minutes)}{_SECONDS[second]}{_MILLISECONDS[millisecond]}"


@lru_cache(maxsize=4096)
def _minute(minutes: int) -> str:
    year, month, date, hour, minute = gmtime(minutes * 60)[:5]
    return f"{year:04d}-{month:02d}-{date:02d}T{hour:02d}:{minute:02d}:"


def attachment(name: str) -> str:
    """A Content-Disposition that saves under this name (RFC 6266 §4.3).

    Twice, as curl and other old ones read the plain form only: what it cannot hold is `_` there.
    """
    plain = _UNQUOTABLE.sub("_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
