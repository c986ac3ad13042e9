"""PDF: version, pages and title, as far as its first and last 64 KiB tell."""

import re
import zlib
from collections.abc import Iterator
from html import unescape

from services.indexer.extractors import words
from services.indexer.extractors.facts import Facts, Group
from services.indexer.extractors.sparse_file import HEAD_BYTES, SparseFile

SUFFIXES = frozenset({"pdf"})
LABEL = "PDF"
MEDIA_TYPE = "application/pdf"
MAGIC = b"%PDF-"

VERSION = re.compile(rb"%PDF-(\d\.\d)")
# A document that is laid out for the web tells its pages at its beginning.
LINEARIZED = re.compile(rb"/Linearized[^>]{0,200}?/N\s+(\d{1,7})")
PAGES = re.compile(rb"/Type\s*/Pages\b[^>]{0,400}?/Count\s+(\d{1,7})")
COUNT_FIRST = re.compile(rb"/Count\s+(\d{1,7})[^>]{0,400}?/Type\s*/Pages\b")
TITLE = re.compile(rb"<dc:title>\s*<rdf:Alt>\s*<rdf:li[^>]{0,100}>([^<]{1,1000})<")
INFO = re.compile(rb"/Info\s+(\d{1,9})\s+(\d{1,5})\s+R")
PLAIN_TITLE = re.compile(rb"/Title\s*\(((?:[^()\\]|\\.){1,1000})\)", re.DOTALL)
ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
# Objects are packed together since PDF 1.5, the tree of pages among them.
PACKED = re.compile(rb"/Type\s*/ObjStm\b[^>]{0,400}>>\s*stream\r?\n")
MAX_PACKED, LARGEST_PACKED, LONGEST_INFO = 40, 1024 * 1024, 4000
LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"", b"f": b""}


def recognises(file: SparseFile) -> bool:
    """By its first bytes."""
    return file.head(len(MAGIC)) == MAGIC


def parse(file: SparseFile) -> Facts:
    """What is told at its two ends; nothing is said of what is not found there."""
    head = file.head()
    start = max(len(head), file.size - HEAD_BYTES)
    tail = file.read(start, file.size - start)
    texts = [head, tail, *_packed(head), *_packed(tail)]
    pages = _pages(texts)
    version = VERSION.match(head)
    group = Group("Document")
    is_hidden = any(b"/Encrypt" in text for text in (head, tail))
    group.add("Title", _title([head, tail], is_hidden=is_hidden))
    group.add("Pages", f"{pages:,}" if pages else "")
    group.add("Version", version[1].decode() if version else "")
    group.add("Encrypted", "yes" if is_hidden else "")
    told = [LABEL, words.count(pages, "page")] if pages else [LABEL]
    return Facts(LABEL, MEDIA_TYPE, ", ".join(told), groups=[group])


def _packed(data: bytes) -> Iterator[bytes]:
    """Objects that were packed together; those that are cut off as far as they go."""
    for number, found in enumerate(PACKED.finditer(data)):
        if number == MAX_PACKED:
            return
        try:
            yield zlib.decompressobj().decompress(data[found.end() :], LARGEST_PACKED)
        except zlib.error:
            continue


def _pages(texts: list[bytes]) -> int:
    """Of the root of the tree of pages, which counts all of them; 0 where it is not found."""
    linearized = LINEARIZED.search(texts[0])
    if linearized:
        return int(linearized[1])
    forms = (PAGES, COUNT_FIRST)
    return max(
        (int(found[1]) for text in texts for form in forms for found in form.finditer(text)),
        default=0,
    )


def _title(texts: list[bytes], *, is_hidden: bool) -> str:
    """By its metadata, else by the dictionary of what is said of it."""
    for text in texts:
        found = TITLE.search(text)
        if found:
            return unescape(found[1].decode("utf-8", "replace")).strip()
    return "" if is_hidden else _title_of_info(texts)


def _title_of_info(texts: list[bytes]) -> str:
    info = INFO.search(texts[1]) or INFO.search(texts[0])
    if info is None:
        return ""
    mark = re.compile(rb"(?<!\d)%b\s+%b\s+obj\b" % (info[1], info[2]))
    for text in texts:
        start = mark.search(text)
        inside = text[start.end() :][:LONGEST_INFO].partition(b"endobj")[0] if start else b""
        found = PLAIN_TITLE.search(inside)
        if found:
            return _text(ESCAPE.sub(_escaped, found[1])).strip()
    return ""


def _escaped(found: re.Match[bytes]) -> bytes:
    """`\\351` is a byte by its number, `\\(` what stands there."""
    said = found[1]
    return bytes([int(said, 8) % 256]) if said.isdigit() else LETTERS.get(said, said)


def _text(data: bytes) -> str:
    if data.startswith(b"\xfe\xff"):
        return data[2:].decode("utf-16-be", "replace")
    return data.decode("latin-1")
