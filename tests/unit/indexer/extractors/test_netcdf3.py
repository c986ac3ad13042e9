"""NetCDF-3 whose header is not as it should be; what it says is told in test_hdf5."""

import struct
from pathlib import Path

import pytest

from services.indexer.extractors.facts import Malformed
from tests.extraction import extracted, facts_of, line
from tests.netcdf import written


def test_records_that_lie_between_each_other(tmp_path: Path) -> None:
    facts = facts_of("a.nc", written(tmp_path, "series", form="NETCDF3_CLASSIC", many=50))
    assert facts.moment is not None
    assert facts.place is not None
    assert (facts.moment.start, facts.moment.end) == (
        "2020-02-28T22:00:00Z", "2020-03-01T23:00:00Z",
    )  # fmt: skip
    assert facts.place.bbox == (7.5, 47.5, 7.5, 47.5)
    assert line(facts, "time") == "50"


def test_of_many_records_only_the_ends_are_read(tmp_path: Path) -> None:
    found = extracted("a.nc", written(tmp_path, "series", form="NETCDF3_CLASSIC", many=100_000))
    assert found.facts.moment is not None
    assert found.facts.moment.end == "2031-07-27T13:00:00Z"
    assert found.requests <= 3


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"CDF\x01" + struct.pack(">III", 0, 10, 0xFFFFFFFF), "tells of 4,294,967,295 things"),
        (b"CDF\x01" + struct.pack(">III", 0, 99, 1), "not as NetCDF has it"),
        (b"CDF\x01" + struct.pack(">IIII", 0, 10, 1, 0xFFFFFF), "One of its names is said to be"),
        (b"CDF\x01" + struct.pack(">II", 0, 10), "ends too early"),
        (
            b"CDF\x01" + struct.pack(">III", 0, 0, 0) + struct.pack(">II", 12, 1)
            + struct.pack(">I", 1) + b"a\0\0\0" + struct.pack(">II", 77, 1),
            "unknown type 77",
        ),
        (
            b"CDF\x01" + struct.pack(">III", 0, 0, 0) + struct.pack(">II", 12, 1)
            + struct.pack(">I", 1) + b"a\0\0\0" + struct.pack(">II", 6, 0xFFFFFFF),
            "Its attribute 'a' is said to be",
        ),
        (
            b"CDF\x01" + struct.pack(">III", 0, 0, 0) + struct.pack(">II", 0, 0)
            + struct.pack(">III", 11, 1, 1) + b"v\0\0\0" + struct.pack(">II", 1, 3),
            "a dimension that there is not",
        ),
    ],
)  # fmt: skip
def test_broken(data: bytes, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        facts_of("a.nc", data)
