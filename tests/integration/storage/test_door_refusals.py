"""What is not understood is refused with S3's code, and the door stays up whatever is sent."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.door import ACCOUNT, PUBLIC, Client, Door, keys_of, plain
from tests.raw_http import Answer, after_endless_headers, connected, exchange, message
from tests.signed_requests import sign_header

BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "%b">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<Delete><Object><Key>&c;</Key></Object></Delete>""" % (b"lol" * 1000)
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<Delete><Object><Key>&x;</Key></Object></Delete>"""
DEEP = b"<Delete>" + b"<Object>" * 100_000


def delete_many(door: Door, bucket: str, body: bytes) -> Answer:
    """DeleteObjects with such a body, signed by the owner."""
    request = sign_header(
        "POST",
        f"{door.url}/{bucket}?delete=",
        {},
        now=datetime.now(UTC),
        payload="UNSIGNED-PAYLOAD",
        credentials=door.people["owner"].credentials,
    )
    return exchange(door.host, message(request, body), "POST")


@pytest.mark.parametrize(
    "body",
    [BOMB, OUTSIDE, DEEP, b"", b"{}", b"<Delete>", b"<Other/>", b"\xff\xfe", b"<Delete/>"],
    ids=range(9),
)
def test_xml_that_is_none(door: Door, bucket: str, body: bytes) -> None:
    began = time.monotonic()
    assert delete_many(door, bucket, body).refusal == ("MalformedXML", 400)
    assert time.monotonic() - began < 2


def test_xml_that_is_too_long(door: Door, bucket: str) -> None:
    body = b"<Delete>" + b" " * 3 * 1024**2 + b"</Delete>"
    assert delete_many(door, bucket, body).refusal == ("MaxMessageLengthExceeded", 400)


@pytest.mark.parametrize(
    ("method", "query"),
    [
        ("PUT", "retention"),
        ("PUT", "legal-hold"),
        ("PUT", "unknown"),
        ("PUT", "renameObject"),
        ("GET", "torrent"),
        ("POST", "restore&uploads"),
        ("POST", "select&select-type=2&uploads"),
    ],
)
def test_what_is_not_there_on_objects(
    door: Door, s3: Client, bucket: str, method: str, query: str
) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"kept")
    answer = plain.request(method, f"{door.url}/{bucket}/a?{query}")
    assert (answer.status_code, "<Code>NotImplemented</Code>" in answer.text) == (501, True)
    assert keys_of(s3, bucket) == ["a"]


@pytest.mark.parametrize("query", ["replication", "website", "tagging"])
def test_what_is_not_there_on_buckets(door: Door, bucket: str, query: str) -> None:
    answer = plain.put(f"{door.url}/{bucket}?{query}")
    assert (answer.status_code, "<Code>NotImplemented</Code>" in answer.text) == (501, True)


@pytest.mark.parametrize("method", ["PATCH", "TRACE", "PROPFIND"])
def test_methods_that_are_none(door: Door, bucket: str, method: str) -> None:
    answer = plain.request(method, f"{door.url}/{bucket}/a")
    assert (answer.status_code, "<Code>MethodNotAllowed</Code>" in answer.text) == (405, True)


def memory_of(door: Door) -> int:
    """Bytes held by the storage processes."""
    pages = 0
    for process in door.platform.ready["processes"]:
        if process["service"] == "storage":
            pages += int(Path(f"/proc/{process['pid']}/statm").read_text().split()[1])
    return pages * 4096


def test_a_hundred_megabytes_of_headers(door: Door) -> None:
    before = memory_of(door)
    assert after_endless_headers(door.host, f"/{ACCOUNT}/{PUBLIC}/a").status == 431
    assert memory_of(door) - before < 32 * 1024**2
    assert plain.get(f"{door.url}/{ACCOUNT}/{PUBLIC}?list-type=2").status_code == 200


def test_one_header_of_a_hundred_kilobytes(door: Door) -> None:
    data = f"GET /{ACCOUNT}/{PUBLIC}/a HTTP/1.1\r\nhost: a\r\nx-a: {'x' * 100_000}\r\n\r\n"
    assert exchange(door.host, data.encode()).refusal == ("RequestHeaderSectionTooLarge", 400)


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /a HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n",
        b"PUT /a/b/c HTTP/1.1\r\nhost: a\r\ncontent-length: 99999999999999999999\r\n\r\n",
        b"PUT /a/b/c HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd",
        b"PUT /a/b/c HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"GET /a b HTTP/1.1\r\nhost: a\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nhost: a\r\n\r\n",
    ],
    ids=range(9),
)
def test_what_is_no_http(door: Door, data: bytes) -> None:
    with connected(door.host) as connection:
        connection.sendall(data)
        connection.settimeout(3)
        try:
            answer = connection.recv(4096)
        except (OSError, TimeoutError):
            answer = b""
    assert b" 200 " not in answer[:20]
    assert plain.get(f"{door.url}/{ACCOUNT}/{PUBLIC}?list-type=2").status_code == 200


def test_every_answer_can_be_found_again(door: Door, bucket: str) -> None:
    answers = [plain.get(f"{door.url}/{bucket}/{name}") for name in ("a", "b")]
    ids = {answer.headers["x-amz-request-id"] for answer in answers}
    assert len(ids) == 2
    for answer in answers:
        assert f"<RequestId>{answer.headers['x-amz-request-id']}</RequestId>" in answer.text
        assert answer.headers["content-type"] == "application/xml"
