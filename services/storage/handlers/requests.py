"""Answers to what other services ask of objects, each to those alone who may know."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from services.storage.handlers.answering import Answering, account_for, repository_for
from services.storage.handlers.connected import get_relisting, relist_repository
from services.storage.operations.objects import delete_unchanged as delete
from services.storage.operations.presigning import (
    LINK_MARK,
    presign_archive,
    presign_avatar,
    presign_get,
    presign_post,
    presign_put,
    signed_for,
)
from services.storage.operations.reading import get_record, get_version
from services.storage.operations.removing import delete_version as remove_version
from services.storage.operations.restoring import restore_version as restore
from services.storage.operations.restoring import versions_page
from services.storage.store.downloads import downloads_since
from services.storage.store.figures import find_figures, fold
from services.storage.store.objects import object_version, objects_page, stored_object
from shared.contracts.base import Actor, Done, Request
from shared.contracts.repositories import Repository
from shared.contracts.storage import (
    DeleteObject,
    DeleteVersion,
    GetAccountFigures,
    GetObject,
    GetRelisting,
    GetRepositoryFigures,
    ListObjects,
    ListVersions,
    ObjectPage,
    PostForm,
    PresignedUrl,
    PresignGetArchive,
    PresignGetObject,
    PresignPostObject,
    PresignPutAvatar,
    PresignPutObject,
    RelistRepository,
    RestoreVersion,
    StoredFigures,
    StoredObject,
    VersionPage,
)
from shared.errors import Forbidden, NotFound
from shared.policy import Action, may, repository_resource

DOWNLOAD_DAYS = 30


async def get_object(answering: Answering, wanted: GetObject) -> StoredObject:
    """The record of an object one may read."""
    names = (wanted.account_id, wanted.repository_id)
    repository = await repository_for(answering, wanted.actor, Action.DATA_READ, names, wanted.key)
    record = await get_record(answering.resources, repository, wanted.key)
    return stored_object(repository, record)


async def list_objects(answering: Answering, wanted: ListObjects) -> ObjectPage:
    """All objects of a repository, for services that build on them."""
    if wanted.actor.kind != "service":
        raise Forbidden
    repository = await answering.projection.repository_of(wanted.repository_uid)
    if repository is None:
        raise NotFound
    records, cursor = await objects_page(
        answering.resources.outbox,
        wanted.repository_uid,
        limit=wanted.limit,
        cursor=wanted.cursor,
    )
    objects = [stored_object(repository, record) for record in records]
    return ObjectPage(objects=objects, cursor=cursor)


async def get_repository_figures(
    answering: Answering, wanted: GetRepositoryFigures
) -> StoredFigures:
    """What is kept of a repository, to this moment."""
    names = (wanted.account_id, wanted.repository_id)
    repository = await repository_for(answering, wanted.actor, Action.DATA_LIST, names, "")
    figures = await fold(answering.resources.outbox, repository.repository_uid)
    quota = answering.quotas.for_repository(repository)
    downloads = await downloads_since(
        answering.resources.outbox, repository.repository_uid, DOWNLOAD_DAYS
    )
    return StoredFigures(
        objects=figures.objects, size=figures.size, quota=quota, downloads=downloads
    )


async def get_account_figures(answering: Answering, wanted: GetAccountFigures) -> StoredFigures:
    """What is kept for an account; it tells of what is hidden too, so not everyone is told."""
    named = await answering.projection.account_named(wanted.account_id)
    account = await account_for(answering, wanted.actor, Action.ACCOUNT_AUDIT, named)
    figures = await find_figures(answering.resources.outbox, account.account_uid)
    quota = answering.quotas.for_account(account)
    return StoredFigures(objects=figures.objects, size=figures.size, quota=quota)


async def presign_get_object(answering: Answering, wanted: PresignGetObject) -> PresignedUrl:
    """An address for one object one may read."""
    names = (wanted.account_id, wanted.repository_id)
    repository = await repository_for(answering, wanted.actor, Action.DATA_READ, names, wanted.key)
    key, version_id = wanted.key, wanted.version_id
    if version_id:
        # What was is for those who may write; the door asks again.
        await repository_for(answering, wanted.actor, Action.DATA_WRITE, names, key)
    await get_version(answering.resources, repository, key, version_id)
    reader = await _reader(answering, wanted.actor, repository, key)
    return presign_get(answering.door, names, key, actor=reader, version_id=version_id)


async def presign_get_archive(answering: Answering, wanted: PresignGetArchive) -> PresignedUrl:
    """An address for all that is under a prefix, which one may list and read."""
    names, actor, prefix = (wanted.account_id, wanted.repository_id), wanted.actor, wanted.prefix
    await repository_for(answering, actor, Action.DATA_LIST, names, prefix)
    repository = await repository_for(answering, actor, Action.DATA_READ, names, prefix)
    reader = await _reader(answering, actor, repository, prefix)
    query = {"archive": wanted.format, "prefix": prefix}
    return presign_archive(answering.door, *names, query, actor=reader)


async def _reader(answering: Answering, actor: Actor, repository: Repository, key: str) -> str:
    """In whose name it is read: the share link's where who asks may not read it themselves."""
    share = actor.share
    if share is not None:
        principal = replace(await answering.projection.principal(actor), share=None)
        resource = repository_resource(repository)
        if not may(principal, Action.DATA_READ, resource, key):
            return f"{LINK_MARK}{share.link_id}"
    return signed_for(actor)


