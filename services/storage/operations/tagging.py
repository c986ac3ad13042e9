"""Other tags on an object whose bytes stay as they are."""

from collections.abc import Mapping
from dataclasses import replace

from services.storage.operations.committing import ATTEMPTS
from services.storage.operations.reading import get_record
from services.storage.operations.resources import Resources, folder_of
from services.storage.s3.errors import S3Error
from services.storage.store.objects import tagged
from shared.contracts.repositories import Repository
from shared.outbox import next_version
from shared.tables import ConditionFailed


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
