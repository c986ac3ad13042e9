"""KMZ (OGC 12-007 annex C): a ZIP archive around one KML document, and pictures that it shows."""

from collections.abc import Sequence

from services.indexer.extractors import kml
from services.indexer.extractors.facts import Facts, Group, Malformed
from services.indexer.extractors.sparse_file import SparseFile
from services.indexer.extractors.zip_archive import (
    HEADER,
    HEADER_MAGIC,
    MAGIC,
    Entry,
    entries_of,
    read_directory,
    unpacked,
)

SUFFIXES = frozenset({"kmz"})
LABEL = "KMZ"
MEDIA_TYPE = "application/vnd.google-earth.kmz"
MAIN, DOCUMENT = "doc.kml", ".kml"


def recognises(file: SparseFile) -> bool:
    """An archive that is called so, or of which the first file is a KML document."""
    head = file.head()
    return (head[:4] in MAGIC and file.suffix in SUFFIXES) or (
        head.startswith(HEADER_MAGIC) and file.suffix == "" and _first_name(head).endswith(DOCUMENT)
    )


def _first_name(head: bytes) -> str:
    """Of the file that its first bytes are of."""
    if len(head) < HEADER.size:
        return ""
    length, _ = HEADER.unpack_from(head)
    return head[HEADER.size :][:length].decode("utf-8", "replace").lower()


def parse(file: SparseFile) -> Facts:
    """All that its document says. Raises Malformed."""
    directory = read_directory(file)
    if directory.is_too_long:
        raise Malformed("It is no KMZ: its directory is longer than 8 MB.")
    files = [one for one in entries_of(file, directory) if not one.name.endswith("/")]
    document = _document_of(files)
    inner = unpacked(file, document)
    if not kml.recognises(inner):
        raise Malformed(f"What it has as {document.name} is not KML.")
    facts = kml.parse(inner)
    facts.format, facts.media_type = LABEL, MEDIA_TYPE
    facts.summary = facts.summary.replace(kml.LABEL, LABEL, 1)
    if facts.partial:
        facts.partial = "Its document is larger than 8 MB: only the beginning of it was read."
    facts.groups.append(_archive_group(document, len(files)))
    return facts


def _document_of(files: Sequence[Entry]) -> Entry:
    """The one of the usual name, else the first at the root, else the first of all."""
    found = [one for one in files if one.name.lower().endswith(DOCUMENT)]
    if not found:
        raise Malformed("It is an archive without a KML document.")
    return min(found, key=lambda one: (one.name.lower() != MAIN, "/" in one.name))


def _archive_group(document: Entry, files: int) -> Group:
    group = Group("Archive")
    group.add("Document", document.name)
    group.add("Other files", f"{files - 1:,}" if files > 1 else "")
    return group
