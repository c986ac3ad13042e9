"""Rounds through all stored bytes, and what they find."""

from services.storage.models import ChecksumType, ObjectRecord, Scrub
from services.storage.operations.committing import NewObject
from services.storage.operations.completing import Completion, complete_upload
from services.storage.operations.multipart import PartAddress, create_upload, upload_part
from services.storage.operations.quotas import Quotas
from services.storage.operations.reading import get_record
from services.storage.operations.resources import Resources
from services.storage.operations.scrubbing import scrub_all
from services.storage.s3.bodies import CompletedPart
from services.storage.store.faults import all_faults
from shared.contracts.base import Quota
from tests.storage_room import ADA, REPOSITORY, Bytes

PART = b"part " * 1024 * 1024


async def nothing(_: int) -> None:
    """Who hears of bytes that were read, and does not mind how fast."""


async def whole_round(resources: Resources) -> Scrub:
    """A round from its beginning to its end, as fast as it goes."""
    done = await scrub_all(resources, 0)
    assert done is not None
    return done


async def faults_in(resources: Resources) -> dict[str, str]:
    """What is known not to be right: its kind by its key, with the version where it has an id."""
    return {
        fault.key + (f"@{fault.version_id}" if fault.version_id != "null" else ""): fault.kind
        async for fault in all_faults(resources.outbox)
    }


async def found(resources: Resources) -> dict[str, str]:
    """What is known not to be right after a round."""
    await whole_round(resources)
    return await faults_in(resources)


async def put_parts(
    resources: Resources, key: str, algorithm: str, kind: ChecksumType
) -> ObjectRecord:
    """An object of two parts."""
    new = NewObject(key, "text/csv", ADA)
    upload = await create_upload(resources, REPOSITORY, new, algorithm, kind)
    listed = []
    for number, body in enumerate((PART, b"the end"), 1):
        address = PartAddress(upload.upload_id, key, number)
        part = await upload_part(resources, REPOSITORY, address, Bytes(body))
        listed.append(CompletedPart(number, part.etag, {}))
    wanted = Completion(PartAddress(upload.upload_id, key), listed, ADA)
    await complete_upload(resources, REPOSITORY, wanted, unlimited(resources))
    return await get_record(resources, REPOSITORY, key)


def unlimited(resources: Resources) -> Quotas:
    """Nobody has a quota."""

    async def nobody(_: str) -> None:
        return None

    return Quotas(resources.outbox, nobody, Quota(), Quota())
