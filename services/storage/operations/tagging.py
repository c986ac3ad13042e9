"""Other tags on an object whose bytes stay as they are."""

from collections.abc import Mapping
from dataclasses import replace

from services.storage.models import ObjectRecord
from services.storage.operations.committing import ATTEMPTS
from services.storage.operations.reading import get_record
from services.storage.operations.resources import Resources, folder_of
from services.storage.s3.errors import S3Error
from services.storage.store.objects import find_object, tagged
from services.storage.store.versions import set_tags
from shared.contracts.repositories import Repository
from shared.errors import NotFound
from shared.outbox import next_version
from shared.tables import ConditionFailed


async def tag_version(
    resources: Resources,
    repository: Repository,
    record: ObjectRecord,
    tags: Mapping[str, str],
    *,
    actor: str,
) -> None:
    """These tags on a version, in place of all others. Raises NotFound.

    What is not what the key has now is nobody's news.
    """
    now = await find_object(resources.outbox, repository.repository_uid, record.key)
    if now is not None and now.shown_version == record.shown_version:
        await tag_object(resources, repository, record.key, tags, actor=actor)
        return
    try:
        await resources.outbox.table.write(set_tags(record, dict(tags)))
    except ConditionFailed:
        raise NotFound from None


async def tag_object(
    resources: Resources, repository: Repository, key: str, tags: Mapping[str, str], *, actor: str
) -> None:
    """These tags in place of all others. Raises NotFound."""
    async with resources.blobs.locked(folder_of(repository), key):
        for _ in range(ATTEMPTS):
            before = await get_record(resources, repository, key)
            if before.tags == tags:
                return
            version = next_version(before.version)
            record = replace(before, version=version, tags=dict(tags))
            try:
                await resources.outbox.commit(*tagged(repository, record, before, actor=actor))
            except ConditionFailed:
                continue
            resources.recent.keep(record)
            return
    raise S3Error("OperationAborted")
