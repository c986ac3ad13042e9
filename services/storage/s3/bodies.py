"""The XML that clients send: DeleteObjects and CompleteMultipartUpload, read by expat.

A document type is refused at its first sign, so no entity is ever expanded; size, depth and the
number of elements are limited.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from xml.parsers import expat

from services.storage.s3.errors import S3Error

# A thousand keys of 1,024 bytes; ten thousand parts with a checksum each.
MAX_DELETE_BYTES = 2 * 1024**2
MAX_COMPLETE_BYTES = 4 * 1024**2
MAX_DELETE_KEYS = 1000
MAX_PARTS = 10_000
MAX_DEPTH = 3
MAX_FIELDS = 8

Fields = dict[str, str]


@dataclass(slots=True)
class ObjectToDelete:
    """One key of DeleteObjects; `etag` (without quotes) makes it conditional."""

    key: str
    version_id: str = ""
    etag: str | None = None


@dataclass(slots=True)
class DeleteRequest:
    """What DeleteObjects asks; quiet wants to hear of failures only."""

    objects: list[ObjectToDelete]
    is_quiet: bool = False


@dataclass(slots=True)
class CompletedPart:
    """One part that CompleteMultipartUpload lists; checksums in base64 by name (CRC32, ...)."""

    number: int
    etag: str
    checksums: dict[str, str] = field(default_factory=dict)


def parse_delete(body: bytes) -> DeleteRequest:
    """Raises MalformedXML (also over 1,000 keys) and MaxMessageLengthExceeded."""
    _check_size(body, MAX_DELETE_BYTES)
    reader = _Reader("Delete", "Object", MAX_DELETE_KEYS)
    reader.read(body)
    objects = []
    for fields in reader.records:
        if not fields.get("Key"):
            raise S3Error("MalformedXML")
        etag = fields.get("ETag")
        objects.append(
            ObjectToDelete(
                fields["Key"],
                fields.get("VersionId", ""),
                None if etag is None else etag.strip().strip('"'),
            )
        )
    if not objects:
        raise S3Error("MalformedXML")
    return DeleteRequest(objects, reader.fields.get("Quiet", "").strip().lower() == "true")


def parse_complete(body: bytes) -> list[CompletedPart]:
    """The parts, ascending. Raises MalformedXML, InvalidPartOrder, MaxMessageLengthExceeded."""
    _check_size(body, MAX_COMPLETE_BYTES)
    reader = _Reader("CompleteMultipartUpload", "Part", MAX_PARTS)
    reader.read(body)
    parts = [_completed_part(fields) for fields in reader.records]
    if not parts:
        raise S3Error("MalformedXML", "You must specify at least one part")
    numbers = [part.number for part in parts]
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        raise S3Error("InvalidPartOrder")
    return parts


def _completed_part(fields: Fields) -> CompletedPart:
    number, etag = fields.get("PartNumber", "").strip(), fields.get("ETag", "").strip()
    if not (number.isascii() and number.isdigit() and len(number) <= 5) or not etag:
        raise S3Error("MalformedXML")
    if not 1 <= int(number) <= MAX_PARTS:
        raise S3Error("InvalidArgument", "PartNumber must be an integer between 1 and 10000")
    checksums = {
        name.removeprefix("Checksum"): value.strip()
        for name, value in fields.items()
        if name.startswith("Checksum")
    }
    return CompletedPart(int(number), etag.strip('"'), checksums)


def _check_size(body: bytes, limit: int) -> None:
    if len(body) > limit:
        raise S3Error("MaxMessageLengthExceeded", MaxMessageLengthBytes=limit)


class _Reader:
    """Reads `<root><field/><record><field/></record></root>`, which is all that S3 sends us."""

    def __init__(self, root: str, record: str, max_records: int) -> None:
        self.fields: Fields = {}
        self.records: list[Fields] = []
        self._root, self._record, self._max_records = root, record, max_records
        self._elements_left = (max_records + 1) * MAX_FIELDS
        self._path: list[str] = []
        self._text: list[str] = []

    def read(self, body: bytes) -> None:
        """Raises MalformedXML."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        parser.StartDoctypeDeclHandler = _refuse
        parser.ProcessingInstructionHandler = _refuse
        try:
            parser.Parse(body, True)
        except (expat.ExpatError, ValueError, LookupError):
            raise S3Error("MalformedXML") from None

    def _start(self, name: str, _attributes: Fields) -> None:
        name = name.rpartition(":")[2]
        self._path.append(name)
        depth = len(self._path)
        self._elements_left -= 1
        if self._elements_left < 0 or depth > MAX_DEPTH or (depth == 1 and name != self._root):
            raise S3Error("MalformedXML")
        if depth == 2 and name == self._record:
            if len(self.records) == self._max_records:
                raise S3Error("MalformedXML")
            self.records.append({})
        self._text.clear()

    def _end(self, _name: str) -> None:
        name = self._path.pop()
        within = self._path[1:]
        text = "".join(self._text)
        self._text.clear()
        if within == [self._record]:
            self._set(self.records[-1], name, text)
        elif len(self._path) == 1 and name != self._record:
            self._set(self.fields, name, text)

    def _set(self, fields: Fields, name: str, text: str) -> None:
        if name in fields or len(fields) == MAX_FIELDS:
            raise S3Error("MalformedXML")
        fields[name] = text


def _refuse(*_arguments: object) -> None:
    """Neither a document type nor a processing instruction has any business here."""
    raise S3Error("MalformedXML")
