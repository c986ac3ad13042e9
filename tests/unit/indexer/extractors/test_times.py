"""Times that are counted from a moment (CF 1.11 §4.4)."""

import pytest

from services.indexer.extractors.arrays.times import is_time_unit, time_of


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (1, "days since 1958-03-29", "1958-03-30T00:00:00+00:00"),
        (1.5, "hours since 2000-01-01 12:30", "2000-01-01T14:00:00+00:00"),
        (0, "seconds since 2000-01-01T00:00:00 +02:00", "1999-12-31T22:00:00+00:00"),
        (0, "seconds since 2000-01-01T00:00:00 -5:30", "2000-01-01T05:30:00+00:00"),
        (0, "seconds since 2000-01-01T00:00:00Z", "2000-01-01T00:00:00+00:00"),
        (2000, "msec since 2000-1-1", "2000-01-01T00:00:02+00:00"),
        (1, "h since 2000-01-01", "2000-01-01T01:00:00+00:00"),
    ],
)
def test_units(value: float, unit: str, said: str) -> None:
    found = time_of(value, unit, "standard")
    assert found is not None
    assert found.isoformat() == said


@pytest.mark.parametrize(
    ("value", "unit", "calendar"),
    [
        (1, "days since 1958-02-30", ""),
        (1, "months since 2000-01-01", ""),
        (1, "kelvin", ""),
        (1e30, "days since 2000-01-01", ""),
        (1, "days since 0001-01-01", ""),
        (1, "days since 2000-01-01", "360_day"),
        (1, "days since 2000-01-01" + " " * 100, ""),
    ],
)
def test_what_cannot_be_counted(value: float, unit: str, calendar: str) -> None:
    assert time_of(value, unit, calendar) is None


def test_what_is_a_time() -> None:
    assert is_time_unit("Days Since 1970-01-01")
    assert not is_time_unit("days")
