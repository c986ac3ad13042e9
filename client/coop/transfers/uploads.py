"""One file to the server: at once, or in parts of which those that are there are not sent again."""

import mimetypes
import os
from pathlib import Path
from typing import Any

from coop.errors import Conflict, Damaged, NotFound
from coop.models import Transfer
from coop.places import Place
from coop.storage import told
from coop.transfers.doors import Door, all_of
from coop.transfers.journals import UploadNote, note_path, read_note, write_note
from coop.transfers.parts import (
    PART_BYTES,
    Span,
    etag_of_parts,
    md5,
    part_bytes,
    read_span,
    spans,
)


def upload_file(door: Door, source: Path, place: Place) -> Transfer:
    """Send a file. Every part goes with a checksum that the server compares before it keeps it.

    Raises Conflict where the file changes meanwhile, Damaged where the whole is another.
    """
    before = source.stat()
    send = _send_at_once if before.st_size <= PART_BYTES else _send_in_parts
    etag = send(door, source, place, before)
    return Transfer(str(source), str(place), before.st_size, etag)


def media_type(name: str) -> dict[str, str]:
    """ContentType by the name's ending, where it has a known one."""
    kind, coding = mimetypes.guess_type(name, strict=False)
    if coding:
        kind = "application/gzip" if coding == "gzip" else None
    return {"ContentType": kind} if kind else {}


def _send_at_once(door: Door, source: Path, place: Place, before: os.stat_result) -> str:
    piece = read_span(source, Span(1, 0, before.st_size))
    _demand_unchanged(source, before)
    with told(place):
        answer = door.s3.put_object(
            Bucket=place.bucket, Key=place.key, Body=piece, **media_type(place.key)
        )
    door.progress.advance(len(piece))
    return _compared(place, answer["ETag"], md5(piece))


def _send_in_parts(door: Door, source: Path, place: Place, before: os.stat_result) -> str:
    path = note_path(door.journals, door.s3.meta.endpoint_url, source, str(place))
    note, there = _resumed(door, place, read_note(path), before) or _begun(door, place, before)
    write_note(path, note)
    digests = all_of(
        door.pieces.submit(_send_part, (door, place, note), source, span, there.get(span.number))
        for span in spans(note.size, note.part_bytes)
    )
    _demand_unchanged(source, before)
    etag = _completed(door, place, note, digests)
    path.unlink(missing_ok=True)
    return etag


def _begun(door: Door, place: Place, before: os.stat_result) -> tuple[UploadNote, dict[int, str]]:
    with told(place):
        answer = door.s3.create_multipart_upload(
            Bucket=place.bucket,
            Key=place.key,
            ChecksumAlgorithm="CRC32",
            ChecksumType="FULL_OBJECT",
            **media_type(place.key),
        )
    cut = part_bytes(before.st_size)
    return UploadNote(answer["UploadId"], before.st_size, before.st_mtime_ns, cut), {}


def _resumed(
    door: Door, place: Place, note: UploadNote | None, before: os.stat_result
) -> tuple[UploadNote, dict[int, str]] | None:
    """The upload that was begun of this same file, and the MD5s of its parts that are there."""
    if note is None:
        return None
    if (note.size, note.modified_ns) != (before.st_size, before.st_mtime_ns):
        _abort(door, place, note.upload_id)
        return None
    try:
        with told(place):
            pages = door.s3.get_paginator("list_parts").paginate(**_upload(place, note.upload_id))
            parts = [part for page in pages for part in page.get("Parts", ())]
    except NotFound:
        return None
    return note, {part["PartNumber"]: part["ETag"].strip('"') for part in parts}


def _send_part(
    upload: tuple[Door, Place, UploadNote], source: Path, span: Span, there: str | None
) -> str:
    door, place, note = upload
    piece = read_span(source, span)
    digest = md5(piece)
    if digest != there:
        with told(place):
            answer = door.s3.upload_part(
                **_upload(place, note.upload_id), PartNumber=span.number, Body=piece
            )
        _compared(place, answer["ETag"], digest)
    door.progress.advance(len(piece))
    return digest


def _completed(door: Door, place: Place, note: UploadNote, digests: list[str]) -> str:
    etag = etag_of_parts(digests)
    parts = [{"PartNumber": at, "ETag": f'"{one}"'} for at, one in enumerate(digests, start=1)]
    try:
        with told(place):
            answer = door.s3.complete_multipart_upload(
                **_upload(place, note.upload_id), MultipartUpload={"Parts": parts}
            )
    except NotFound:
        # Another run of the same upload was quicker: then its object is there, and is this one.
        with told(place):
            answer = door.s3.head_object(Bucket=place.bucket, Key=place.key)
    return _compared(place, answer["ETag"], etag)


def _upload(place: Place, upload_id: str) -> dict[str, Any]:
    return {"Bucket": place.bucket, "Key": place.key, "UploadId": upload_id}


def _abort(door: Door, place: Place, upload_id: str) -> None:
    """Its parts would only lie there."""
    try:
        with told(place):
            door.s3.abort_multipart_upload(**_upload(place, upload_id))
    except NotFound:
        pass


def _demand_unchanged(source: Path, before: os.stat_result) -> None:
    now = source.stat()
    if (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise Conflict(f"{source} changed while it was read; upload it again.")


def _compared(place: Place, told_etag: str, etag: str) -> str:
    if told_etag.strip('"') != etag:
        raise Damaged(f"{place} arrived with other bytes than were sent; upload it again.")
    return etag
