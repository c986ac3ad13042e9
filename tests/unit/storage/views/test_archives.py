"""GetArchive at the door: whose, what, which range of it."""

import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.credentials import Credentials

from services.storage.views.exchange import ArchiveLimits
from shared.contracts.accounts import SealedAccessKey
from shared.contracts.base import KeyAction, Scope, ScopePlace
from shared.sealing import seal, sealing_key
from tests.asgi_door import PLACE, RESTRICTED, URL, Answer, Room, opened_room, signed
from tests.signed_requests import request_of

HIDDEN = f"{URL}/noaa/embargoed"
FILES = {"open/a": b"1", "open/b": b"22", "shut/c": b"333", "top": b"4444"}


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with opened_room(tmp_path) as room:
        for place in (PLACE, HIDDEN):
            for key, body in FILES.items():
                await room.put(room.people["ada"], f"{place}/{key}", body)
        yield room


def code(answer: Answer) -> str:
    return answer.body.partition(b"<Code>")[2].partition(b"</Code>")[0].decode()


def names(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.body
    return zipfile.ZipFile(io.BytesIO(answer.body)).namelist()


READS, LISTS = KeyAction.READ, KeyAction.LIST


async def limited(
    room: Room, *places: ScopePlace, actions: tuple[KeyAction, ...] = (READS, LISTS)
) -> Credentials:
    """A key of Ada's that reads and lists these places alone, or does less."""
    key = SealedAccessKey(
        version=1,
        access_key_id="COOPLIMITED",
        account_uid="01ADA",
        sealed_secret=seal(sealing_key(room.key), "limited", name="COOPLIMITED"),
        scope=Scope(actions=frozenset(actions), places=places),
    )
    await room.know(key)
    return Credentials("COOPLIMITED", "limited")


async def test_all_of_it(room: Room) -> None:
    answer = await room.get(None, f"{PLACE}/?archive=zip")
    assert names(answer) == list(FILES)
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-length"] == str(len(answer.body))
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"globe-land-mask.zip\"; filename*=UTF-8''globe-land-mask.zip"
    )


@pytest.mark.parametrize("place", [f"{URL}/noaa--globe-land-mask", PLACE, f"{PLACE}/"])
async def test_in_each_form_of_a_bucket(room: Room, place: str) -> None:
    assert names(await room.get(None, f"{place}?archive=zip&prefix=open/")) == ["open/a", "open/b"]


async def test_a_folder_gives_its_name(room: Room) -> None:
    answer = await room.get(None, f"{PLACE}/?archive=tar&prefix=open/")
    assert answer.headers["content-type"] == "application/x-tar"
    assert "globe-land-mask-open.tar" in answer.headers["content-disposition"]


async def test_a_selection(room: Room) -> None:
    url = f"{PLACE}/?archive=zip&key=top&prefix=open/&key=shut/c&prefix=open/b"
    assert names(await room.get(None, url)) == ["open/a", "open/b", "shut/c", "top"]


async def test_a_head_has_the_same_headers_and_no_body(room: Room) -> None:
    url = f"{PLACE}/?archive=zip"
    head = await room.send(request_of("HEAD", url), {"type": "http.request", "body": b""})
    whole = await room.get(None, url)
    assert head.status == 200
    assert head.body == b""
    same = {"etag", "content-length", "content-type", "content-disposition"}
    assert all(head.headers[name] == whole.headers[name] for name in same)


async def test_a_range_goes_on_where_a_download_broke_off(room: Room) -> None:
    url = f"{PLACE}/?archive=zip"
    whole = await room.get(None, url)
    same = {"range": "bytes=50-", "if-range": whole.headers["etag"]}
    rest = await room.get(None, url, **same)
    assert rest.status == 206
    size = len(whole.body)
    assert rest.headers["content-range"] == f"bytes 50-{size - 1}/{size}"
    assert rest.body == whole.body[50:]
    await room.put(room.people["ada"], f"{PLACE}/top", b"5555")
    changed = await room.get(None, url, **same)
    assert changed.status == 200
    assert changed.headers["etag"] != whole.headers["etag"]


