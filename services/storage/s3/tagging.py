"""Tags of objects: few, short, and of letters that any tool can carry.

Limits and characters: Amazon S3 User Guide, "Categorizing your objects using tags".
"""

from collections.abc import Iterable, Mapping
from unicodedata import category
from urllib.parse import unquote_to_bytes

from services.storage.s3.elements import Pairs, Shape, once, read_document
from services.storage.s3.errors import S3Error
from services.storage.s3.escaping import escape
from services.storage.s3.xml import document

MAX_TAGS, MAX_NAME, MAX_VALUE = 10, 128, 256
MAX_BYTES = 64 * 1024
SHAPE = Shape(("Tagging", "TagSet", "Tag"), MAX_BYTES, max_records=100)
RESERVED = "aws:"
SIGNS = frozenset("+-=._:/@")
KINDS = frozenset("LNZ")

Tags = dict[str, str]


def parse_tagging(body: bytes) -> Tags:
    """The tags of a Tagging document. Raises MalformedXML, InvalidTag, MaxMessageLengthExceeded."""
    records = [once(pairs) for pairs in read_document(body, SHAPE).records]
    if any(set(fields) != {"Key", "Value"} for fields in records):
        raise S3Error("MalformedXML")
    return _checked((fields["Key"], fields["Value"]) for fields in records)


def parse_tagging_header(value: str) -> Tags:
    """The tags of an x-amz-tagging header, or of such a field of a form: the query of an address.

    Raises InvalidArgument, InvalidTag.
    """
    pairs: Pairs = []
    for pair in _sent(value).split(b"&"):
        name, _, text = pair.partition(b"=")
        if pair:
            pairs.append((_decode(name), _decode(text)))
    return _checked(pairs)


def tagging_document(tags: Mapping[str, str]) -> bytes:
    """Tagging, as GetObjectTagging answers it."""
    lines = "".join(
        f"<Tag><Key>{escape(name)}</Key><Value>{escape(value)}</Value></Tag>"
        for name, value in tags.items()
    )
    return document("Tagging", f"<TagSet>{lines}</TagSet>")


def _checked(pairs: Iterable[tuple[str, str]]) -> Tags:
    """Raises InvalidTag."""
    tags: Tags = {}
    for name, value in pairs:
        if name in tags:
            raise S3Error("InvalidTag", "Cannot provide multiple Tags with the same key")
        if not 1 <= len(name) <= MAX_NAME or not _is_plain(name):
            raise S3Error("InvalidTag", "The TagKey you have provided is invalid")
        if len(value) > MAX_VALUE or not _is_plain(value):
            raise S3Error("InvalidTag", "The TagValue you have provided is invalid")
        if name.startswith(RESERVED):
            raise S3Error("InvalidTag", "System tags cannot be added/updated by requester")
        tags[name] = value
    if len(tags) > MAX_TAGS:
        raise S3Error("InvalidTag", f"Object tags cannot be greater than {MAX_TAGS}")
    return tags


def _is_plain(text: str) -> bool:
    return all(one in SIGNS or category(one)[0] in KINDS for one in text)


def _sent(value: str) -> bytes:
    """Of a header each character is a byte; what is none came by a form, which is UTF-8."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode()


def _decode(raw: bytes) -> str:
    try:
        return unquote_to_bytes(raw.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        raise S3Error("InvalidArgument", "The header 'x-amz-tagging' is not UTF-8.") from None
