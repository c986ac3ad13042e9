"""The XML that clients send, read by expat: records of fields below a root, nothing else.

A document type is refused at its first sign, so no entity is ever expanded; size, depth and the
number of elements are limited.
"""

from typing import NamedTuple
from xml.parsers import expat

from services.storage.s3.errors import S3Error

MAX_FIELDS = 8

Pairs = list[tuple[str, str]]


class Document(NamedTuple):
    """The fields of the root, and those of each record, in order and with what is said twice."""

    fields: Pairs
    records: list[Pairs]


class Shape(NamedTuple):
    """`path` are the names of the elements from the root to a record, which is so many deep.

    A field below a field has the names of both, with a slash between them, and comes first.
    """

    path: tuple[str, ...]
    max_bytes: int
    max_records: int
    max_fields: int = MAX_FIELDS
    depth: int = 1


def read_document(body: bytes, shape: Shape) -> Document:
    """Raises MalformedXML, and MaxMessageLengthExceeded."""
    if len(body) > shape.max_bytes:
        raise S3Error("MaxMessageLengthExceeded", MaxMessageLengthBytes=shape.max_bytes)
    reader = _Reader(shape)
    reader.read(body)
    return Document(reader.fields, reader.records)


def once(pairs: Pairs) -> dict[str, str]:
    """Fields of which each is said once. Raises MalformedXML."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise S3Error("MalformedXML")
    return fields


class _Reader:
    """The handlers of one parser."""

    def __init__(self, shape: Shape) -> None:
        self.fields: Pairs = []
        self.records: list[Pairs] = []
        self._shape, self._record = shape, list(shape.path)
        self._elements_left = (shape.max_records + 1) * shape.max_fields
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

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        self._path.append(name)
        self._elements_left -= 1
        is_too_deep = len(self._path) > len(self._record) + self._shape.depth
        if self._elements_left < 0 or is_too_deep or self._path[0] != self._record[0]:
            raise S3Error("MalformedXML")
        if self._path == self._record:
            if len(self.records) == self._shape.max_records:
                raise S3Error("MalformedXML")
            self.records.append([])
        self._text.clear()

    def _end(self, _name: str) -> None:
        name = self._path.pop()
        text = "".join(self._text)
        self._text.clear()
        if self._path == self._record:
            self._add(self.records[-1], name, text)
        elif self._path[: len(self._record)] == self._record:
            below = self._path[len(self._record) :]
            self._add(self.records[-1], "/".join([*below, name]), text)
        elif len(self._path) == 1 and name not in self._record:
            self._add(self.fields, name, text)

    def _add(self, fields: Pairs, name: str, text: str) -> None:
        if len(fields) == self._shape.max_fields:
            raise S3Error("MalformedXML")
        fields.append((name, text))


def _refuse(*_arguments: object) -> None:
    """Neither a document type nor a processing instruction has any business here."""
    raise S3Error("MalformedXML")
