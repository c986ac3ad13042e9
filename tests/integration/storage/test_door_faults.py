"""Uploads that end badly: an error where one can still be told, never a part of an object."""

import os
import socket
import struct
import time
from datetime import UTC, datetime

import pytest

from services.storage.s3.request import Request
from tests.door import Client, Door, body_of, keys_of, refusal, stray_files
from tests.raw_http import connected, head_of, read_answer
from tests.signed_requests import sign_header
from tests.waiting import until

BODY = os.urandom(300_000)
RESET = struct.pack("ii", 1, 0)


@pytest.fixture
def put(door: Door, bucket: str) -> Request:
    """A signed PutObject of `a`, to be sent with whatever body."""
    return sign_header(
        "PUT",
        f"{door.url}/{bucket}/a",
        {},
        now=datetime.now(UTC),
        payload="UNSIGNED-PAYLOAD",
        credentials=door.people["owner"].credentials,
    )


def nothing_left(door: Door, s3: Client, bucket: str) -> None:
    """Soon no trace is to be found: no object, no line in a list, no file."""
    until(lambda: stray_files(door) == [])
    assert refusal(s3.get_object, Bucket=bucket, Key="a") == ("NoSuchKey", 404)
    assert keys_of(s3, bucket) == []
    account, _, repository = bucket.partition("--")
    folder = door.bytes_folder / account / repository
    assert not folder.exists() or list(folder.iterdir()) == []


ENDS = [(sent, how) for sent in (0, 1, 65_536, 299_999) for how in ("closed", "reset", "half")]


@pytest.mark.parametrize("end", ENDS)
def test_cut_off(door: Door, s3: Client, bucket: str, put: Request, end: tuple[int, str]) -> None:
    sent, how = end
    with connected(door.host) as connection:
        connection.sendall(head_of(put, content_length=str(len(BODY))) + BODY[:sent])
        if how == "half":
            connection.shutdown(socket.SHUT_WR)
            connection.recv(4096)
        if how == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    nothing_left(door, s3, bucket)


def test_cut_off_over_what_was_there(door: Door, s3: Client, bucket: str, put: Request) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"kept", Metadata={"n": "1"})
    with connected(door.host) as connection:
        connection.sendall(head_of(put, content_length=str(len(BODY))) + BODY[:200_000])
    until(lambda: stray_files(door) == [])
    assert body_of(s3, bucket, "a") == b"kept"
    assert s3.head_object(Bucket=bucket, Key="a")["Metadata"] == {"n": "1"}


def test_cut_off_between_chunks(door: Door, s3: Client, bucket: str, put: Request) -> None:
    with connected(door.host) as connection:
        connection.sendall(head_of(put, transfer_encoding="chunked"))
        connection.sendall(b"1000\r\n" + BODY[:4096] + b"\r\n")
        time.sleep(0.1)
    nothing_left(door, s3, bucket)


def test_longer_than_it_said(door: Door, s3: Client, bucket: str, put: Request) -> None:
    """What is too much is no part of it: HTTP takes it for another request, and refuses that."""
    with connected(door.host) as connection:
        connection.sendall(head_of(put, content_length="1000") + BODY[:1500])
        assert read_answer(connection, "PUT").status == 200
    assert body_of(s3, bucket, "a") == BODY[:1000]


def test_shorter_than_it_said_and_waiting(
    door: Door, s3: Client, bucket: str, put: Request
) -> None:
    with connected(door.host) as connection:
        connection.sendall(head_of(put, content_length="1000") + BODY[:999])
        time.sleep(0.3)
        assert refusal(s3.get_object, Bucket=bucket, Key="a") == ("NoSuchKey", 404)
        connection.sendall(BODY[999:1000])
        assert read_answer(connection, "PUT").status == 200
    assert body_of(s3, bucket, "a") == BODY[:1000]


def test_without_any_length(door: Door, s3: Client, bucket: str, put: Request) -> None:
    with connected(door.host) as connection:
        connection.sendall(head_of(put))
        answer = read_answer(connection, "PUT")
    assert answer.refusal == ("MissingContentLength", 411)
    nothing_left(door, s3, bucket)


def test_a_part_cut_off(door: Door, s3: Client, bucket: str) -> None:
    place = {"Bucket": bucket, "Key": "a"}
    place["UploadId"] = s3.create_multipart_upload(**place)["UploadId"]
    url = f"{door.url}/{bucket}/a?partNumber=1&uploadId={place['UploadId']}"
    request = sign_header(
        "PUT",
        url,
        {},
        now=datetime.now(UTC),
        payload="UNSIGNED-PAYLOAD",
        credentials=door.people["owner"].credentials,
    )
    with connected(door.host) as connection:
        connection.sendall(head_of(request, content_length=str(len(BODY))) + BODY[:200_000])
    time.sleep(0.2)
    assert "Parts" not in s3.list_parts(**place)
    s3.abort_multipart_upload(**place)
    nothing_left(door, s3, bucket)


def test_a_reader_that_leaves_costs_nothing(door: Door, s3: Client, bucket: str) -> None:
    """Many begin to read and go away; the next is served as before."""
    s3.put_object(Bucket=bucket, Key="a", Body=BODY * 20)
    head = f"GET /{bucket}/a HTTP/1.1\r\nhost: a\r\n\r\n".encode()
    for _ in range(50):
        with connected(door.host) as connection:
            connection.sendall(head)
            connection.recv(1000)
    assert body_of(s3, bucket, "a") == BODY * 20


def test_an_overwritten_object_is_read_to_its_end(door: Door, s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"x" * 20_000_000)
    with s3.get_object(Bucket=bucket, Key="a")["Body"] as body:
        begun = body.read(1000)
        s3.put_object(Bucket=bucket, Key="a", Body=b"y" * 20_000_000)
        rest = body.read()
    assert begun + rest == b"x" * 20_000_000
    with s3.get_object(Bucket=bucket, Key="a")["Body"] as body:
        begun = body.read(1000)
        s3.delete_object(Bucket=bucket, Key="a")
        assert begun + body.read() == b"y" * 20_000_000
    assert stray_files(door) == []
