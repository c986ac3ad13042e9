"""Bytes brought to another back end, which keeps nothing that is not what its record says."""

from collections.abc import AsyncIterator
from dataclasses import replace

from services.storage.blobs.port import Bytes, Draft, Imprint
from services.storage.models import ObjectRecord
from services.storage.operations.backed_up import check
from services.storage.operations.receiving import BATCH_BYTES, KEPT, imprint_of
from services.storage.s3.checksums import Checksums


async def fill(draft: Draft, record: ObjectRecord, pieces: AsyncIterator[Bytes]) -> Checksums:
    """Write all of them and finish the draft. Raises ChangedError, and what `pieces` raises."""
    computed, size = Checksums(KEPT), 0
    batch: list[Bytes] = []

    def imprint() -> Imprint:
        check(record, computed, size)
        return _imprint(record, computed)

    async for piece in pieces:
        batch.append(piece)
        size += len(piece)
        if sum(map(len, batch)) >= BATCH_BYTES:
            await draft.write(batch, computed.update)
            batch = []
    await draft.finish(batch, computed.update, imprint)
    return computed


def _imprint(record: ObjectRecord, computed: Checksums) -> Imprint:
    """As it was written when they came; of parts the record alone tells."""
    whole = imprint_of(computed)
    md5, _, parts = record.etag.partition("-")
    return replace(whole, md5=bytes.fromhex(md5), parts=int(parts)) if record.parts else whole
