"""Objects: listed by directory, described, permitted to be fetched and uploaded, deleted."""

from typing import Annotated

from fastapi import Query, Request

from services.web.api.models import UploadWanted
from services.web.api.queries import (
    Key,
    Paging,
    RepositoryPath,
    ask,
)
from services.web.api.routing import routing
from services.web.api.visitors import Calling, SignedIn
from shared.contracts.indexer import Directory, FileMetadata, GetFile, ListDirectory
from shared.contracts.storage import (
    DeleteObject,
    PostForm,
    PresignedUrl,
    PresignGetObject,
    PresignPostObject,
)

router = routing("objects", prefix="/repositories/{account_id}/{repository_id}")
Prefix = Annotated[str, Query(max_length=4096, description="A directory, ending in `/`")]


@router.get("/directory", summary="One directory")
async def list_directory(
    request: Request,
    visitor: Calling,
    name: RepositoryPath,
    paging: Paging,
    prefix: Prefix = "",
) -> Directory:
    """Its files and directories with what they are, and the sums of all below."""
    names = name.model_dump()
    wanted = ListDirectory(actor=visitor.actor, **names, prefix=prefix, **paging.asked)
    return paging.told(await ask(request, wanted))


@router.get("/object", summary="What is known of one object")
async def get_object(
    request: Request,
    visitor: Calling,
    name: RepositoryPath,
    key: Key,
) -> FileMetadata:
    """Size, checksums, format, header facts, bounding box, STAC item."""
    return await ask(
        request,
        GetFile(actor=visitor.actor, **name.model_dump(), key=key),
    )


@router.delete("/object", status_code=204, summary="Delete one object")
async def delete_object(
    request: Request,
    visitor: SignedIn,
    name: RepositoryPath,
    key: Key,
) -> None:
    """For everyone, with what is known of it."""
    await ask(
        request,
        DeleteObject(actor=visitor.actor, **name.model_dump(), key=key),
    )


@router.get("/object/url", summary="A URL that fetches one object", responses={403: {}})
async def presign_object(
    request: Request,
    visitor: Calling,
    name: RepositoryPath,
    key: Key,
    version_id: Annotated[str, Query(max_length=64, description="An earlier version")] = "",
) -> PresignedUrl:
    """It carries your permission for 15 minutes. 403: earlier versions are for those who write."""
    asked = {**name.model_dump(), "key": key, "version_id": version_id}
    return await ask(request, PresignGetObject(actor=visitor.actor, **asked))


@router.post("/upload-form", summary="A form that uploads files")
async def presign_upload(
    request: Request,
    visitor: SignedIn,
    name: RepositoryPath,
    wanted: UploadWanted,
) -> PostForm:
    """An S3 POST policy under a prefix, good for 15 minutes; the file is the form's last field."""
    return await ask(
        request,
        PresignPostObject(
            actor=visitor.actor,
            **name.model_dump(),
            prefix=wanted.prefix,
            redirect="",
        ),
    )