async def test_conditions(room: Room) -> None:
    url = f"{PLACE}/?archive=zip"
    etag = (await room.get(None, url)).headers["etag"]
    same = await room.get(None, url, **{"if-none-match": etag})
    assert (same.status, same.headers["etag"]) == (304, etag)
    assert (await room.get(None, url, **{"if-match": '"other"'})).status == 412
    assert (await room.get(None, url, **{"if-match": etag})).status == 200
    for date in ("Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"):
        for name in ("if-modified-since", "if-unmodified-since"):
            assert (await room.get(None, url, **{name: date})).status == 200
        ranged = {"range": "bytes=1-", "if-range": date}
        assert (await room.get(None, url, **ranged)).status == 200
    assert (await room.get(None, url, range="bytes=99999-")).status == 416


@pytest.mark.parametrize(
    ("url", "status", "expected"),
    [
        (f"{PLACE}/?archive=rar", 400, "InvalidArgument"),
        (f"{PLACE}/?archive=", 400, "InvalidArgument"),
        (f"{PLACE}/?archive=zip&prefix=nothing/", 404, "NoSuchKey"),
        (f"{PLACE}/?archive=zip&key=open", 404, "NoSuchKey"),
        (f"{PLACE}/?archive=zip&prefix=%FF", 400, "InvalidURI"),
        (f"{URL}/noaa/?archive=zip", 400, "InvalidRequest"),
        (f"{HIDDEN}/?archive=zip", 404, "NoSuchBucket"),
        (f"{HIDDEN}/?archive=zip&key=top", 404, "NoSuchBucket"),
    ],
)
async def test_refusals(room: Room, url: str, status: int, expected: str) -> None:
    answer = await room.get(None, url)
    assert (answer.status, code(answer)) == (status, expected)


async def test_what_is_hidden_is_there_for_who_may_read_it(room: Room) -> None:
    assert names(await room.get(room.people["ada"], f"{HIDDEN}/?archive=zip")) == list(FILES)
    answer = await room.get(room.people["ben"], f"{HIDDEN}/?archive=zip")
    assert (answer.status, code(answer)) == (404, "NoSuchBucket")


async def test_a_limited_key_gets_what_is_within_its_limits(room: Room) -> None:
    place = ScopePlace(
        account_uid=RESTRICTED.account_uid,
        repository_uid=RESTRICTED.repository_uid,
        prefix="open/",
    )
    key = await limited(room, place)
    assert names(await room.get(key, f"{HIDDEN}/?archive=zip&prefix=open/")) == ["open/a", "open/b"]
    assert names(await room.get(key, f"{HIDDEN}/?archive=zip&key=open/a")) == ["open/a"]
    for more in ("", "&prefix=", "&prefix=open", "&prefix=open/&key=top", "&key=shut/c"):
        answer = await room.get(key, f"{HIDDEN}/?archive=zip{more}")
        assert (answer.status, code(answer)) == (403, "AccessDenied"), more


@pytest.mark.parametrize(("action", "files"), [(READS, ["top"]), (LISTS, [])])
async def test_all_of_a_folder_is_for_who_lists_and_reads_it(
    room: Room, action: KeyAction, files: list[str]
) -> None:
    key = await limited(room, actions=(action,))
    folder = await room.get(key, f"{HIDDEN}/?archive=zip&prefix=open/")
    assert (folder.status, code(folder)) == (403, "AccessDenied")
    file = await room.get(key, f"{HIDDEN}/?archive=zip&key=top")
    assert (names(file) if file.status == 200 else []) == files


async def test_nothing_is_written(room: Room) -> None:
    request = signed("PUT", f"{PLACE}/?archive=zip", room.people["ada"])
    answer = await room.send(request, {"type": "http.request", "body": b""})
    assert code(answer) in {"NotImplemented", "MethodNotAllowed"}


async def test_an_object_of_that_name_is_an_object(room: Room) -> None:
    await room.put(room.people["ada"], f"{PLACE}/archive", b"mine")
    assert (await room.get(None, f"{PLACE}/archive")).body == b"mine"
    assert (await room.get(None, f"{PLACE}/top?archive=zip")).body == FILES["top"]


async def test_too_many_at_once(room: Room) -> None:
    room.door.held = replace(room.door.held, archives=ArchiveLimits(objects=3, free=0))
    answer = await room.get(None, f"{PLACE}/?archive=zip")
    assert (answer.status, code(answer)) == (503, "SlowDown")
    room.door.held.archives.free = 1
    for _ in range(2):
        assert code(await room.get(None, f"{PLACE}/?archive=zip")) == "InvalidRequest"
    assert names(await room.get(None, f"{PLACE}/?archive=zip&prefix=open/"))
