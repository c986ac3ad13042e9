from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.storage.s3.errors import S3Error
from services.storage.s3.ranges import content_range, parse_copy_range, parse_range, wanted_range

MODIFIED = datetime(2026, 11, 23, 12, 0, 0, 500_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "size", "wanted"),
    [
        (None, 10, None),
        ("bytes=0-0", 10, (0, 1)),
        ("bytes=0-9", 10, (0, 10)),
        ("bytes=3-", 10, (3, 10)),
        ("bytes=9-", 10, (9, 10)),
        ("bytes=0-52428799", 30, (0, 30)),
        ("bytes=-3", 10, (7, 10)),
        ("bytes=-30", 10, (0, 10)),
        ("Bytes=0-1", 10, (0, 2)),
        ("bytes= 0-1 ", 10, (0, 2)),
        ("bytes=5-4", 10, None),
        ("bytes=5-4", 0, None),
        ("bytes=-", 10, None),
        ("bytes=", 10, None),
        ("bytes=a-b", 10, None),
        ("bytes=0-1,4-5", 10, None),
        ("bytes=+1-2", 10, None),
        ("bytes=٣-٤", 10, None),
        ("bytes 0-1", 10, None),
        ("items=0-1", 10, None),
        ("bytes=" + "9" * 100_000, 10, None),
    ],
    ids=lambda value: str(value)[:30],
)
def test_ranges(value: str | None, size: int, wanted: tuple[int, int] | None) -> None:
    assert parse_range(value, size) == wanted


@pytest.mark.parametrize(
    ("value", "size"),
    [("bytes=10-", 10), ("bytes=10-20", 10), ("bytes=0-0", 0), ("bytes=-0", 10), ("bytes=-5", 0)],
)
def test_ranges_of_nothing(value: str, size: int) -> None:
    with pytest.raises(S3Error) as caught:
        parse_range(value, size)
    assert (caught.value.code, caught.value.status) == ("InvalidRange", 416)
    assert caught.value.details == {"RangeRequested": value, "ActualObjectSize": size}


numbers = st.one_of(st.just(""), st.integers(0, 30).map(str))


@given(numbers, numbers, st.integers(0, 20))
def test_a_range_is_within_the_object(first: str, last: str, size: int) -> None:
    try:
        wanted = parse_range(f"bytes={first}-{last}", size)
    except S3Error:
        return
    assert wanted is None or 0 <= wanted[0] < wanted[1] <= size


def test_copy_ranges() -> None:
    assert parse_copy_range("bytes=0-9", 10) == (0, 10)
    for value in ("bytes=0-10", "bytes=-5", "bytes=5-", "bytes=5-4", "0-9", "bytes=0-1,2-3"):
        with pytest.raises(S3Error, match=r"^InvalidArgument: "):
            parse_copy_range(value, 10)


@pytest.mark.parametrize(
    ("if_range", "wanted"),
    [
        (None, (0, 5)),
        ('"tag"', (0, 5)),
        ('"other"', None),
        ('W/"tag"', None),
        ("Mon, 23 Nov 2026 12:00:00 GMT", (0, 5)),
        ("Mon, 23 Nov 2026 12:00:01 GMT", None),
        ("nonsense", None),
    ],
)
def test_if_range(if_range: str | None, wanted: tuple[int, int] | None) -> None:
    headers = {"range": "bytes=0-4"} | ({"if-range": if_range} if if_range else {})
    assert wanted_range(headers, 10, etag="tag", modified=MODIFIED) == wanted


def test_no_range_at_all() -> None:
    assert wanted_range({"if-range": '"tag"'}, 10, etag="tag", modified=MODIFIED) is None


def test_content_range() -> None:
    assert content_range(0, 5, 10) == "bytes 0-4/10"
