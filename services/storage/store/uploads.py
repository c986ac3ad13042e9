"""Records of multipart uploads and their parts."""

from dataclasses import asdict

from services.storage.models import ObjectRecord, Upload, UploadPart
from services.storage.store.layout import RECORD_VERSION, UPLOADS
from shared.outbox import Outbox
from shared.tables import Absent, Action, Check, Delete, Equals, Item, Put

PART = "PART#"
PAGE = 1000
DELETES_A_WRITE = 100
# A completed upload is remembered, so that a client that asks again gets the same answer.
REMEMBERED_SECONDS = 7 * 24 * 3600
IS_OPEN = Equals("state", "open")


def is_upload_id(text: str) -> bool:
    """Whether it can be one at all: one longer than ours would not even be a key of the table."""
    return len(text) <= 64 and text.isalnum()


def upload_key(upload_id: str) -> str:
    """The partition of an upload and its parts."""
    return f"UPLOAD#{upload_id}"


def upload_row(upload: Upload) -> Item:
    """An upload as it is kept; only open ones are in the index."""
    row = {
        "pk": upload_key(upload.upload_id),
        "sk": "UPLOAD",
        "schema": RECORD_VERSION,
        **asdict(upload),
    }
    if upload.state == "open":
        row |= {"uploads_of": upload.repository_uid, "uploads_key": upload.key}
    return row


def upload_of(row: Item) -> Upload:
    """The upload in a row; what it was begun without has its default."""
    return Upload(**{name: row[name] for name in Upload.__dataclass_fields__ if name in row})


def part_row(upload_id: str, part: UploadPart) -> Item:
    """A part as it is kept."""
    return {
        "pk": upload_key(upload_id),
        "sk": f"{PART}{part.number:05d}",
        "schema": RECORD_VERSION,
        **asdict(part),
    }


def part_of(row: Item) -> UploadPart:
    """The part in a row."""
    return UploadPart(**{name: row[name] for name in UploadPart.__dataclass_fields__})


async def add_upload(outbox: Outbox, upload: Upload) -> None:
    """A new upload."""
    await outbox.table.write(Put(upload_row(upload), when=Absent()))


async def find_upload(outbox: Outbox, upload_id: str) -> Upload | None:
    """An upload, open or done."""
    row = await outbox.table.get(upload_key(upload_id), "UPLOAD")
    return upload_of(row) if row is not None else None


async def find_part(outbox: Outbox, upload_id: str, number: int) -> UploadPart | None:
    """One part."""
    row = await outbox.table.get(upload_key(upload_id), f"{PART}{number:05d}")
    return part_of(row) if row is not None else None


async def put_part(outbox: Outbox, upload_id: str, part: UploadPart) -> None:
    """A part, new or in place of one; ConditionFailed once the upload is done or aborted."""
    await outbox.table.write(
        Check(upload_key(upload_id), "UPLOAD", IS_OPEN), Put(part_row(upload_id, part))
    )


async def parts_after(
    outbox: Outbox, upload_id: str, number: int, *, limit: int
) -> tuple[list[UploadPart], bool]:
    """The next parts in order, and whether there are more."""
    page = await outbox.table.query(
        upload_key(upload_id), start=f"{PART}{number + 1:05d}", prefix=PART, limit=limit
    )
    return [part_of(row) for row in page.items], page.cursor is not None


async def uploads_from(
    outbox: Outbox, repository_uid: str, *, prefix: str, start: str, limit: int
) -> tuple[list[Upload], bool]:
    """Open uploads by key, from a key on, and whether there are more."""
    page = await outbox.table.query(
        repository_uid,
        index=UPLOADS.name,
        prefix=prefix or None,
        start=start or None,
        limit=limit,
    )
    return [upload_of(row) for row in page.items], page.cursor is not None


def answer_of(record: ObjectRecord) -> dict[str, str]:
    """How an upload ended: the ETag, each checksum as `sum:<name>`, the version's id if any."""
    answer = {"etag": record.etag, **{f"sum:{k}": v for k, v in record.checksums.items()}}
    return answer | ({"version": record.version_id} if record.version_id else {})


def done(upload: Upload, record: ObjectRecord, *, now: float) -> Action:
    """The upload has become this object, if it is still open."""
    row = upload_row(upload) | {
        "state": "done",
        "answer": answer_of(record),
        "expires_at": int(now) + REMEMBERED_SECONDS,
    }
    for name in ("uploads_of", "uploads_key"):
        row.pop(name, None)
    return Put(row, when=IS_OPEN)


async def remove_upload(outbox: Outbox, upload_id: str) -> None:
    """Forget an open upload; ConditionFailed where there is none."""
    await outbox.table.write(Delete(upload_key(upload_id), "UPLOAD", when=IS_OPEN))


async def remove_parts(outbox: Outbox, upload_id: str) -> None:
    """Forget all parts of an upload."""
    partition = upload_key(upload_id)
    while True:
        page = await outbox.table.query(partition, prefix=PART, limit=DELETES_A_WRITE)
        if not page.items:
            return
        await outbox.table.write(*(Delete(partition, row["sk"]) for row in page.items))


async def drop_upload(outbox: Outbox, upload_id: str) -> None:
    """Forget an upload and its parts, whatever its state."""
    await remove_parts(outbox, upload_id)
    await outbox.table.write(Delete(upload_key(upload_id), "UPLOAD"))
