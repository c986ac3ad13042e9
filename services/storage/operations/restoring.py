"""What a key has and had, a page at a time, and an old version made what it has again."""

from services.storage.models import ObjectRecord
from services.storage.operations.committing import NewObject
from services.storage.operations.copying import copy_object
from services.storage.operations.quotas import Quotas
from services.storage.operations.reading import open_version
from services.storage.operations.resources import Resources
from services.storage.operations.succession import name_of
from services.storage.s3.errors import S3Error
from services.storage.store.objects import find_object
from services.storage.store.versions import VERSION_ID, versions_before
from shared.contracts.repositories import Repository
from shared.errors import Invalid, TooLarge
from shared.outbox import Outbox


async def versions_page(
    outbox: Outbox, repository_uid: str, key: str, *, limit: int, cursor: str | None
) -> tuple[list[ObjectRecord], str | None]:
    """What a key has and had, newest first, and where to go on. Raises Invalid (the cursor)."""
    if cursor is not None and not VERSION_ID(cursor):
        raise Invalid("The cursor is not one of ours.")
    stamp = int(cursor, 16) if cursor is not None else 0
    older = await versions_before(outbox, repository_uid, key, stamp=stamp, limit=limit)
    now = await find_object(outbox, repository_uid, key) if cursor is None else None
    found = [now, *older] if now is not None else older
    page, more = found[:limit], len(found) > limit or len(older) == limit
    return page, name_of(page[-1].stamp) if more else None


async def restore_version(
    resources: Resources,
    repository: Repository,
    what: tuple[str, str],
    quotas: Quotas,
    *,
    actor: str,
) -> ObjectRecord:
    """A copy of a version (key, id) as what the key has now. NotFound, TooLarge without room."""
    key, version_id = what
    source = await open_version(resources, repository, key, version_id)
    try:
        record = source.record
        names = [name.upper() for name in record.checksums if name != "crc64nvme"]
        new = NewObject(key, record.content_type, actor, record.metadata, record.headers)
        new.kept, new.tags = tuple(names), record.tags
        async with quotas.room(repository, key, record.size):
            return await copy_object(resources, source, repository, new)
    except S3Error as error:
        raise TooLarge(error.message) from error
    finally:
        source.close()
