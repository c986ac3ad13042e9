"""The door speaks TLS itself: clients send their bodies otherwise than over plain HTTP."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.http1 import Listener
from shared.runtime import free_port
from tests.certificate import make_certificate, settings_of
from tests.door import ACCOUNT, Client, Door, body_of, keys_of, opened
from tests.embedded import start
from tests.foreign_clients import run
from tests.indexed import SERVICES, entries_of
from tests.waiting import until

MIB = 1024**2
BODY = b"t,level\n2026-11-23,4.21\n" * 50


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Over TLS, with an indexer beside it."""
    folder = tmp_path_factory.mktemp("tls")
    settings = settings_of(make_certificate(folder)) | SERVICES
    with opened(folder / "home", **settings) as door:
        yield door


@pytest.fixture
def s3(door: Door) -> Client:
    return door.client()


def sent_headers(client: Client) -> list[dict[str, str]]:
    """The headers of every request of this client, as they leave it from now on."""
    sent: list[dict[str, str]] = []

    def note(request: Any, **_: Any) -> None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        texts = {n: v.decode() if isinstance(v, bytes) else v for n, v in headers.items()}
        sent.append(texts)

    client.meta.events.register("before-send.s3", note)
    return sent


def test_boto3_sends_chunks_with_a_trailer(s3: Client, bucket: str) -> None:
    sent = sent_headers(s3)
    s3.put_object(Bucket=bucket, Key="a", Body=BODY)
    assert sent[0]["x-amz-content-sha256"] == "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    assert sent[0]["transfer-encoding"] == "chunked"
    assert "content-length" not in sent[0]
    assert body_of(s3, bucket, "a") == BODY
    assert body_of(s3, bucket, "a", Range="bytes=2-6") == BODY[2:7]


def test_an_empty_body(s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"")
    assert body_of(s3, bucket, "a") == b""


def test_in_parts_and_read_in_ranges(s3: Client, bucket: str, tmp_path: Path) -> None:
    big, back = tmp_path / "big", tmp_path / "back"
    big.write_bytes(bytes(range(256)) * 4096 * 20)
    s3.upload_file(str(big), bucket, "big")
    assert s3.head_object(Bucket=bucket, Key="big")["ETag"].endswith('-3"')
    # boto3 gets what is that long by several ranged requests.
    s3.download_file(bucket, "big", str(back))
    assert back.read_bytes() == big.read_bytes()


def test_a_long_answer_is_whole(door: Door, s3: Client, bucket: str) -> None:
    """Files go out by sendfile over plain HTTP, which TLS must never do."""
    body = b"0123456789abcdef" * (3 * MIB // 16)
    s3.put_object(Bucket=bucket, Key="long", Body=body)
    context = ssl.create_default_context(cafile=door.authority)
    assert httpx.get(f"{door.url}/{bucket}/long", verify=context).content == body


def test_curl_over_tls(door: Door, s3: Client, bucket: str, tmp_path: Path) -> None:
    path, back = tmp_path / "a.csv", tmp_path / "back.csv"
    path.write_bytes(BODY)
    person = door.people["owner"]
    key = f"{person.access_key_id}:{person.credentials.secret_key}"
    curl = ["curl", "--silent", "--show-error", "--fail", "--cacert", door.authority]
    signed = ["--user", key, "--aws-sigv4", "aws:amz:us-east-1:s3"]
    unsigned = ["--header", "x-amz-content-sha256: UNSIGNED-PAYLOAD"]
    url = f"{door.url}/{bucket}/a.csv"
    run(*curl, *signed, *unsigned, "--upload-file", path, url)
    run(*curl, "--output", back, url)
    assert back.read_bytes() == BODY
    assert run(*curl, "--range", "2-6", url) == BODY[2:7].decode()
    assert keys_of(s3, bucket) == ["a.csv"]


def test_an_address_made_before(door: Door, s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=BODY)
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a"})
    context = ssl.create_default_context(cafile=door.authority)
    assert httpx.get(url, verify=context).content == BODY


def test_who_is_refused_in_the_middle_of_a_body_hears_why(door: Door, bucket: str) -> None:
    context = ssl.create_default_context(cafile=door.authority)
    answer = httpx.put(f"{door.url}/{bucket}/a", content=bytes(16 * MIB), verify=context)
    assert answer.status_code == 403
    assert "<Code>AccessDenied</Code>" in answer.text


async def test_who_speaks_no_tls_is_hung_up_on_without_a_word_in_the_log(tmp_path: Path) -> None:
    async def application(*_: object) -> None:
        raise AssertionError("nothing was asked")

    failures: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, said: failures.append(said))
    listener = Listener(application, "127.0.0.1", free_port(), stop_seconds=5)
    listener.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    listener.tls.load_cert_chain(*make_certificate(tmp_path))
    async with listener:
        for sent in (b"GET / HTTP/1.1\r\nhost: a\r\n\r\n", bytes(300)):
            reader, writer = await asyncio.open_connection(listener.host, listener.port)
            writer.write(sent)
            with suppress(ConnectionError):
                assert await reader.read() == b""
            writer.close()
    assert failures == []


def test_plain_http_at_its_port_gets_no_answer(door: Door) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"http://127.0.0.1:{door.host[1]}/")


def test_the_services_beside_it_read_by_the_plain_way(door: Door, s3: Client) -> None:
    assert door.url.startswith("https://")
    name = door.repository().repository_id
    s3.put_object(Bucket=ACCOUNT, Key=f"{name}/levels.csv", Body=BODY)

    def summary() -> str | None:
        entries = [one for one in entries_of(door, name) if one.name == "levels.csv"]
        return entries[0].summary if entries else None

    until(lambda: bool(summary()))


def test_a_certificate_that_cannot_be_used_is_one_sentence_at_the_start(tmp_path: Path) -> None:
    certificate, _ = make_certificate(tmp_path / "one")
    _, key = make_certificate(tmp_path / "other")
    platform = start(tmp_path / "home", COOP_SAMPLE="false", **settings_of((certificate, key)))
    assert platform.process.wait(30) == 1
    assert platform.output() == (
        f"COOP_STORAGE__TLS_KEY={key} is not the key of COOP_STORAGE__TLS_CERT={certificate}.\n"
    )
