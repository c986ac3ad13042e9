"""Quotas at the door: refused before the body is read, in the words that clients know."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.contracts.base import Quota
from tests.asgi_door import PLACE, Answer, Room, opened_room, signed
from tests.storage_room import REPOSITORY

LIMITED = REPOSITORY.model_copy(update={"quota": Quota(size=100, objects=3), "version": 2})
INITIATED = b"<UploadId>"


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with opened_room(tmp_path) as room:
        await room.know(LIMITED)
        yield room


def refusal(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.body.partition(b"<Code>")[2].partition(b"</Code>")[0].decode()


EXCEEDED = (403, "QuotaExceeded")


async def test_no_byte_of_it_is_asked_for(room: Room) -> None:
    request = signed(
        "PUT", f"{PLACE}/a", room.people["ada"], content_length="101", expect="100-continue"
    )
    answer = await room.send(request)
    assert refusal(answer) == EXCEEDED
    assert b"The repository may hold 100 bytes" in answer.body


async def test_what_fits_is_stored_and_what_is_deleted_makes_room(room: Room) -> None:
    ada = room.people["ada"]
    assert (await room.put(ada, f"{PLACE}/a", b"x" * 100)).status == 200
    assert refusal(await room.put(ada, f"{PLACE}/b", b"x")) == EXCEEDED
    assert (await room.put(ada, f"{PLACE}/a", b"x" * 99)).status == 200
    assert (await room.send(signed("DELETE", f"{PLACE}/a", ada))).status == 204
    assert (await room.put(ada, f"{PLACE}/b", b"x" * 100)).status == 200


async def test_a_copy(room: Room) -> None:
    ada = room.people["ada"]
    await room.put(ada, f"{PLACE}/a", b"x" * 60)
    source = {"x-amz-copy-source": "/noaa/globe-land-mask/a"}
    assert refusal(await room.send(signed("PUT", f"{PLACE}/b", ada, **source))) == EXCEEDED
    await room.put(ada, f"{PLACE}/a", b"x" * 50)
    assert (await room.send(signed("PUT", f"{PLACE}/b", ada, **source))).status == 200


async def test_an_upload_in_parts(room: Room) -> None:
    ada = room.people["ada"]
    begun = await room.send(signed("POST", f"{PLACE}/big?uploads", ada))
    upload = begun.body.partition(INITIATED)[2].partition(b"<")[0].decode()
    at = f"{PLACE}/big?partNumber={{}}&uploadId={upload}"
    part = await room.put(ada, at.format(1), b"x" * 70)
    assert part.status == 200
    assert refusal(await room.put(ada, at.format(2), b"x" * 31)) == EXCEEDED
    await room.put(ada, f"{PLACE}/other", b"x" * 40)
    listed = (
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber>"
        f"<ETag>{part.headers['etag']}</ETag></Part></CompleteMultipartUpload>"
    ).encode()
    ending = signed("POST", f"{PLACE}/big?uploadId={upload}", ada, content_length=str(len(listed)))
    assert refusal(await room.send(ending, {"type": "http.request", "body": listed})) == EXCEEDED
    await room.send(signed("DELETE", f"{PLACE}/other", ada))
    ended = await room.send(ending, {"type": "http.request", "body": listed})
    assert ended.status == 200
    assert b"QuotaExceeded" not in ended.body
    assert refusal(await room.put(ada, f"{PLACE}/more", b"x" * 31)) == EXCEEDED
