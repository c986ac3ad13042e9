"""Earlier versions of objects: whether they are kept, listed, brought back, removed for good."""

from typing import Annotated, Literal

from fastapi import Query, Request
from pydantic import Field, StrictInt

from services.web.api.editions import Edition
from services.web.api.models import Body
from services.web.api.queries import Key, Paging, RepositoryPath, ask
from services.web.api.routing import routing
from services.web.api.visitors import SignedIn
from shared.contracts.accounts import Reason
from shared.contracts.repositories import (
    Repository,
    Retention,
    SetRetention,
    SetVersioning,
    Versioning,
)
from shared.contracts.storage import (
    DeleteVersion,
    ListVersions,
    RestoreVersion,
    StoredObject,
    VersionPage,
)

router = routing("objects", prefix="/repositories/{account_id}/{repository_id}")
VersionId = Annotated[str, Field(max_length=64, description="Of a version; `null` is one too")]


class VersioningWanted(Body):
    """What is kept already stays, whatever is wanted."""

    versioning: Literal[Versioning.ENABLED, Versioning.SUSPENDED]
    reason: Reason = ""


class RetentionWanted(Body):
    """Days after something took their place, or null for ever; the newest of each stay anyway."""

    days: Annotated[StrictInt, Field(ge=1, le=36_500)] | None = None
    newest: Annotated[StrictInt, Field(ge=0, le=1000)] = 0
    reason: Reason = ""

    @property
    def retention(self) -> Retention:
        """As the bus has it."""
        return Retention(days=self.days, newest=self.newest)


class VersionWanted(Body):
    """Which version."""

    version_id: VersionId


@router.put("/versioning", summary="Keep versions of objects, or no more")
async def set_versioning(
    request: Request,
    visitor: SignedIn,
    name: RepositoryPath,
    wanted: VersioningWanted,
    edition: Edition,
) -> Repository:
    """While it is enabled, what is overwritten or deleted is kept and can be had back."""
    asked = {**name.model_dump(), **wanted.model_dump(), "version": edition.version}
    return await edition.done(ask(request, SetVersioning(actor=visitor.actor, **asked)))


@router.put("/retention", summary="How long earlier versions stay")
async def set_retention(
    request: Request,
    visitor: SignedIn,
    name: RepositoryPath,
    wanted: RetentionWanted,
    edition: Edition,
) -> Repository:
    """Those that are over it are removed within hours, for good."""
    changes = {"retention": wanted.retention, "reason": wanted.reason, "version": edition.version}
    asked = SetRetention(actor=visitor.actor, **name.model_dump(), **changes)
    return await edition.done(ask(request, asked))


@router.get("/object/versions", summary="What a key has and had")
async def list_versions(
    request: Request, visitor: SignedIn, name: RepositoryPath, key: Key, paging: Paging
) -> VersionPage:
    """Newest first, deletions too; for those who may write to it."""
    asked = {**name.model_dump(), "key": key, **paging.asked}
    return paging.told(await ask(request, ListVersions(actor=visitor.actor, **asked)))


@router.post("/object/restore", summary="Restore a version")
async def restore_version(
    request: Request, visitor: SignedIn, name: RepositoryPath, key: Key, wanted: VersionWanted
) -> StoredObject:
    """A copy of it is the object from now on; all versions stay."""
    asked = {**name.model_dump(), "key": key, "version_id": wanted.version_id}
    return await ask(request, RestoreVersion(actor=visitor.actor, **asked))


@router.delete("/object/version", status_code=204, summary="Delete a version for good")
async def delete_version(
    request: Request,
    visitor: SignedIn,
    name: RepositoryPath,
    key: Key,
    version_id: Annotated[VersionId, Query()],
) -> None:
    """Where it was the newest, the one before is the object again."""
    asked = {**name.model_dump(), "key": key, "version_id": version_id}
    await ask(request, DeleteVersion(actor=visitor.actor, **asked))
