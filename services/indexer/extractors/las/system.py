"""The coordinate system of points: WKT (LAS 1.4 R15 §2.5) or GeoTIFF keys."""

import struct

from pyproj import CRS

from services.indexer.extractors import crs as systems
from services.indexer.extractors.geotiff.geokeys import (
    KEY_DOUBLES,
    Keys,
    said_of,
)
from services.indexer.extractors.geotiff.geokeys import crs_of as crs_of_keys

OWNER, WKT = "LASF_Projection", 2112

Records = dict[tuple[str, int], bytes]


class KeyRecords:
    """The records that hold GeoTIFF keys, read as the directory of a TIFF is."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def numbers(self, tag: int) -> tuple[float, ...]:
        """Of the keys themselves, or of the doubles they point to."""
        data = self._records.get((OWNER, tag), b"")
        form = "<d" if tag == KEY_DOUBLES else "<H"
        size = struct.calcsize(form)
        return tuple(one for (one,) in struct.iter_unpack(form, data[: len(data) // size * size]))

    def text(self, tag: int) -> str:
        """Of all texts, each with a bar at its end."""
        return self._records.get((OWNER, tag), b"").decode("latin-1")


def crs_of(records: Records) -> CRS | None:
    """By owner and number of the record; None where nothing is said. Raises Malformed."""
    wkt = records.get((OWNER, WKT), b"").rstrip(b"\0 ").decode("utf-8", "replace")
    if wkt:
        return _horizontal(systems.must_be_known(systems.defined(wkt), wkt))
    keys = Keys(KeyRecords(records))
    return systems.must_be_known(crs_of_keys(keys), said_of(keys)) if keys else None


def _horizontal(crs: CRS) -> CRS:
    """The part of a compound system that says where on Earth."""
    return crs.sub_crs_list[0] if crs.is_compound and crs.sub_crs_list else crs
