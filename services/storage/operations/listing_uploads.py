"""Lists of uploads under way, by key and then by id, rolled up at a delimiter as keys are."""

from dataclasses import dataclass, field

from services.storage.models import Upload
from services.storage.operations.listing import Wanted, behind, common_prefix, first_key
from services.storage.store.uploads import uploads_from
from shared.outbox import Outbox

PAGE = 1000


@dataclass(slots=True)
class FoundUploads:
    """A page. `last` are the key (or prefix) and the id after which the next page begins."""

    uploads: list[Upload] = field(default_factory=list)
    common_prefixes: list[str] = field(default_factory=list)
    last: tuple[str, str] = ("", "")
    is_truncated: bool = False
    skip: str = ""

    @property
    def count(self) -> int:
        """Both together, as S3 counts."""
        return len(self.uploads) + len(self.common_prefixes)


async def list_uploads(
    outbox: Outbox, repository_uid: str, wanted: Wanted, *, after_id: str = ""
) -> FoundUploads:
    """One page; with `after_id`, of the key `wanted.after` those with later ids too."""
    found = FoundUploads()
    start = wanted.after if after_id else first_key(wanted)
    more = wanted.limit > 0
    while more and not found.is_truncated:
        uploads, more = await uploads_from(
            outbox, repository_uid, prefix=wanted.prefix, start=start, limit=PAGE
        )
        if after_id:
            marker = (wanted.after, after_id)
            uploads = [one for one in uploads if (one.key, one.upload_id) > marker]
        for upload in sorted(uploads, key=lambda one: (one.key, one.upload_id)):
            _take(found, upload, wanted)
        if uploads:
            start = max(uploads[-1].key + "\x00", found.skip)
    return found


def _take(found: FoundUploads, upload: Upload, wanted: Wanted) -> None:
    """Add to the page, where it is not below a prefix that is on it already."""
    if upload.key < found.skip:
        return
    if found.count == wanted.limit:
        found.is_truncated = True
        return
    prefix = common_prefix(upload.key, wanted)
    if prefix:
        found.common_prefixes.append(prefix)
        found.skip, found.last = behind(prefix), (prefix, "")
    else:
        found.uploads.append(upload)
        found.last = (upload.key, upload.upload_id)