async def presign_put_object(answering: Answering, wanted: PresignPutObject) -> PresignedUrl:
    """An address for one object one may write, whether or not there is one."""
    names = (wanted.account_id, wanted.repository_id)
    await repository_for(answering, wanted.actor, Action.DATA_WRITE, names, wanted.key)
    return presign_put(answering.door, *names, wanted.key, actor=signed_for(wanted.actor))


async def presign_put_avatar(answering: Answering, wanted: PresignPutAvatar) -> PresignedUrl:
    """An address for the picture of an account that one may change."""
    named = await answering.projection.account(wanted.account_uid)
    account = await account_for(answering, wanted.actor, Action.ACCOUNT_EDIT, named)
    return presign_avatar(answering.door, account.account_uid, actor=signed_for(wanted.actor))


async def presign_post_object(answering: Answering, wanted: PresignPostObject) -> PostForm:
    """A form for a repository one may write to."""
    names = (wanted.account_id, wanted.repository_id)
    await repository_for(answering, wanted.actor, Action.DATA_WRITE, names, wanted.prefix)
    prefix = f"{wanted.repository_id}/{wanted.prefix}"
    return presign_post(
        answering.door,
        wanted.account_id,
        prefix,
        redirect=wanted.redirect,
        actor=signed_for(wanted.actor),
    )


async def delete_object(answering: Answering, wanted: DeleteObject) -> StoredObject:
    """Remove one object; NotFound where there is none."""
    names = (wanted.account_id, wanted.repository_id)
    repository = await repository_for(
        answering, wanted.actor, Action.DATA_DELETE, names, wanted.key
    )
    # Of what is not there no marker is left.
    await get_record(answering.resources, repository, wanted.key)
    gone = await delete(
        answering.resources, repository, wanted.key, wanted.etag, actor=wanted.actor.uid
    )
    if gone.record is None:
        raise NotFound("There is no such object.")
    return stored_object(repository, gone.record)


async def list_versions(answering: Answering, wanted: ListVersions) -> VersionPage:
    """What a key has and had."""
    names = (wanted.account_id, wanted.repository_id)
    repository = await repository_for(answering, wanted.actor, Action.DATA_WRITE, names, wanted.key)
    records, cursor = await versions_page(
        answering.resources.outbox,
        repository.repository_uid,
        wanted.key,
        limit=wanted.limit,
        cursor=wanted.cursor,
    )
    is_first = wanted.cursor is None
    versions = [
        object_version(one, is_latest=is_first and not place) for place, one in enumerate(records)
    ]
    return VersionPage(versions=versions, cursor=cursor)


async def restore_version(answering: Answering, wanted: RestoreVersion) -> StoredObject:
    """An old version is what the key has again."""
    names = (wanted.account_id, wanted.repository_id)
    repository = await repository_for(answering, wanted.actor, Action.DATA_WRITE, names, wanted.key)
    what, actor = (wanted.key, wanted.version_id), wanted.actor.uid
    record = await restore(answering.resources, repository, what, answering.quotas, actor=actor)
    return stored_object(repository, record)


async def delete_version(answering: Answering, wanted: DeleteVersion) -> Done:
    """One version goes for good."""
    names, what = (wanted.account_id, wanted.repository_id), (wanted.key, wanted.version_id)
    repository = await repository_for(
        answering, wanted.actor, Action.DATA_DELETE, names, wanted.key
    )
    await get_version(answering.resources, repository, *what)
    await remove_version(answering.resources, repository, *what, actor=wanted.actor.uid)
    return Done()


Handler = Callable[[Answering, Any], Awaitable[BaseModel]]
REQUESTS: Mapping[type[Request[Any]], Handler] = {
    GetObject: get_object,
    GetRepositoryFigures: get_repository_figures,
    GetAccountFigures: get_account_figures,
    ListObjects: list_objects,
    PresignGetObject: presign_get_object,
    PresignGetArchive: presign_get_archive,
    PresignPutObject: presign_put_object,
    PresignPostObject: presign_post_object,
    PresignPutAvatar: presign_put_avatar,
    DeleteObject: delete_object,
    ListVersions: list_versions,
    RestoreVersion: restore_version,
    DeleteVersion: delete_version,
    RelistRepository: relist_repository,
    GetRelisting: get_relisting,
}
