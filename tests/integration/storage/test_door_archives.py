"""Archives over the wire: their length is true, they go on, and they break rather than lie."""

import io
import re
import tarfile
import zipfile
from contextlib import suppress

import httpx
import pytest

from shared.contracts.repositories import CreateShareLink, Repository, Visibility
from shared.contracts.storage import PresignGetArchive
from shared.errors import Forbidden, NotFound
from tests.control_plane import actor_of
from tests.door import ACCOUNT, Client, Door, plain
from tests.raw_http import connected, head_of
from tests.signed_requests import request_of

FILES = {"raw/a.tif": b"a" * 600_000, "raw/b/c.csv": b"1,2", "secret.txt": b"secret"}
LARGE = 24 * 1024**2


@pytest.fixture(scope="module")
def hidden(door: Door) -> Repository:
    repository = door.repository(visibility=Visibility.RESTRICTED)
    bucket = f"{ACCOUNT}--{repository.repository_id}"
    for key, body in FILES.items():
        door.client().put_object(Bucket=bucket, Key=key, Body=body)
    return repository


def url_of(door: Door, repository: Repository, query: str) -> str:
    return f"{door.url}/{ACCOUNT}/{repository.repository_id}/?{query}"


def test_it_goes_on_where_it_broke_off(door: Door, s3: Client) -> None:
    repository = door.repository()
    for key, body in FILES.items():
        s3.put_object(Bucket=f"{ACCOUNT}--{repository.repository_id}", Key=key, Body=body)
    url = url_of(door, repository, "archive=zip")
    head = plain.head(url)
    with plain.stream("GET", url) as answer:
        begun = next(answer.iter_raw(100_000))
    same = {"range": f"bytes={len(begun)}-", "if-range": head.headers["etag"]}
    rest = plain.get(url, headers=same)
    assert rest.status_code == 206
    whole = begun + rest.content
    assert len(whole) == int(head.headers["content-length"])
    found = zipfile.ZipFile(io.BytesIO(whole))
    assert found.testzip() is None
    assert {name: found.read(name) for name in found.namelist()} == FILES


def test_a_change_meanwhile_breaks_the_connection(door: Door, s3: Client) -> None:
    repository = door.repository()
    bucket = f"{ACCOUNT}--{repository.repository_id}"
    s3.put_object(Bucket=bucket, Key="large", Body=bytes(LARGE))
    s3.put_object(Bucket=bucket, Key="last", Body=b"old")
    target = request_of("GET", url_of(door, repository, "archive=zip"))
    with connected(door.host) as connection:
        connection.sendall(head_of(target))
        got = bytearray(connection.recv(1000))
        s3.put_object(Bucket=bucket, Key="last", Body=b"new")
        with suppress(ConnectionResetError):
            while piece := connection.recv(2**20):
                got += piece
    head, _, body = bytes(got).partition(b"\r\n\r\n")
    declared = re.search(rb"(?i)content-length: (\d+)", head)
    assert declared is not None
    assert len(body) < int(declared[1])
    answer = plain.get(url_of(door, repository, "archive=zip&key=last"))
    assert zipfile.ZipFile(io.BytesIO(answer.content)).read("last") == b"new"


@pytest.mark.parametrize("name", [f"{ACCOUNT}/none", "nobody/none"])
def test_there_is_none_of_what_is_not_there(door: Door, name: str) -> None:
    answer = plain.get(f"{door.url}/{name}/?archive=zip")
    assert answer.status_code == 404
    assert "<Code>NoSuchBucket</Code>" in answer.text


def test_a_share_link_opens_its_folder_and_no_more(door: Door, hidden: Repository) -> None:
    link = door.ask(
        CreateShareLink(
            actor=actor_of(door.people["owner"].account),
            account_id=ACCOUNT,
            repository_id=hidden.repository_id,
            prefix="raw/",
        )
    )
    share = f"share={link.token.get_secret_value()}"
    answer = plain.get(url_of(door, hidden, f"archive=tar&prefix=raw/&{share}"))
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as found:
        assert found.getnames() == ["raw/a.tif", "raw/b/c.csv"]
    for more in ("", "&prefix=", "&prefix=raw", "&prefix=raw/&key=secret.txt"):
        refused = plain.get(url_of(door, hidden, f"archive=tar{more}&{share}"))
        assert refused.status_code == 404, more


def test_a_link_over_the_bus(door: Door, hidden: Repository) -> None:
    wanted = PresignGetArchive(
        actor=actor_of(door.people["reader"].account),
        account_id=ACCOUNT,
        repository_id=hidden.repository_id,
        prefix="raw/",
    )
    url = door.ask(wanted).url
    assert zipfile.ZipFile(io.BytesIO(plain.get(url).content)).namelist() == [
        "raw/a.tif",
        "raw/b/c.csv",
    ]
    wider = httpx.URL(url).copy_set_param("prefix", "")
    assert plain.get(wider).status_code == 403
    stranger = actor_of(door.people["stranger"].account)
    with pytest.raises((NotFound, Forbidden)):
        door.ask(wanted.model_copy(update={"actor": stranger}))


def test_the_crc32_of_an_upload_in_parts_is_known(door: Door, s3: Client) -> None:
    repository = door.repository()
    place = {"Bucket": f"{ACCOUNT}--{repository.repository_id}", "Key": "parts"}
    begun = s3.create_multipart_upload(**place, ChecksumAlgorithm="CRC32")
    bodies, parts = [b"x" * 5 * 1024**2, b"end"], []
    for number, body in enumerate(bodies, 1):
        part = {**place, "UploadId": begun["UploadId"], "PartNumber": number, "Body": body}
        kept = s3.upload_part(**part, ChecksumAlgorithm="CRC32")
        parts.append(
            {"PartNumber": number, "ETag": kept["ETag"], "ChecksumCRC32": kept["ChecksumCRC32"]}
        )
    s3.complete_multipart_upload(
        **place, UploadId=begun["UploadId"], MultipartUpload={"Parts": parts}
    )
    answer = plain.get(url_of(door, repository, "archive=zip"))
    found = zipfile.ZipFile(io.BytesIO(answer.content))
    assert found.testzip() is None
    assert found.read("parts") == b"".join(bodies)
