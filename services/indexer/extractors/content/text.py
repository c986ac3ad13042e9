"""Text: in what encoding, and of what kind."""

import re

Kind = tuple[str, str]

BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig", "UTF-8"),
    (b"\xff\xfe", "utf-16", "UTF-16"),
    (b"\xfe\xff", "utf-16", "UTF-16"),
)
# Bytes that no text holds: control characters other than tab, line ends, form feed and escape.
CONTROL = re.compile(rb"[\x00-\x06\x0e-\x1a\x7f]")
OPENINGS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile(r"<!doctype html|<html", re.IGNORECASE), ("HTML", "text/html")),
    (re.compile(r"(?s)(?:<\?xml.{0,400})?<svg"), ("SVG image", "image/svg+xml")),
    (
        re.compile(r"(?s)<\?xml.{0,400}?<kml"),
        ("KML", "application/vnd.google-earth.kml+xml"),
    ),
    (re.compile(r"(?s)<\?xml.{0,400}?<gpx"), ("GPX", "application/gpx+xml")),
    (re.compile(r"<\?xml|<[A-Za-z][\w:.-]{0,80}[\s/>]"), ("XML", "application/xml")),
    (re.compile(r"\x1e?\s*[{\[]\s*(?:[\"{\[\]}]|-?\d)"), ("JSON", "application/json")),
    (
        re.compile(r"(?:PROJCS|GEOGCS|PROJCRS|GEOGCRS|GEODCRS|COMPD_CS|COMPOUNDCRS)\["),
        ("Coordinate system", "text/plain"),
    ),
)
SUFFIXES: dict[str, Kind] = {
    "md": ("Markdown", "text/markdown"),
    "markdown": ("Markdown", "text/markdown"),
    "csv": ("CSV", "text/csv"),
    "tsv": ("TSV", "text/tab-separated-values"),
    "yaml": ("YAML", "application/yaml"),
    "yml": ("YAML", "application/yaml"),
    "py": ("Python source", "text/x-python"),
    "r": ("R source", "text/x-r"),
}
PLAIN: Kind = ("Text", "text/plain")
MARKDOWN = "text/markdown"
HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(\S[^\n]*)", re.MULTILINE)
LONGEST_SEARCH, LONGEST_TITLE = 64 * 1024, 200


def decode(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding; a character cut at the end is left out."""
    for mark, codec, name in BOMS:
        if data.startswith(mark):
            return data.decode(codec, "replace"), name
    try:
        return data.decode("utf-8"), "ASCII" if data.isascii() else "UTF-8"
    except UnicodeDecodeError as error:
        if len(data) - error.start < 4 and error.reason == "unexpected end of data":
            return data[: error.start].decode("utf-8"), "UTF-8"
        return data.decode("cp1252", "replace"), "Windows-1252"


def text_content(suffix: str, head: bytes) -> tuple[str, str, str, bool] | None:
    """Label, media type, encoding and whether it is plain text; None for what is no text."""
    is_wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not is_wide and CONTROL.search(head):
        return None
    text, encoding = decode(head)
    opening = text.lstrip()
    for pattern, (label, media_type) in OPENINGS:
        if pattern.match(opening):
            return label, media_type, encoding, False
    label, media_type = SUFFIXES.get(suffix, PLAIN)
    return label, media_type, encoding, True


def title_of(text: str) -> str:
    """The first heading of Markdown; empty where it has none."""
    found = HEADING.search(text[:LONGEST_SEARCH])
    return found[1].strip(" #")[:LONGEST_TITLE] if found else ""


def beginning_of(text: str) -> str:
    """The first line that says something."""
    lines = (line.strip() for line in text[:LONGEST_SEARCH].splitlines())
    return next(filter(None, lines), "")[:LONGEST_TITLE]
