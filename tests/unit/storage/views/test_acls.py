"""An ACL that says what is so is taken; one that says otherwise of an object is refused."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.storage.s3.xml import Owner, access_control
from tests.asgi_door import PLACE, RESTRICTED, URL, Room, opened_room, signed

HIDDEN = f"{URL}/noaa/{RESTRICTED.repository_id}"
NOT_HELD = "<Code>AccessControlListNotSupported</Code>"


@pytest.fixture
async def room(home: Path) -> AsyncIterator[Room]:
    async with opened_room(home) as room:
        await room.put(room.people["ada"], f"{PLACE}/a", b"x")
        await room.put(room.people["ada"], f"{HIDDEN}/a", b"x")
        yield room


async def asked(room: Room, method: str, url: str, body: bytes = b"", **headers: str) -> str:
    """The body where it is refused, else nothing."""
    if body:
        headers["content-length"] = str(len(body))
    request = signed(method, url, room.people["ada"], **headers)
    answer = await room.send(request, {"type": "http.request", "body": body})
    return answer.body.decode() if answer.status >= 300 else ""


@pytest.mark.parametrize(("place", "acl"), [(PLACE, "public-read"), (HIDDEN, "private")])
async def test_what_is_so_already(room: Room, place: str, acl: str) -> None:
    source = f"{place.removeprefix(URL)}/a"
    for canned in (acl, "bucket-owner-full-control"):
        said = {"x_amz_acl": canned}
        assert await asked(room, "PUT", f"{place}/?acl", **said) == ""
        assert await asked(room, "PUT", f"{place}/a?acl", **said) == ""
        assert (await room.put(room.people["ada"], f"{place}/b", b"x", **said)).status == 200
        assert await asked(room, "PUT", f"{place}/c", **said, x_amz_copy_source=source) == ""
        assert await asked(room, "POST", f"{place}/d?uploads", **said) == ""
    whole = access_control(Owner(RESTRICTED.account_uid, "noaa"), is_public=place == PLACE)
    assert await asked(room, "PUT", f"{place}/a?acl", whole) == ""
    assert await asked(room, "PUT", f"{place}/?acl", whole) == ""


async def test_what_is_sent_with_each_write_takes_no_right(room: Room) -> None:
    """By rclone, of the default of S3; whoever asks for an object to be hidden is told."""
    said = {"x_amz_acl": "private"}
    assert await asked(room, "PUT", f"{URL}/noaa--globe-land-mask", **said) == ""
    assert (await room.put(room.people["ada"], f"{PLACE}/b", b"x", **said)).status == 200
    assert (await room.get(None, f"{PLACE}/b")).body == b"x"
    assert NOT_HELD in await asked(room, "PUT", f"{PLACE}/b?acl", **said)


@pytest.mark.parametrize(
    ("place", "acl"),
    [(HIDDEN, "public-read"), (HIDDEN, "authenticated-read"), (PLACE, "public-read-write")],
)
async def test_what_an_object_cannot_be(room: Room, place: str, acl: str) -> None:
    said, source = {"x_amz_acl": acl}, f"{place.removeprefix(URL)}/a"
    refused = await room.put(room.people["ada"], f"{place}/b", b"x", **said)
    assert refused.status == 400
    for answer in (
        refused.body.decode(),
        await asked(room, "PUT", f"{place}/b?x-amz-acl={acl}"),
        await asked(room, "PUT", f"{place}/a?acl", **said),
        await asked(room, "PUT", f"{place}/b", **said, x_amz_copy_source=source),
        await asked(room, "POST", f"{place}/b?uploads", **said),
    ):
        assert NOT_HELD in answer
    assert "<Code>NoSuchKey</Code>" in await asked(room, "GET", f"{place}/b")


async def test_nothing_that_is_asked_for(room: Room) -> None:
    assert "<Code>MissingSecurityHeader</Code>" in await asked(room, "PUT", f"{PLACE}/a?acl")
    assert "<Code>MalformedXML</Code>" in await asked(room, "PUT", f"{PLACE}/a?acl", b"<a/>")


async def test_an_account_is_shown_to_nobody(room: Room) -> None:
    assert await asked(room, "PUT", f"{URL}/noaa?acl", x_amz_acl="private") == ""
    assert NOT_HELD in await asked(room, "PUT", f"{URL}/noaa?acl", x_amz_acl="public-read")


async def test_a_write_without_a_key_names_the_bucket_first(room: Room) -> None:
    for path, code in (("No_One/a", "NoSuchBucket"), ("noaa/globe-land-mask", "InvalidRequest")):
        answer = await room.put(room.people["ada"], f"{URL}/{path}", b"x")
        assert f"<Code>{code}</Code>" in answer.body.decode()


async def test_in_the_oldest_region_what_one_has_is_made_again(room: Room) -> None:
    for bucket in (f"{URL}/noaa", f"{URL}/noaa--globe-land-mask", f"{PLACE}"):
        assert await asked(room, "PUT", bucket) == ""
    assert await asked(room, "PUT", f"{URL}/noaa--globe-land-mask", x_amz_acl="public-read") == ""
    hidden = await asked(room, "PUT", f"{URL}/noaa--embargoed", x_amz_acl="public-read")
    assert "<Code>BucketAlreadyOwnedByYou</Code>" in hidden
    room.door.held = replace(room.door.held, region="eu-west-1")
    for bucket in (f"{URL}/noaa", f"{URL}/noaa--globe-land-mask", f"{PLACE}"):
        assert "<Code>BucketAlreadyOwnedByYou</Code>" in await asked(room, "PUT", bucket)


async def test_what_others_have_is_not_made_again(room: Room) -> None:
    for bucket in (f"{URL}/noaa--globe-land-mask", PLACE):
        request = signed("PUT", bucket, room.people["ben"])
        answer = await room.send(request)
        assert "<Code>BucketAlreadyExists</Code>" in answer.body.decode()
