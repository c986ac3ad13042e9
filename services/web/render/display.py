"""How sizes, numbers and times read: short on the page, exact in the title."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from shared.contracts.metadata import Author

UNITS = ("bytes", "KB", "MB", "GB", "TB", "PB")
WORDS = {"Markdown", "Text"}
DATA = {
    *("COG", "GeoTIFF", "NetCDF", "NetCDF-4", "Zarr", "HDF5", "GRIB", "PMTiles", "CSV", "Parquet"),
    *("GeoParquet", "GeoJSON", "FlatGeobuf", "GeoPackage", "Shapefile", "KML", "GPX"),
    *("KMZ", "GML", "NDJSON", "JPEG 2000", "ERDAS Imagine", "NITF", "DTED", "ENVI"),
}
SPANS = (
    (60, 1, "second"),
    (3600, 60, "minute"),
    (86_400, 3600, "hour"),
    (604_800, 86_400, "day"),
    (2_592_000, 604_800, "week"),
    (31_536_000, 2_592_000, "month"),
    (float("inf"), 31_536_000, "year"),
)
JUST_NOW_SECONDS = 45
# Control characters as their pictures (U+2400 on); what reorders text as a replacement character.
VISIBLE = {code: 0x2400 + code for code in range(32)} | {0x7F: 0x2421}
VISIBLE |= dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD)
PLURALS = {"entry": "entries", "repository": "repositories", "directory": "directories"}


def size(count: float) -> str:
    """`176593` is `177 KB`: decimal units, one decimal where it says something."""
    if count < 1000:
        return f"{count:.0f} {'byte' if count == 1 else 'bytes'}"
    scaled, unit = float(count), 0
    while scaled >= 999.5 and unit < len(UNITS) - 1:
        scaled, unit = scaled / 1000, unit + 1
    fine = 10 if unit == 1 else 100
    return f"{scaled:.1f} {UNITS[unit]}" if scaled < fine - 0.05 else f"{scaled:,.0f} {UNITS[unit]}"


def number(count: int) -> str:
    """`1284` is `1,284`."""
    return f"{count:,}"


def counted(count: int, noun: str) -> str:
    """`1 file`, `1,284 files`."""
    return f"{count:,} {noun if count == 1 else PLURALS.get(noun, noun + 's')}"


def days(count: float) -> str:
    """`30 days`, `1 day`, `0.5 days`."""
    return f"{count:g} {'day' if count == 1 else 'days'}"


def ago(moment: datetime, now: datetime | None = None) -> str:
    """`2 days ago`, and of what is to come its day: `28 Dec 2026`. static/js/times.js counts so."""
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    if seconds < -JUST_NOW_SECONDS:
        day = moment.astimezone(UTC)
        return f"{day.day} {day:%b %Y}"
    if seconds < JUST_NOW_SECONDS:
        return "just now"
    span, noun = next((span, noun) for limit, span, noun in SPANS if seconds < limit)
    return f"{counted(int(seconds // span), noun)} ago"


def exact(moment: datetime) -> str:
    """The whole moment for people: `2026-11-21 14:03:22 UTC`."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def iso(moment: datetime) -> str:
    """The whole moment for programs (RFC 3339)."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def years(start: datetime | None, end: datetime | None) -> str:
    """`1999`, `1958 to 2001`, or nothing."""
    if start is None and end is None:
        return ""
    first, last = (start or end), (end or start)
    if first is None or last is None:
        return ""
    return f"{first.year}" if first.year == last.year else f"{first.year} to {last.year}"


def shortened(text: str, head: int = 4, tail: int = 4) -> str:
    """`9f1c…e27a`: the ends of a hash, enough to compare by eye."""
    return text if len(text) <= head + tail + 1 else f"{text[:head]}…{text[-tail:]}"


def shown(name: str) -> str:
    """A key or name with what cannot be seen, or would turn the line round, made visible."""
    return name.translate(VISIBLE)


def initials(name: str) -> str:
    """Two letters for an avatar."""
    words = [word for word in name.replace("-", " ").split() if word]
    letters = words[0][:2] if len(words) == 1 else "".join(word[0] for word in words[:2])
    return letters.upper() if words else "?"


def data_formats(formats: Mapping[str, int]) -> list[str]:
    """The formats of the data first, most files before; the words about it are no data."""
    names = sorted(formats, key=lambda name: (name not in DATA, -formats[name], name))
    return [name for name in names if name not in WORDS] or names


def degrees(box: list[float]) -> str:
    """A bounding box as west, south, east, north."""
    return ", ".join(f"{value:.3f}" for value in box)


def authors(citation: Sequence[Author]) -> str:
    """`Charles D. Keeling, NOAA`; of many the first three."""
    names = [one.name or f"{one.given_names} {one.family_names}".strip() for one in citation[:3]]
    return ", ".join(names) + (" and others" if len(citation) > 3 else "")
