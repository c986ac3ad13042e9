"""Which formats are left to GDAL: each is known by its first bytes, and opened by its driver alone.

No driver that follows references to other files or addresses (VRT, WMS, PCIDSK) is among them.
"""

import re
from dataclasses import dataclass

from services.indexer.extractors.sparse_file import SparseFile

BINARY, TEXT = "application/octet-stream", "text/plain"
# What a header is read of at most to know a format by it.
SIGNATURE_BYTES = 512


@dataclass(frozen=True, slots=True)
class Driver:
    """`name` as GDAL calls it. `describes`: endings of the data of which such a file is the header.

    `is_bare`: it has no room for a coordinate system, which comes in a .prj beside it.
    """

    name: str
    label: str
    media_type: str
    signature: re.Pattern[bytes]
    is_bare: bool = False
    describes: tuple[str, ...] = ()


def _starts(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.IGNORECASE)


DRIVERS = (
    Driver(
        "JP2OpenJPEG",
        "JPEG 2000",
        "image/jp2",
        re.compile(rb"\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51"),
    ),
    Driver("HFA", "ERDAS Imagine", BINARY, re.compile(rb"EHFA_HEADER_TAG")),
    Driver("NITF", "NITF", "application/vnd.nitf", re.compile(rb"NITF0[12]\.|NSIF01\.")),
    Driver("DTED", "DTED", BINARY, re.compile(rb"UHL1[0-9]{7}")),
    Driver(
        "AAIGrid",
        "Arc/Info ASCII grid",
        TEXT,
        _starts(rb"\s{0,9}ncols\s+\d+\s+nrows\s+\d+\s+xll(?:corner|center)\s"),
        is_bare=True,
    ),
    Driver("GSAG", "Surfer ASCII grid", TEXT, re.compile(rb"DSAA\s+\d+\s+\d+\s"), is_bare=True),
    Driver("GSBG", "Surfer 6 grid", BINARY, re.compile(rb"DSBB"), is_bare=True),
    Driver("GS7BG", "Surfer 7 grid", BINARY, re.compile(rb"DSRB\x04\0\0\0"), is_bare=True),
    Driver(
        "ENVI",
        "ENVI",
        TEXT,
        re.compile(rb"ENVI[ \t]{0,9}\r?\n"),
        describes=("", ".img", ".dat", ".bin", ".raw", ".bsq", ".bil", ".bip"),
    ),
)


def driver_of(file: SparseFile) -> Driver | None:
    """The one that reads it; None where there is none."""
    head = file.head(SIGNATURE_BYTES)
    return next((one for one in DRIVERS if one.signature.match(head)), None)
