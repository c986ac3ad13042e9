"""What a file is by its content; its name only decides between what content cannot tell apart.

Everything has a media type here, also what no extractor reads yet.
"""

from dataclasses import dataclass

from services.indexer.extractors.content.signatures import SIGNATURES
from services.indexer.extractors.content.text import (
    MARKDOWN,
    beginning_of,
    decode,
    text_content,
    title_of,
)
from services.indexer.extractors.facts import Facts, Group
from services.indexer.extractors.sparse_file import HEAD_BYTES, SparseFile

BINARY = ("Binary", "application/octet-stream")
EMPTY = ("Empty file", "application/x-empty")


@dataclass(frozen=True, slots=True)
class Content:
    """What it is for people and for programs. `encoding` is empty for what is no text."""

    label: str
    media_type: str
    encoding: str = ""
    is_plain: bool = False


def content_of(name: str, head: bytes) -> Content:
    """By the first bytes of it."""
    if not head:
        return Content(*EMPTY)
    suffix = name.rpartition("/")[2].rpartition(".")[2].lower()
    for signature in SIGNATURES:
        if signature.fits(head, suffix):
            return Content(signature.label, signature.media_type)
    text = text_content(suffix, head)
    return Content(*text) if text else Content(*BINARY)


def described(file: SparseFile) -> Facts:
    """Facts of a file of which only the kind is known."""
    found = content_of(file.name, file.head())
    facts = Facts(found.label, found.media_type, found.label)
    if found.encoding:
        facts.groups = [_text_group(file, found)]
    return facts


def _text_group(file: SparseFile, found: Content) -> Group:
    """In what encoding it is, and how it begins."""
    group = Group("Text")
    group.add("Encoding", found.encoding)
    if found.is_plain:
        text, _ = decode(file.head())
        group.add("Title", title_of(text) if found.media_type == MARKDOWN else "")
        group.add("Begins with", beginning_of(text))
        is_whole = file.size <= HEAD_BYTES
        group.add("Lines", f"{len(text.splitlines()):,}" if is_whole else "")
    return group
