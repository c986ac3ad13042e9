"""The records of storage: objects, uploads and their parts, and what was under way at a crash.

OBJ#<repository_uid>     <key>          an object
UPLOADS#<repository_uid> <upload_id>    a multipart upload
PARTS#<upload_id>        <number>       one of its parts
DIRTY                    <repository_uid>#<holder>   changes may be half done
"""

from dataclasses import asdict

from services.storage.models import ObjectRecord, PartRecord, Place, Upload
from shared.contracts.storage import ObjectCreated, ObjectDeleted
from shared.identifiers import object_uid
from shared.outbox import OUTBOX_INDEX, Outbox, announce, next_version
from shared.tables import Absent, Condition, Delete, Equals, Item, Page, Put, Schema

SCHEMA = Schema(name="storage", indexes=(OUTBOX_INDEX,))
UPLOAD_KEPT_SECONDS = 24 * 3600


class ObjectStore:
    """Reads and writes the records; a change of an object and its event are one transaction."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.table = outbox.table

    async def get(self, repository_uid: str, key: str) -> ObjectRecord | None:
        """The record of one object."""
        item = await self.table.get(f"OBJ#{repository_uid}", key)
        return ObjectRecord.from_item(item) if item else None

    async def version_after(self, place: Place, current: ObjectRecord | None, key: str) -> int:
        """The version of the next change, above any that this key ever had."""
        if current is not None:
            return next_version(current.version)
        aggregate = object_uid(place.repository_uid, key)
        return next_version(await self.outbox.latest_version(aggregate))

    async def put(
        self, place: Place, record: ObjectRecord, *, current: ObjectRecord | None
    ) -> None:
        """Write a record in the place of `current` and announce it; else ConditionFailed."""
        event = ObjectCreated(
            account_id=place.account_id,
            repository_id=place.repository_id,
            object=record.announced(place),
        )
        row = announce(
            event,
            aggregate=object_uid(place.repository_uid, record.key),
            version=record.version,
            actor=record.created_by,
        )
        item = record.to_item(f"OBJ#{place.repository_uid}")
        await self.outbox.commit(Put(item, when=_unchanged(current)), row)

    async def delete(self, place: Place, record: ObjectRecord, *, actor: str) -> int:
        """Remove a record and announce it; the version of the deletion. Else ConditionFailed."""
        version = next_version(record.version)
        gone = record.announced(place).model_copy(update={"version": version})
        event = ObjectDeleted(
            account_id=place.account_id, repository_id=place.repository_id, object=gone
        )
        aggregate = object_uid(place.repository_uid, record.key)
        row = announce(event, aggregate=aggregate, version=version, actor=actor)
        pk = f"OBJ#{place.repository_uid}"
        await self.outbox.commit(Delete(pk, record.key, when=_unchanged(record)), row)
        return version

    async def page(
        self, repository_uid: str, *, start: str, prefix: str, limit: int, end: str | None = None
    ) -> Page:
        """Records from the key `start` on (inclusive) that begin with `prefix`, in byte order."""
        return await self.table.query(
            f"OBJ#{repository_uid}",
            start=max(start, prefix) or None,
            end=end or after_prefix(prefix),
            limit=limit,
        )

    async def open_upload(self, place: Place, upload: Upload) -> None:
        """A multipart upload begins."""
        await self.table.write(
            Put(upload.to_item(f"UPLOADS#{place.repository_uid}") | asdict(place))
        )

    async def upload(self, repository_uid: str, upload_id: str) -> Upload | None:
        """An upload that is under way or was completed not long ago."""
        item = await self.table.get(f"UPLOADS#{repository_uid}", upload_id)
        return Upload.from_item(item) if item else None

    async def uploads(self, repository_uid: str) -> list[Upload]:
        """The uploads under way in a repository, at most 1,000."""
        page = await self.table.query(f"UPLOADS#{repository_uid}", limit=1000)
        found = [Upload.from_item(item) for item in page.items]
        return [upload for upload in found if not upload.completed_etag]

    async def close_upload(self, place: Place, upload: Upload, *, now: float) -> None:
        """A completed upload is remembered for a day, so that completing again answers alike."""
        item = upload.to_item(f"UPLOADS#{place.repository_uid}")
        item["expires_at"] = int(now) + UPLOAD_KEPT_SECONDS
        await self.table.write(Put(item))

    async def drop_upload(self, place: Place, upload_id: str) -> None:
        """An upload is given up."""
        await self.table.write(Delete(f"UPLOADS#{place.repository_uid}", upload_id))

    async def put_part(self, upload_id: str, part: PartRecord) -> None:
        """A part is there, in the place of an earlier one of its number."""
        await self.table.write(Put(part.to_item(f"PARTS#{upload_id}")))

    async def parts(
        self, upload_id: str, *, after: int = 0, limit: int = 10_000
    ) -> list[PartRecord]:
        """The parts of an upload above a number, in order."""
        found: list[Item] = []
        cursor = None
        while len(found) < limit:
            page = await self.table.query(
                f"PARTS#{upload_id}",
                start=f"{after + 1:05d}",
                limit=min(1000, limit - len(found)),
                cursor=cursor,
            )
            found += page.items
            cursor = page.cursor
            if cursor is None:
                break
        return [PartRecord.from_item(item) for item in found]

    async def drop_parts(self, upload_id: str) -> None:
        """The records of an upload's parts go."""
        for part in await self.parts(upload_id):
            await self.table.write(Delete(f"PARTS#{upload_id}", f"{part.number:05d}"))

    async def mark_dirty(self, place: Place, holder: str) -> None:
        """From here on a crash may leave a file without its record in this repository."""
        row = {"pk": "DIRTY", "sk": f"{place.repository_uid}#{holder}", **asdict(place)}
        await self.table.write(Put(row | {"holder": holder}))

    async def mark_clean(self, repository_uid: str, holder: str) -> None:
        """What that process had under way there is done."""
        await self.table.write(Delete("DIRTY", f"{repository_uid}#{holder}"))

    async def dirty(self) -> list[tuple[Place, str]]:
        """Repositories in which a process may have left something half done, and which."""
        page = await self.table.query("DIRTY", limit=1000)
        return [(place_of(item), item["holder"]) for item in page.items]


def place_of(item: Item) -> Place:
    """The place that a row tells of."""
    return Place(**{name: item[name] for name in Place.__slots__})


def after_prefix(prefix: str) -> str | None:
    """The first string after all that begin with `prefix`, None where there is no such end."""
    if not prefix:
        return None
    for length in range(len(prefix), 0, -1):
        last = ord(prefix[length - 1])
        if last < 0x10FFFF:
            following = 0xE000 if last == 0xD7FF else last + 1
            return prefix[: length - 1] + chr(following)
    return None


def _unchanged(current: ObjectRecord | None) -> Condition:
    return Absent() if current is None else Equals("version", current.version)
