"""Keys: stored and served exactly as sent, whatever a file system would make of them."""

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.door import ACCOUNT, PUBLIC, Client, Door, body_of, keys_of
from tests.raw_http import Answer, exchange, message
from tests.signed_requests import request_of

ODD = [
    "..",
    ".",
    "../../etc/passwd",
    "a/../b",
    "a/./b",
    "//",
    "/lead",
    "a//b",
    "trail/",
    "nul\x00byte",
    "\x00",
    "cr\rlf\n",
    "\t\x7f\x1b[31m",
    "é",
    "e\u0301",
    "ﬁ",
    "İ",
    "\U0001f30d/\ufffd/\uffff",
    "a",
    "a/b",
    "a/b/c",
    "A",
    "percent%2Fslash",
    "%",
    "%zz",
    "100%.csv",
    "a+b c",
    "a&b=c?d#e;f",
    "'\"<>\\`|*:",
    ".sc",
    ".sc/x/tmp/y",
    ".hidden",
    "settings",
    "-",
    "~",
    "con.txt",
    "dot.",
    "space ",
    " space",
    "x" * 255,
    "x" * 256,
    "y" * 1024,
    "é" * 512,
    "d/" * 512,
]


@pytest.fixture(scope="module")
def shelf(door: Door, s3: Client) -> str:
    bucket = door.bucket()
    for key in ODD:
        s3.put_object(Bucket=bucket, Key=key, Body=b"at " + key.encode())
    return bucket


@pytest.mark.parametrize("key", ODD, ids=lambda key: ascii(key[:20]))
def test_each_comes_back(s3: Client, shelf: str, key: str) -> None:
    assert body_of(s3, shelf, key) == b"at " + key.encode()
    assert s3.head_object(Bucket=shelf, Key=key)["ContentLength"] == 3 + len(key.encode())


def test_all_are_listed(s3: Client, shelf: str) -> None:
    assert keys_of(s3, shelf) == sorted(ODD, key=str.encode)


def test_nothing_was_written_elsewhere(door: Door, shelf: str) -> None:
    account, _, repository = shelf.partition("--")
    allowed = (door.bytes_folder / account / repository, door.bytes_folder / ".sc")
    outside = [
        path
        for path in door.platform.home.rglob("*")
        if path.is_file() and not any(path.is_relative_to(folder) for folder in allowed)
        if path.read_bytes()[:3] == b"at "
    ]
    assert outside == []


def test_deleting_one_leaves_its_likes(door: Door, s3: Client) -> None:
    bucket, likes = door.bucket(), ["a", "a/", "a/b", "a//b", "A", "é", "e\u0301", "%61"]
    for key in likes:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    while likes:
        s3.delete_object(Bucket=bucket, Key=likes.pop(0))
        assert keys_of(s3, bucket) == sorted(likes, key=str.encode)
        for key in likes:
            assert body_of(s3, bucket, key) == key.encode()


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(key=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_any_key(s3: Client, key: str) -> None:
    bucket = f"{ACCOUNT}--{PUBLIC}"
    s3.put_object(Bucket=bucket, Key=f"any/{key}", Body=key.encode())
    assert body_of(s3, bucket, f"any/{key}") == key.encode()
    s3.delete_object(Bucket=bucket, Key=f"any/{key}")


def test_the_address_decides_byte_by_byte(door: Door, shelf: str) -> None:
    """Sent over a socket as written: no client has normalised it."""

    def get(path: str) -> Answer:
        return exchange(door.host, message(request_of("GET", f"{door.url}/{shelf}/{path}")))

    assert get("a/../b").body == b"at a/../b"
    assert get("%61").body == b"at a"
    assert get("a%2Fb").body == b"at a/b"
    assert get("percent%252Fslash").body == b"at percent%2Fslash"
    assert get("a+b%20c").body == b"at a+b c"
    assert get("a%2bb%20c").body == b"at a+b c"
    assert get("/lead").body == b"at /lead"
    assert get("e%CC%81").body == b"at e\xcc\x81"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("x" * 1025, "KeyTooLongError"),
        (quote("é" * 512 + "x"), "KeyTooLongError"),
        ("%ff", "InvalidURI"),
        ("%c0%af", "InvalidURI"),
        ("%ed%a0%80", "InvalidURI"),
        ("%", "InvalidURI"),
        ("%zz", "InvalidURI"),
        ("%u0041", "InvalidURI"),
    ],
)
def test_refused(door: Door, shelf: str, path: str, code: str) -> None:
    for method in ("GET", "PUT", "DELETE"):
        request = request_of(method, f"{door.url}/{shelf}/{path}")
        answer = exchange(door.host, message(request), method)
        assert answer.refusal == (code, 400)


@pytest.mark.parametrize(
    "bucket",
    [
        *(
            "..",
            ".",
            ".sc",
            "%2e%2e",
            "%2e%2e%2f%2e%2e",
            "river-lab%00",
            "river-lab%0a",
            "RIVER-LAB",
        ),
        *("river--lab--gauges", "--", "--gauges", "river-lab--", "river_lab", "r" * 300, "%20"),
    ],
)
def test_names_that_are_no_accounts(door: Door, bucket: str) -> None:
    for path in (bucket, f"{bucket}/", f"{bucket}/gauges/a"):
        answer = exchange(door.host, message(request_of("GET", f"{door.url}/{path}")))
        assert answer.refusal == ("NoSuchBucket", 404), path


@pytest.mark.parametrize(
    "name", ["..", ".", "%2e%2e", "Gauges", "gauges%0a", "gauges%00", "ga--uges", "g" * 300]
)
def test_names_that_are_no_repositories(door: Door, name: str) -> None:
    answer = exchange(door.host, message(request_of("GET", f"{door.url}/{ACCOUNT}/{name}/key")))
    assert answer.refusal == ("NoSuchBucket", 404)
