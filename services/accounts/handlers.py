"""The bus door: who asks is looked up, one operation is done, its outcome is the reply."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Self, cast

from pydantic import BaseModel

from services.accounts.kratos import Kratos
from services.accounts.operations import (
    accepting,
    access_keys,
    accounts,
    administering,
    answering,
    auditing,
    deleting,
    domains,
    email_changes,
    exporting,
    identities,
    invitations,
    memberships,
    requesting,
    trails,
    trusts,
)
from services.accounts.operations.belongings import Sources
from services.accounts.operations.places import FindRepository
from services.accounts.proofs import Proofs
from services.accounts.settings import Terms
from services.accounts.store.accounts import find_principal
from shared.cloudevents import Event, EventData
from shared.contracts.accounts import (
    AcceptInvitation,
    Account,
    AddDomain,
    ApproveAccessRequest,
    AskAccess,
    CancelDeletion,
    CheckDomain,
    ConfirmEmailChange,
    CreateAccessKey,
    CreateAccount,
    CreateTrust,
    DeclineAccessRequest,
    DeclineInvitation,
    DeleteAccount,
    Deletion,
    DisableAccount,
    EditAccount,
    EnableAccount,
    FollowIdentity,
    GetAccount,
    GetAccountByIdentity,
    GetDeletion,
    GetEmail,
    GetExport,
    GetExportDocument,
    GetInvitation,
    GetMember,
    GetSealedAccessKey,
    GetTrust,
    GrantRole,
    InviteMember,
    ListAccessKeys,
    ListAccessRequests,
    ListAccounts,
    ListAuditEntries,
    ListDomains,
    ListInvitations,
    ListMembers,
    ListOwnAccessRequests,
    ListOwnInvitations,
    ListTrusts,
    NoteKeyUse,
    RemoveDomain,
    RemoveTrust,
    ResendInvitation,
    RevokeAccessKey,
    RevokeInvitation,
    RevokeRole,
    RevokeSessions,
    SearchAccounts,
    SetAccountQuota,
    StartEmailChange,
    StartExport,
    WithdrawAccessRequest,
)
from shared.contracts.base import Request
from shared.contracts.repositories import (
    ConnectionCreated,
    ConnectionEvent,
    ConnectionRemoved,
    RepositoryCreated,
    RepositoryDeleted,
    RepositoryEvent,
    RepositoryPurged,
    RepositoryRenamed,
    RepositoryUpdated,
    ShareLinkCreated,
    ShareLinkEvent,
    ShareLinkRevoked,
    TransferDeclined,
    TransferEvent,
    TransferOffered,
)
from shared.errors import Unavailable
from shared.idempotency import IdempotencyRecords, once
from shared.outbox import Outbox


@dataclass(frozen=True)
class Resources:
    """What a process of accounts holds open."""

    outbox: Outbox
    sealing_key: bytes
    codes_key: bytes
    idempotency: IdempotencyRecords
    find_repository: FindRepository
    kratos: Kratos
    sources: Sources
    proofs: Proofs
    terms: Terms

    def writing_to(self, outbox: Outbox) -> Self:
        """The same, but that operations commit there."""
        return replace(self, outbox=outbox)


Operation = Callable[..., Awaitable[BaseModel]]
Handler = Callable[[Resources, Any], Awaitable[BaseModel]]
# What an operation is given by name, of what the doors hold.
Needs = Callable[[Resources], Mapping[str, Any]]


def nothing(_: Resources) -> Mapping[str, Any]:
    """For an operation that lives by its table alone."""
    return {}


def places(resources: Resources) -> Mapping[str, Any]:
    """For what may be about a repository, which its owner is asked for."""
    return {"find_repository": resources.find_repository}


def kratos(resources: Resources) -> Mapping[str, Any]:
    """For what looks at Kratos too."""
    return {"kratos": resources.kratos}


def asked(operation: Operation, needs: Needs = nothing) -> Handler:
    """The operation, told who asks as of this moment, with what it needs."""

    async def handle(resources: Resources, wanted: Request[Any]) -> BaseModel:
        principal = await find_principal(resources.outbox, wanted.actor)
        return await operation(resources.outbox, principal, wanted, **needs(resources))

    return handle


create_access_key = asked(
    access_keys.create_access_key,
    lambda resources: {**places(resources), "sealing_key": resources.sealing_key},
)
start_export = asked(exporting.start_export, lambda resources: {"lifetime": resources.terms.export})
ask_access = asked(
    requesting.ask_access,
    lambda resources: {**places(resources), "terms": resources.terms.asks},
)
add_domain = asked(domains.add_domain, lambda resources: {"places": resources.proofs.places})
confirm_email_change = asked(
    email_changes.confirm_email_change,
    lambda resources: {**kratos(resources), "key": resources.codes_key},
)
follow_identity = asked(identities.follow_identity, kratos)
new_account = once(asked(accounts.create_account))


async def delete_account(resources: Resources, wanted: DeleteAccount) -> Deletion:
    """The operation that asks for repositories, and needs to know for how long."""
    principal = await find_principal(resources.outbox, wanted.actor)
    return await deleting.delete_account(
        resources.sources, principal, wanted, grace=resources.terms.grace
    )


async def create_account(resources: Resources, wanted: CreateAccount) -> Account:
    """A person's address is known from the beginning, or from the next look through all."""
    account = cast(Account, await new_account(resources, wanted))
    if wanted.identity_id:
        follow = FollowIdentity(actor=wanted.actor, identity_id=wanted.identity_id)
        with suppress(Unavailable):
            await follow_identity(resources, follow)
    return account


