"""The bus door: who asks is looked up, one operation is done, its outcome is the reply."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from services.accounts.operations import access_keys, accounts, memberships
from services.accounts.store.accounts import find_principal
from shared.contracts.accounts import (
    AccessKeySecret,
    CreateAccessKey,
    CreateAccount,
    EditAccount,
    GetAccount,
    GetAccountByIdentity,
    GetSealedAccessKey,
    GrantRole,
    ListAccessKeys,
    ListAccounts,
    ListMembers,
    RevokeAccessKey,
)
from shared.contracts.base import Request
from shared.outbox import Outbox
from shared.policy import Principal


@dataclass(frozen=True)
class Resources:
    """What a process of accounts holds open."""

    outbox: Outbox
    sealing_key: bytes


Operation = Callable[[Outbox, Principal, Any], Awaitable[BaseModel]]
Handler = Callable[[Resources, Any], Awaitable[BaseModel]]


def asked(operation: Operation) -> Handler:
    """The operation, told who asks as of this moment."""

    async def handle(resources: Resources, wanted: Request[Any]) -> BaseModel:
        principal = await find_principal(resources.outbox, wanted.actor)
        return await operation(resources.outbox, principal, wanted)

    return handle


async def create_access_key(resources: Resources, wanted: CreateAccessKey) -> AccessKeySecret:
    """The one operation that needs the sealing key."""
    principal = await find_principal(resources.outbox, wanted.actor)
    return await access_keys.create_access_key(
        resources.outbox, principal, wanted, sealing_key=resources.sealing_key
    )


REQUESTS: Mapping[type[Request[Any]], Handler] = {
    CreateAccount: asked(accounts.create_account),
    EditAccount: asked(accounts.edit_account),
    GetAccount: asked(accounts.get_account),
    GetAccountByIdentity: asked(accounts.get_account_by_identity),
    ListAccounts: asked(accounts.list_accounts),
    GrantRole: asked(memberships.grant_role),
    ListMembers: asked(memberships.list_members),
    CreateAccessKey: create_access_key,
    ListAccessKeys: asked(access_keys.list_access_keys),
    RevokeAccessKey: asked(access_keys.revoke_access_key),
    GetSealedAccessKey: asked(access_keys.get_sealed_access_key),
}
