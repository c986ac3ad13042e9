"""One object to a file: ranges at once, those that are there not again, the whole compared."""

import os
from pathlib import Path
from typing import Any

from coop.errors import Conflict, Damaged
from coop.models import StoredObject, Transfer
from coop.places import Place
from coop.storage import told
from coop.transfers.doors import Door, all_of
from coop.transfers.journals import Draft
from coop.transfers.parts import PART_BYTES, Span, etag_of, spans


def download_object(door: Door, place: Place, one: StoredObject, target: Path) -> Transfer:
    """Fetch an object; the target changes only once all of it is there and is right.

    Raises NotFound, Conflict where the object changes meanwhile, Damaged.
    """
    draft = Draft(target, one.etag, one.size)
    there = draft.open(PART_BYTES)
    all_of(
        door.pieces.submit(_fetch, (door, place, one.etag), draft, span, span.number in there)
        for span in spans(one.size, PART_BYTES)
    )
    if not is_same(door, place, draft.bytes, one.etag):
        draft.discard()
        raise Damaged(f"{place} arrived with other bytes than are stored; download it again.")
    draft.keep()
    modified = one.modified.timestamp()
    os.utime(target, (modified, modified))
    return Transfer(str(place), str(target), one.size, one.etag)


def is_same(door: Door, place: Place, path: Path, etag: str) -> bool:
    """Whether a file of the object's size has the object's bytes, as far as its ETag tells."""
    count = int(etag.partition("-")[2] or 0)
    if not count:
        return etag_of(path) == etag
    size, first = path.stat().st_size, _part_size(door, place, 1, etag)
    # Nearly everybody cuts evenly, which is one question instead of one for each part.
    if -(-size // first) == count and etag_of(path, [first] * count) == etag:
        return True
    sizes = [_part_size(door, place, number, etag) for number in range(1, count + 1)]
    return etag_of(path, sizes) == etag


def _fetch(wanted: tuple[Door, Place, str], draft: Draft, span: Span, is_there: bool) -> None:
    door, place, etag = wanted
    if not is_there:
        draft.write(span.start, _ranged(door, place, etag, span))
        draft.note(PART_BYTES, span.number)
    door.progress.advance(span.size)


def _ranged(door: Door, place: Place, etag: str, span: Span) -> bytes:
    wanted = {"Range": f"bytes={span.start}-{span.end - 1}", "IfMatch": f'"{etag}"'}
    try:
        with told(place):
            answer = door.s3.get_object(Bucket=place.bucket, Key=place.key, **wanted)
            piece: bytes = answer["Body"].read()
    except Conflict:
        raise Conflict(f"{place} was changed while it was downloaded; download it again.") from None
    if len(piece) != span.size:
        raise Damaged(f"{place} broke off; download it again.")
    return piece


def _part_size(door: Door, place: Place, number: int, etag: str) -> int:
    with told(place):
        head: dict[str, Any] = door.s3.head_object(
            Bucket=place.bucket, Key=place.key, PartNumber=number, IfMatch=f'"{etag}"'
        )
    return int(head["ContentLength"])