async def on_repository(resources: Resources, event: Event[RepositoryEvent]) -> None:
    """A repository was made, changed or is gone: its account's trail tells."""
    await trails.audit_repository(resources.outbox, event)


async def on_transfer(resources: Resources, event: Event[TransferEvent]) -> None:
    """A repository is offered, or is so no more: the trails of both sides tell."""
    await trails.audit_transfer(resources.outbox, event)


async def on_share_link(resources: Resources, event: Event[ShareLinkEvent]) -> None:
    """A share link was made or revoked: it is in the trail of the account whose it is."""
    await trails.audit_share_link(resources.outbox, event)


async def on_connection(resources: Resources, event: Event[ConnectionEvent]) -> None:
    """A data connection was made or removed: it is in the trail of the account whose it is."""
    await trails.audit_connection(resources.outbox, event)


REQUESTS: Mapping[type[Request[Any]], Handler] = {
    CreateAccount: create_account,
    StartEmailChange: asked(email_changes.start_email_change),
    ConfirmEmailChange: confirm_email_change,
    FollowIdentity: follow_identity,
    GetEmail: asked(identities.get_email),
    RevokeSessions: asked(identities.revoke_sessions, kratos),
    EditAccount: asked(accounts.edit_account),
    SearchAccounts: asked(administering.search_accounts),
    DisableAccount: asked(administering.disable_account),
    EnableAccount: asked(administering.enable_account),
    SetAccountQuota: asked(administering.set_account_quota),
    GetAccount: asked(accounts.get_account),
    GetAccountByIdentity: asked(accounts.get_account_by_identity),
    ListAccounts: asked(accounts.list_accounts),
    GrantRole: asked(memberships.grant_role, places),
    RevokeRole: asked(memberships.revoke_role, places),
    GetMember: asked(memberships.get_member, places),
    ListMembers: asked(memberships.list_members, places),
    InviteMember: once(asked(invitations.invite_member, places)),
    ListInvitations: asked(invitations.list_invitations, places),
    RevokeInvitation: asked(invitations.revoke_invitation, places),
    ResendInvitation: asked(invitations.resend_invitation, places),
    ListOwnInvitations: asked(accepting.list_own_invitations),
    GetInvitation: asked(accepting.get_invitation, places),
    AcceptInvitation: asked(accepting.accept_invitation, places),
    DeclineInvitation: asked(accepting.decline_invitation),
    AskAccess: once(ask_access),
    ListAccessRequests: asked(requesting.list_access_requests, places),
    ListOwnAccessRequests: asked(requesting.list_own_access_requests),
    WithdrawAccessRequest: asked(requesting.withdraw_access_request),
    ApproveAccessRequest: asked(answering.approve_access_request, places),
    DeclineAccessRequest: asked(answering.decline_access_request, places),
    ListAuditEntries: asked(auditing.list_audit_entries),
    CreateAccessKey: once(create_access_key, access_keys.is_revoked),
    ListAccessKeys: asked(access_keys.list_access_keys),
    RevokeAccessKey: asked(access_keys.revoke_access_key),
    NoteKeyUse: asked(access_keys.note_key_use),
    GetSealedAccessKey: asked(access_keys.get_sealed_access_key),
    AddDomain: once(add_domain),
    ListDomains: asked(domains.list_domains),
    CheckDomain: asked(domains.check_domain),
    RemoveDomain: asked(domains.remove_domain),
    DeleteAccount: delete_account,
    GetDeletion: asked(deleting.get_deletion),
    CancelDeletion: asked(deleting.cancel_deletion),
    StartExport: once(start_export),
    GetExport: asked(exporting.get_export),
    GetExportDocument: asked(exporting.get_export_document),
    CreateTrust: once(asked(trusts.create_trust, places)),
    ListTrusts: asked(trusts.list_trusts),
    RemoveTrust: asked(trusts.remove_trust),
    GetTrust: asked(trusts.get_trust),
}
EVENTS: Mapping[type[EventData], Callable[[Resources, Any], Awaitable[None]]] = {
    RepositoryCreated: on_repository,
    RepositoryUpdated: on_repository,
    RepositoryRenamed: on_repository,
    RepositoryDeleted: on_repository,
    RepositoryPurged: on_repository,
    TransferOffered: on_transfer,
    TransferDeclined: on_transfer,
    ShareLinkCreated: on_share_link,
    ShareLinkRevoked: on_share_link,
    ConnectionCreated: on_connection,
    ConnectionRemoved: on_connection,
}
