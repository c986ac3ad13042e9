"""Data connections: buckets of an account's own, which its repositories show."""

from typing import Annotated

from fastapi import Path, Request
from pydantic import Field, SecretStr

from services.web.api.idempotency import IdempotencyKey
from services.web.api.members import WhyQuery
from services.web.api.models import Body
from services.web.api.queries import AccountName, Paging, RepositoryPath, ask
from services.web.api.routing import routing
from services.web.api.visitors import SignedIn
from shared.contracts.accounts import Reason
from shared.contracts.repositories import (
    DEFAULT_REGION,
    BucketName,
    Connection,
    ConnectionPage,
    CreateConnection,
    ListConnections,
    RegionName,
    RemoveConnection,
)
from shared.contracts.storage import GetRelisting, RelistingState, RelistRepository

router = routing("data connections")
CONNECTIONS = "/accounts/{account_id}/connections"
RELISTING = "/repositories/{account_id}/{repository_id}/relisting"
Uid = Annotated[str, Path(max_length=64, description="The connection's own id")]


class NewConnection(Body):
    """A bucket to be read; signed if both halves of a key are given, which are never told again.

    `endpoint` is the address of an S3 server, empty for Amazon's own.
    """

    name: Annotated[str, Field(min_length=1, max_length=128)]
    bucket: BucketName
    endpoint: Annotated[str, Field(max_length=512)] = ""
    region: RegionName = DEFAULT_REGION
    access_key_id: Annotated[SecretStr, Field(max_length=256)] = SecretStr("")
    secret_access_key: Annotated[SecretStr, Field(max_length=1024)] = SecretStr("")
    reason: Reason = ""


@router.get(CONNECTIONS, summary="The buckets of an account")
async def list_connections(
    request: Request,
    visitor: SignedIn,
    account_id: AccountName,
    paging: Paging,
) -> ConnectionPage:
    """For the account's owners; newest first, without what they are read by."""
    asked = {"account_id": account_id, **paging.asked}
    return paging.told(await ask(request, ListConnections(actor=visitor.actor, **asked)))


@router.post(CONNECTIONS, status_code=201, summary="Connect a bucket")
async def create_connection(
    request: Request,
    visitor: SignedIn,
    account_id: AccountName,
    wanted: NewConnection,
    key: IdempotencyKey,
) -> Connection:
    """Nothing is asked of it yet; a repository made with its id shows a folder of it."""
    asked = {**wanted.model_dump(), "account_id": account_id, "idempotency_key": key}
    return await ask(request, CreateConnection(actor=visitor.actor, **asked))


@router.delete(CONNECTIONS + "/{connection_uid}", status_code=204, summary="Disconnect a bucket")
async def remove_connection(
    request: Request,
    visitor: SignedIn,
    account_id: AccountName,
    connection_uid: Uid,
    reason: WhyQuery = "",
) -> None:
    """Nothing is read through it any more; repositories that show it say so."""
    asked = {"account_id": account_id, "connection_uid": connection_uid, "reason": reason}
    await ask(request, RemoveConnection(actor=visitor.actor, **asked))


@router.get(RELISTING, summary="How the listing of its bucket stands")
async def get_relisting(
    request: Request, visitor: SignedIn, repository: RepositoryPath
) -> RelistingState:
    """For maintainers of a repository that shows a bucket; 404 for others."""
    wanted = GetRelisting(actor=visitor.actor, **repository.model_dump())
    return await ask(request, wanted)


@router.post(RELISTING, status_code=202, summary="List its bucket again")
async def relist_repository(
    request: Request, visitor: SignedIn, repository: RepositoryPath
) -> RelistingState:
    """Soon; what is new, changed or gone there is so here as it is found."""
    names = repository.model_dump()
    await ask(request, RelistRepository(actor=visitor.actor, **names))
    return await ask(request, GetRelisting(actor=visitor.actor, **names))
