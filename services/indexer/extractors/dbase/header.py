"""The header of a dBASE table: 32 bytes of the whole, 32 of each column, then a carriage return."""

import struct
from dataclasses import dataclass
from datetime import date

from services.indexer.extractors.columns import MAX_NAME
from services.indexer.extractors.facts import Column, Malformed
from services.indexer.extractors.sparse_file import SparseFile

# Version, year since 1900, month, day, rows, length of the header and of a row, language.
START = struct.Struct("<4BIHH17xBxx")
FIELD = struct.Struct("<11sc4xBB14x")
END = b"\r"
# dBASE III to 7 and FoxPro, with memos and without.
VERSIONS = frozenset({0x02, 0x03, 0x30, 0x31, 0x32, 0x83, 0x8B, 0xF5})
TYPES = {
    b"C": "string", b"D": "date", b"F": "number", b"L": "boolean", b"M": "text", b"B": "number",
    b"O": "number", b"I": "integer", b"T": "datetime", b"@": "datetime", b"Y": "number",
}  # fmt: skip
NUMERIC = b"N"
# What the language byte says: the codes that GDAL and ArcGIS write.
LANGUAGES = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x13: "cp932", 0x4D: "cp936", 0x4E: "cp949",
    0x4F: "cp950", 0x57: "cp1252", 0x58: "cp1252", 0x59: "cp1252", 0x64: "cp852", 0x65: "cp866",
    0x7D: "cp1255", 0x7E: "cp1256", 0xC8: "cp1250", 0xC9: "cp1251", 0xCA: "cp1254", 0xCB: "cp1253",
}  # fmt: skip
UNKNOWN = "latin-1"


@dataclass(frozen=True, slots=True)
class Field:
    """One column, its name as bytes: in what encoding they are stands elsewhere.

    `size` are the bytes that it has of a row.
    """

    name: bytes
    type: str
    size: int


@dataclass(frozen=True, slots=True)
class Header:
    """`changed` is a day or empty; `language` the byte that names an encoding.

    Rows begin at the byte `start` and are `width` bytes long, the first of which is a mark.
    """

    rows: int
    changed: str
    language: int
    fields: list[Field]
    start: int
    width: int

    def columns(self, encoding: str = "") -> list[Column]:
        """Their names read in this encoding, else in that which the header names."""
        encoding = encoding or encoding_of(self.language) or UNKNOWN
        return [
            Column(one.name.decode(encoding, "replace")[:MAX_NAME], one.type) for one in self.fields
        ]


def encoding_of(language: int) -> str:
    """The name of the encoding; empty where the byte names none."""
    return LANGUAGES.get(language, "")


def is_dbase(file: SparseFile) -> bool:
    """Whether its first bytes fit together as those of a table do."""
    head = file.head(START.size)
    if len(head) < START.size:
        return False
    version, _, month, day, _, length, width, _ = START.unpack(head)
    return version in VERSIONS and month <= 12 and day <= 31 and length > START.size and width > 0


def read_header(file: SparseFile) -> Header:
    """Raises Malformed where it is cut off or its columns do not add up to its rows."""
    _, year, month, day, rows, length, width, language = START.unpack(file.read(0, START.size))
    described = file.read(START.size, length - START.size)
    fields, taken = [], 1
    for place in range(0, len(described) - FIELD.size + 1, FIELD.size):
        if described[place : place + 1] == END:
            break
        name, kind, size, decimals = FIELD.unpack_from(described, place)
        taken += size
        fields.append(Field(name.split(b"\0")[0], _type(kind, decimals), size))
    if not fields or taken > width:
        raise Malformed("The columns that its header tells of do not make up its rows.")
    if length + rows * width > file.size:
        raise Malformed(f"It ends too early: {rows:,} rows of {width:,} bytes do not fit into it.")
    return Header(rows, _day(year, month, day), language, fields, length, width)


def _type(kind: bytes, decimals: int) -> str:
    if kind == NUMERIC:
        return "number" if decimals else "integer"
    return TYPES.get(kind, "unknown")


def _day(year: int, month: int, day: int) -> str:
    """Many a program writes zeros."""
    try:
        return date(1900 + year, month, day).isoformat()
    except ValueError:
        return ""
