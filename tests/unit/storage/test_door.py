"""The door itself: clients that leave, answers that break off, keys of services, silence."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.storage.models import Upload
from services.storage.operations import completing
from services.storage.operations.presigning import (
    ACTOR_FIELD,
    presign_get,
    presign_post,
    presign_put,
)
from services.storage.store.uploads import find_upload
from services.storage.views import multipart
from shared.http1 import ClientGoneError
from tests.asgi_door import PLACE, URL, Answer, Message, Room, account, opened_room, signed
from tests.signed_requests import request_of

BIG = 3_000_000


@pytest.fixture
async def room(home: Path) -> AsyncIterator[Room]:
    async with opened_room(home) as room:
        yield room


async def test_put_and_get(room: Room) -> None:
    ada = room.people["ada"]
    assert (await room.put(ada, f"{PLACE}/a", b"x" * BIG)).status == 200
    for who in (ada, None):
        answer = await room.get(who, f"{PLACE}/a")
        assert (answer.status, answer.body) == (200, b"x" * BIG)


async def test_the_loop_stops_when_the_client_leaves(room: Room) -> None:
    await room.put(room.people["ada"], f"{PLACE}/a", b"x" * 20 * BIG)
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)
        if len(sent) == 4:
            raise ClientGoneError

    await room.call(request_of("GET", f"{PLACE}/a"), receive, send)
    assert len(sent) == 4


async def test_a_file_that_is_cut_off_breaks_the_connection(room: Room, home: Path) -> None:
    """The length has been told: to end the answer in order would be a lie."""
    await room.put(room.people["ada"], f"{PLACE}/a", b"x" * BIG)
    path, sent = home / "storage/noaa/globe-land-mask/a", list[Message]()

    async def receive() -> Message:
        await asyncio.sleep(60)
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)
        with path.open("r+b") as file:
            file.truncate(1000)

    with pytest.raises(EOFError):
        await room.call(request_of("GET", f"{PLACE}/a"), receive, send)
    assert sent[0]["status"] == 200
    assert all(message.get("more_body") for message in sent[1:])


async def test_who_goes_away_in_the_middle_leaves_nothing(room: Room, home: Path) -> None:
    request = signed("PUT", f"{PLACE}/a", room.people["ada"], **{"content-length": "4000000"})
    part = {"type": "http.request", "body": b"x" * 2_000_000, "more_body": True}
    answer = await room.send(request, part, {"type": "http.disconnect"})
    assert answer.status == 400
    assert (await room.get(None, f"{PLACE}/a")).status == 404
    assert not [path for path in (home / "storage").rglob("*/tmp/*") if path.is_file()]


async def test_a_refusal_before_the_body_closes_the_connection(room: Room) -> None:
    waiting = {"content-length": "1000000000", "expect": "100-continue"}
    request = signed("PUT", f"{PLACE}/a", room.people["ben"], **waiting)
    answer = await room.send(request)
    assert (answer.status, answer.headers["connection"]) == (403, "close")


async def test_a_small_body_is_read_before_it_is_refused(room: Room) -> None:
    """A reset would take the answer away from a client that is still sending."""
    answer = await room.put(room.people["ben"], f"{PLACE}/a", b"x" * 1000)
    assert answer.status == 403
    assert "connection" not in answer.headers


async def test_a_service_may_do_everything(room: Room) -> None:
    indexer = room.service()
    for url in (f"{PLACE}/a", f"{URL}/noaa/embargoed/a"):
        assert (await room.put(indexer, url, b"x")).status == 200
        assert (await room.get(indexer, url)).body == b"x"


async def test_a_service_acts_for_a_person_with_that_persons_rights(room: Room) -> None:
    storage, url = room.service("storage"), f"{URL}/noaa/embargoed/a"
    await room.put(storage, url, b"x")
    for actor, status in (("01ADA", 200), ("01BEN", 404), ("01NOBODY", 503), ("", 404)):
        assert (await room.get(storage, f"{url}?{ACTOR_FIELD}={actor}")).status == status, actor


async def test_a_person_cannot_act_for_another(room: Room) -> None:
    url = f"{URL}/noaa/embargoed/a"
    await room.put(room.service(), url, b"x")
    answer = await room.get(room.people["ben"], f"{url}?{ACTOR_FIELD}=01ADA")
    assert answer.status == 404


async def presigned(room: Room, actor: str) -> Answer:
    """GET of a restricted object by an address made for this actor."""
    link = presign_get(room.door.held.door, ("noaa", "embargoed"), "a b", actor=actor)
    return await room.send(request_of("GET", link.url), {"type": "http.request", "body": b""})


async def test_an_address_loses_its_power_with_the_rights_of_its_person(room: Room) -> None:
    await room.put(room.service(), f"{URL}/noaa/embargoed/a%20b", b"x")
    answer = await presigned(room, "01ADA")
    assert (answer.status, answer.body) == (200, b"x")
    assert "a%20b" in answer.headers["content-disposition"]
    assert (await presigned(room, "01BEN")).status == 404
    await room.know(account("ada", "01ADA", {}, version=2))
    assert (await presigned(room, "01ADA")).status == 404


async def test_an_address_takes_bytes_with_the_rights_and_conditions_of_its_person(
    room: Room,
) -> None:
    """As the edge sends them: headers that the signature does not cover."""

    async def sent(actor: str, **headers: str) -> Answer:
        link = presign_put(room.door.held.door, "noaa", "globe-land-mask", "README.md", actor=actor)
        request = request_of("PUT", link.url)
        request.headers.update(
            {name.replace("_", "-"): value for name, value in headers.items()}
            | {"content-length": "1", "content-type": "text/markdown; charset=utf-8"}
        )
        return await room.send(request, {"type": "http.request", "body": b"x"})

    first = await sent("01ADA", if_none_match="*")
    assert first.status == 200, first.body
    assert (await sent("01ADA", if_none_match="*")).status == 412
    assert (await sent("01ADA", if_match='"0"')).status == 412
    assert (await sent("01ADA", if_match=first.headers["etag"])).status == 200
    assert (await sent("01BEN")).status == 403


async def test_a_form_loses_its_power_with_the_rights_of_its_person(room: Room) -> None:
    form = presign_post(
        room.door.held.door, "noaa", "globe-land-mask/in/", redirect="", actor="01ADA"
    )

    async def send() -> int:
        lines = [
            f'--b\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in form.fields.items()
        ]
        lines.append('--b\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\nx')
        body = "".join([*lines, "\r\n--b--\r\n"]).encode()
        request = request_of("POST", form.url)
        request.headers["content-type"] = "multipart/form-data; boundary=b"
        request.headers["content-length"] = str(len(body))
        # Byte by byte: no piece of the framing may depend on how it arrives.
        pieces = [
            {"type": "http.request", "body": body[at : at + 1], "more_body": at + 1 < len(body)}
            for at in range(len(body))
        ]
        return (await room.send(request, *pieces)).status

    assert await send() == 204
    assert (await room.get(None, f"{PLACE}/in/f")).body == b"x"
    await room.know(account("ada", "01ADA", {}, version=2))
    assert await send() == 403


async def test_silence_of_accounts_stops_people_and_not_services(home: Path) -> None:
    async with opened_room(home, stale_after=0.05) as room:
        await room.put(room.people["ada"], f"{PLACE}/a", b"x")
        await asyncio.sleep(0.1)
        assert (await room.get(room.people["ada"], f"{PLACE}/a")).status == 503
        assert (await presigned(room, "01ADA")).status == 503
        assert (await room.get(room.service(), f"{PLACE}/a")).status == 200
        assert (await room.get(None, f"{PLACE}/a")).status == 200
        await room.projection.alive()
        assert (await room.get(room.people["ada"], f"{PLACE}/a")).status == 200


async def test_what_cannot_be_asked_is_unavailable(room: Room) -> None:
    async with asyncio.timeout(10):
        answer = await room.get(None, f"{URL}/noaa/unheard-of/a")
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")


async def test_a_slow_completion_keeps_the_client_awake(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(multipart, "PATIENCE_SECONDS", 0.0)
    ada, url = room.people["ada"], f"{PLACE}/big"
    begun = await room.send(signed("POST", f"{url}?uploads", ada))
    upload_id = begun.body.partition(b"<UploadId>")[2].partition(b"<")[0].decode()
    part = await room.put(ada, f"{url}?partNumber=1&uploadId={upload_id}", b"part")

    async def complete(etag: str) -> Answer:
        document = (
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber>"
            f"<ETag>{etag}</ETag></Part></CompleteMultipartUpload>"
        ).encode()
        length = {"content-length": str(len(document))}
        request = signed("POST", f"{url}?uploadId={upload_id}", ada, **length)
        return await room.send(request, {"type": "http.request", "body": document})

    wrong = await complete("0" * 32)
    assert (wrong.status, b"<Code>InvalidPart</Code>" in wrong.body) == (200, True)
    right = await complete(part.headers["etag"])
    assert (right.status, b"<CompleteMultipartUploadResult" in right.body) == (200, True)
    assert (await room.get(None, url)).body == b"part"


@pytest.mark.parametrize("number", ["0", "10001", "1x", "-1", "000001" + "9" * 5000])
async def test_part_numbers_that_are_none(room: Room, number: str) -> None:
    await room.put(room.people["ada"], f"{PLACE}/a", b"x")
    answer = await room.get(None, f"{PLACE}/a?partNumber={number}")
    assert (answer.status, b"<Code>InvalidArgument</Code>" in answer.body) == (400, True)


@pytest.mark.parametrize("size", ["x", "-1", "9" * 5000])
async def test_a_size_that_is_none(room: Room, size: str) -> None:
    ada, url = room.people["ada"], f"{PLACE}/big"
    body = b"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>e</ETag></Part>"
    body += b"</CompleteMultipartUpload>"
    headers = {"content-length": str(len(body)), "x-amz-mp-object-size": size}
    request = signed("POST", f"{url}?uploadId=01M8", ada, **headers)
    answer = await room.send(request, {"type": "http.request", "body": body})
    assert (answer.status, b"<Code>InvalidArgument</Code>" in answer.body) == (400, True)


async def test_who_completes_second_hears_what_the_first_did(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The parts may be gone since the upload was looked up, and yet none of them was wrong."""
    ada, url = room.people["ada"], f"{PLACE}/big"
    begun = await room.send(signed("POST", f"{url}?uploads", ada))
    upload_id = begun.body.partition(b"<UploadId>")[2].partition(b"<")[0].decode()
    part = await room.put(ada, f"{url}?partNumber=1&uploadId={upload_id}", b"part")
    document = (
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber>"
        f"<ETag>{part.headers['etag']}</ETag></Part></CompleteMultipartUpload>"
    ).encode()
    open_still = await find_upload(room.door.held.resources.outbox, upload_id)

    async def complete() -> Answer:
        headers = {"content-length": str(len(document))}
        request = signed("POST", f"{url}?uploadId={upload_id}", ada, **headers)
        return await room.send(request, {"type": "http.request", "body": document})

    async def looked_up_before(*_: object) -> Upload | None:
        return open_still

    first = await complete()
    monkeypatch.setattr(completing, "known_upload", looked_up_before)
    second = await complete()
    assert (first.status, second.status) == (200, 200)
    assert first.body == second.body
