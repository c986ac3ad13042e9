"""A repository that nobody gets back: its bytes, its records and their history go."""

from services.storage.operations.resources import Resources, folder_of
from services.storage.store.copies import ask_to_copy
from services.storage.store.cors import drop_rules
from services.storage.store.downloads import drop_downloads
from services.storage.store.figures import drop_figures
from services.storage.store.mirrors import mirrors_begun
from services.storage.store.objects import drop_object, objects_page
from services.storage.store.relistings import drop_relisting
from services.storage.store.uploads import drop_upload, uploads_from
from services.storage.store.versions import (
    drop_kept,
    trails_from,
    trails_of,
    versions_of_key,
)
from shared.contracts.repositories import Repository
from shared.errors import Unavailable
from shared.identifiers import object_uid
from shared.tables import Delete

PAGE = 100
WAITING = "Events of it wait to be published."


async def purge_repository(resources: Resources, repository: Repository) -> None:
    """All of it, in steps that can be cut short anywhere. Nobody can reach it any more.

    Records go first: bytes without one are no object, and the folder holds nothing else.
    Unavailable while events of it wait to be published; then it is to be done again.
    """
    uid = repository.repository_uid
    # Who lists its bucket ends; what it would write yet is refused (shared.purged).
    await drop_relisting(resources.outbox, uid)
    while True:
        records, _ = await objects_page(resources.outbox, uid, limit=PAGE, cursor=None)
        if not records:
            break
        dropped = [await drop_object(resources.outbox, repository, record) for record in records]
        if not any(dropped):
            raise Unavailable(WAITING)
    await _drop_versions(resources, repository)
    await drop_uploads(resources, uid)
    if not await drop_downloads(resources.outbox, uid):
        raise Unavailable(WAITING)
    await drop_figures(resources.outbox, uid)
    await drop_rules(resources.outbox, uid)
    await resources.blobs.clear(folder_of(repository))
    await _tell_mirrors(resources, repository)


async def _tell_mirrors(resources: Resources, repository: Repository) -> None:
    """Those too that are not in the settings just now: no comparison tells them of it later."""
    if repository.connection_uid:
        return
    names = await mirrors_begun(resources.outbox) | {one.name for one in resources.mirrors}
    folder = folder_of(repository)
    to_clear = [ask_to_copy(name, folder, "") for name in sorted(names)]
    if to_clear:
        await resources.outbox.table.write(*to_clear)


async def drop_uploads(resources: Resources, repository_uid: str) -> None:
    """All that are under way."""
    while True:
        uploads, _ = await uploads_from(
            resources.outbox, repository_uid, prefix="", start="", limit=PAGE
        )
        if not uploads:
            return
        for upload in uploads:
            await drop_upload(resources.outbox, upload.upload_id)


async def _drop_versions(resources: Resources, repository: Repository) -> None:
    """All that is kept of what was overwritten or deleted. Unavailable as above."""
    uid, outbox = repository.repository_uid, resources.outbox
    while True:
        keys, _ = await trails_from(outbox, uid, "", prefix="", limit=PAGE)
        for key in keys:
            if not await outbox.forget(object_uid(uid, key)):
                raise Unavailable(WAITING)
            async for version in versions_of_key(outbox, uid, key):
                await drop_kept(outbox, repository, version)
            await outbox.table.write(Delete(trails_of(uid), key))
        if not keys:
            return
