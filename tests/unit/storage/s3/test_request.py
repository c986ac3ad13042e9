import pytest

from services.storage.s3.errors import S3Error
from services.storage.s3.request import Request, parse_query, read_headers


def test_repeated_headers_are_one() -> None:
    raw = [(b"host", b"h"), (b"x-amz-meta-a", b"1"), (b"x-amz-meta-a", b"\xc3\xbc")]
    assert read_headers(raw) == {"host": "h", "x-amz-meta-a": "1,\xc3\xbc"}


@pytest.mark.parametrize("size", [64 * 1024, 100_000_000])
def test_heads_over_the_limit(size: int) -> None:
    with pytest.raises(S3Error) as caught:
        read_headers([(b"x-amz-meta-a", b"a" * size)])
    assert (caught.value.code, caught.value.status) == ("RequestHeaderSectionTooLarge", 400)


def test_many_headers_add_up() -> None:
    with pytest.raises(S3Error, match="RequestHeaderSectionTooLarge"):
        read_headers((b"x-%d" % number, b"v" * 100) for number in range(1000))


def test_queries() -> None:
    assert parse_query(b"") == {}
    query = parse_query(b"uploads&prefix=a%2Fb+c%2B&prefix=second&&x=%C3%BC=1")
    assert query == {"uploads": "", "prefix": "a/b c+", "x": "ü=1"}


@pytest.mark.parametrize(
    "query", [b"a=%FF", b"\xff", b"a" * 100_000_000, b"&" * 100, b"a&" * 60_000]
)
def test_queries_that_are_refused(query: bytes) -> None:
    with pytest.raises(S3Error, match=r"^InvalidURI") as caught:
        _ = Request("GET", b"/", query, {}).query
    assert caught.value.status == 400
