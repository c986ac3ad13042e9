"""Objects: listed by directory, described, permitted to be fetched and uploaded, deleted."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from services.web.api.models import UploadWanted
from services.web.api.queries import (
    AccountName,
    Cursor,
    Key,
    Limit,
    RepositoryName,
    ask,
    check_names,
)
from services.web.api.visitors import Calling, SignedIn
from shared.contracts.indexer import Directory, FileMetadata, GetFile, ListDirectory
from shared.contracts.storage import (
    DeleteObject,
    PostForm,
    PresignedUrl,
    PresignGetObject,
    PresignPostObject,
)

router = APIRouter(prefix="/repositories/{account_id}/{repository_id}", tags=["objects"])
Prefix = Annotated[str, Query(max_length=4096, description="A directory, ending in `/`")]


@router.get("/directory", summary="One directory")
async def list_directory(  # noqa: PLR0913, PLR0917  (each is a parameter of the request)
    request: Request,
    visitor: Calling,
    account_id: AccountName,
    repository_id: RepositoryName,
    prefix: Prefix = "",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Directory:
    """Its files and directories with what they are, and the sums of all below."""
    check_names(account_id, repository_id)
    return await ask(
        request,
        ListDirectory(
            actor=visitor.actor,
            account_id=account_id,
            repository_id=repository_id,
            prefix=prefix,
            limit=limit,
            cursor=cursor,
        ),
    )


@router.get("/object", summary="What is known of one object")
async def get_object(
    request: Request,
    visitor: Calling,
    account_id: AccountName,
    repository_id: RepositoryName,
    key: Key,
) -> FileMetadata:
    """Size, checksums, format, header facts, bounding box, STAC item."""
    check_names(account_id, repository_id)
    return await ask(
        request,
        GetFile(actor=visitor.actor, account_id=account_id, repository_id=repository_id, key=key),
    )


@router.delete("/object", status_code=204, summary="Delete one object")
async def delete_object(
    request: Request,
    visitor: SignedIn,
    account_id: AccountName,
    repository_id: RepositoryName,
    key: Key,
) -> None:
    """For everyone, with what is known of it."""
    check_names(account_id, repository_id)
    await ask(
        request,
        DeleteObject(
            actor=visitor.actor, account_id=account_id, repository_id=repository_id, key=key
        ),
    )


@router.get("/object/url", summary="A URL that fetches one object")
async def presign_object(
    request: Request,
    visitor: Calling,
    account_id: AccountName,
    repository_id: RepositoryName,
    key: Key,
) -> PresignedUrl:
    """It carries your permission for 15 minutes."""
    check_names(account_id, repository_id)
    return await ask(
        request,
        PresignGetObject(
            actor=visitor.actor, account_id=account_id, repository_id=repository_id, key=key
        ),
    )


@router.post("/upload-form", summary="A form that uploads files")
async def presign_upload(
    request: Request,
    visitor: SignedIn,
    account_id: AccountName,
    repository_id: RepositoryName,
    wanted: UploadWanted,
) -> PostForm:
    """An S3 POST policy under a prefix, good for 15 minutes; the file is the form's last field."""
    check_names(account_id, repository_id)
    return await ask(
        request,
        PresignPostObject(
            actor=visitor.actor,
            account_id=account_id,
            repository_id=repository_id,
            prefix=wanted.prefix,
            redirect="",
        ),
    )
