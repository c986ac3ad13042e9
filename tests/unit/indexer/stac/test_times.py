"""What names tell of time, and what they only seem to."""

from datetime import UTC, datetime

import pytest

from services.indexer.extractors.facts import Moment
from services.indexer.stac.times import time_in_name, when_of

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def said(key: str) -> tuple[str, str] | None:
    """First and last instant, shortened."""
    found = time_in_name(key, latest=NOW)
    return (f"{found[0]:%Y-%m-%dT%H:%M:%S}", f"{found[1]:%Y-%m-%dT%H:%M:%S}") if found else None


@pytest.mark.parametrize(
    ("key", "start", "end"),
    [
        ("20230105.tif", "2023-01-05T00:00:00", "2023-01-05T00:00:00"),
        ("a/2023-01-05.tif", "2023-01-05T00:00:00", "2023-01-05T00:00:00"),
        ("2023_01_05_x.tif", "2023-01-05T00:00:00", "2023-01-05T00:00:00"),
        ("2023-01-05T10-34-21Z.tif", "2023-01-05T10:34:21", "2023-01-05T10:34:21"),
        ("IMG_20190704_123456.jpg", "2019-07-04T12:34:56", "2019-07-04T12:34:56"),
        ("2020-01-01_to_2020-12-31.csv", "2020-01-01T00:00:00", "2020-12-31T23:59:59"),
        ("20200101-20201231.tif", "2020-01-01T00:00:00", "2020-12-31T23:59:59"),
        ("ndvi_2019-03.tif", "2019-03-01T00:00:00", "2019-03-31T23:59:59"),
        ("ndvi_2019-12.tif", "2019-12-01T00:00:00", "2019-12-31T23:59:59"),
        ("dem_2000.tif", "2000-01-01T00:00:00", "2000-12-31T23:59:59"),
        ("land_1990-2000.tif", "1990-01-01T00:00:00", "2000-12-31T23:59:59"),
        ("MOD13Q1.A2020123.h18v04.tif", "2020-05-02T00:00:00", "2020-05-02T00:00:00"),
        ("year=2020/month=6/day=1/x.parquet", "2020-06-01T00:00:00", "2020-06-01T00:00:00"),
        ("2020/06/15/x.tif", "2020-06-15T00:00:00", "2020-06-15T00:00:00"),
        (
            "S2A_MSIL2A_20230105T103421_N0509_R108_T32UNE_20230105T143333.tif",
            "2023-01-05T10:34:21", "2023-01-05T10:34:21",
        ),
        (
            "S1A_IW_GRDH_1SDV_20230105T054321_20230105T054346_0466.tif",
            "2023-01-05T05:43:21", "2023-01-05T05:43:46",
        ),
        (
            "LC08_L2SP_190025_20210613_20210622_02_T1_SR_B4.TIF",
            "2021-06-13T00:00:00", "2021-06-13T00:00:00",
        ),
    ],
)  # fmt: skip
def test_names_that_tell(key: str, start: str, end: str) -> None:
    assert said(key) == (start, end)


@pytest.mark.parametrize(
    "key",
    [
        "europe.tif", "dem_2000m.tif", "ndvi_201903.tif", "report-20261345.tif", "2020-13-01.tif",
        "2021-02-30.tif", "v1.2030.tif", "2030-01-01.tif", "tile_20305_1234.tif", "x19991.tif",
        "grid.1234567.tif", "20230105103421.tif", "A2020400.tif", "2020/13/01/x.tif",
        "1.2.2019.3.4", "9999-99-99", "",
    ],
)  # fmt: skip
def test_names_that_do_not(key: str) -> None:
    assert said(key) is None


def test_the_file_s_own_time_comes_first_then_the_name_s_then_the_upload_s() -> None:
    own = Moment("1999-06-30T00:00:00Z", "", "from the TIFF header")
    assert when_of(own, "2020-01-01.tif", NOW).source == "file"
    assert when_of(None, "2020-01-01.tif", NOW).source == "name"
    last = when_of(None, "a.tif", NOW)
    assert (last.start, last.end, last.source) == ("2026-11-23T00:00:00Z", "", "upload")
