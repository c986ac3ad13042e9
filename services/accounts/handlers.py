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
    AccessKeySecret,
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
    Domain,
    EditAccount,
    EnableAccount,
    Export,
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
    StartEmailChange,
    StartExport,
    WithdrawAccessRequest,
)
from shared.contracts.base import Done, Request
from shared.contracts.repositories import ShareLinkCreated, ShareLinkEvent, ShareLinkRevoked
from shared.errors import Unavailable
from shared.idempotency import IdempotencyRecords, once
from shared.outbox import Outbox
from shared.policy import Principal


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


Operation = Callable[[Outbox, Principal, Any], Awaitable[BaseModel]]
Handler = Callable[[Resources, Any], Awaitable[BaseModel]]
PlacedOperation = Callable[..., Awaitable[BaseModel]]


def asked(operation: Operation) -> Handler:
    """The operation, told who asks as of this moment."""

    async def handle(resources: Resources, wanted: Request[Any]) -> BaseModel:
        principal = await find_principal(resources.outbox, wanted.actor)
        return await operation(resources.outbox, principal, wanted)

    return handle


def asked_of_place(operation: PlacedOperation) -> Handler:
    """The same for what may be about a repository, which its owner is asked for."""

    async def handle(resources: Resources, wanted: Request[Any]) -> BaseModel:
        principal = await find_principal(resources.outbox, wanted.actor)
        return await operation(
            resources.outbox, principal, wanted, find_repository=resources.find_repository
        )

    return handle


async def create_access_key(resources: Resources, wanted: CreateAccessKey) -> AccessKeySecret:
    """The one operation that needs the sealing key."""
    principal = await find_principal(resources.outbox, wanted.actor)
    return await access_keys.create_access_key(
        resources.outbox,
        principal,
        wanted,
        sealing_key=resources.sealing_key,
        find_repository=resources.find_repository,
    )


async def start_export(resources: Resources, wanted: StartExport) -> Export:
    """The operation that needs to know for how long."""
    principal = await find_principal(resources.outbox, wanted.actor)
    return await exporting.start_export(
        resources.outbox, principal, wanted, lifetime=resources.terms.export
    )


async def delete_account(resources: Resources, wanted: DeleteAccount) -> Deletion:
    """The operation that asks for repositories, and needs to know for how long."""
    principal = await find_principal(resources.outbox, wanted.actor)
    return await deleting.delete_account(
        resources.sources, principal, wanted, grace=resources.terms.grace
    )


async def ask_access(resources: Resources, wanted: AskAccess) -> Done:
    """The operation that needs to know how much may be asked for."""
    principal = await find_principal(resources.outbox, wanted.actor)
    return await requesting.ask_access(
        resources.outbox,
        principal,
        wanted,
        find_repository=resources.find_repository,
        terms=resources.terms.asks,
    )


async def add_domain(resources: Resources, wanted: AddDomain) -> Domain:
    """The operation that needs to know where proofs are looked for."""
    principal = await find_principal(resources.outbox, wanted.actor)
    return await domains.add_domain(
        resources.outbox, principal, wanted, places=resources.proofs.places
    )


async def create_account(resources: Resources, wanted: CreateAccount) -> Account:
    """A person's address is known from the beginning, or from the next look through all."""
    account = cast(Account, await once(asked(accounts.create_account))(resources, wanted))
    if wanted.identity_id:
        principal = await find_principal(resources.outbox, wanted.actor)
        follow = FollowIdentity(actor=wanted.actor, identity_id=wanted.identity_id)
        with suppress(Unavailable):
            await identities.follow_identity(
                resources.outbox, principal, follow, kratos=resources.kratos
            )
    return account


def asked_of_kratos(operation: PlacedOperation) -> Handler:
    """The same for what Kratos is asked for, or told."""

    async def handle(resources: Resources, wanted: Request[Any]) -> BaseModel:
        principal = await find_principal(resources.outbox, wanted.actor)
        return await operation(resources.outbox, principal, wanted, kratos=resources.kratos)

    return handle


async def confirm_email_change(resources: Resources, wanted: ConfirmEmailChange) -> Done:
    """The operation that tells Kratos, and knows what codes are made of."""
    principal = await find_principal(resources.outbox, wanted.actor)
    return await email_changes.confirm_email_change(
        resources.outbox,
        principal,
        wanted,
        kratos=resources.kratos,
        key=resources.codes_key,
    )


async def on_share_link(resources: Resources, event: Event[ShareLinkEvent]) -> None:
    """A share link was made or revoked: it is in the trail of the account whose it is."""
    await auditing.audit_share_link(resources.outbox, event)


REQUESTS: Mapping[type[Request[Any]], Handler] = {
    CreateAccount: create_account,
    StartEmailChange: asked(email_changes.start_email_change),
    ConfirmEmailChange: confirm_email_change,
    FollowIdentity: asked_of_kratos(identities.follow_identity),
    GetEmail: asked(identities.get_email),
    RevokeSessions: asked_of_kratos(identities.revoke_sessions),
    EditAccount: asked(accounts.edit_account),
    SearchAccounts: asked(administering.search_accounts),
    DisableAccount: asked(administering.disable_account),
    EnableAccount: asked(administering.enable_account),
    GetAccount: asked(accounts.get_account),
    GetAccountByIdentity: asked(accounts.get_account_by_identity),
    ListAccounts: asked(accounts.list_accounts),
    GrantRole: asked_of_place(memberships.grant_role),
    RevokeRole: asked_of_place(memberships.revoke_role),
    GetMember: asked_of_place(memberships.get_member),
    ListMembers: asked_of_place(memberships.list_members),
    InviteMember: once(asked_of_place(invitations.invite_member)),
    ListInvitations: asked_of_place(invitations.list_invitations),
    RevokeInvitation: asked_of_place(invitations.revoke_invitation),
    ResendInvitation: asked_of_place(invitations.resend_invitation),
    ListOwnInvitations: asked(accepting.list_own_invitations),
    GetInvitation: asked_of_place(accepting.get_invitation),
    AcceptInvitation: asked_of_place(accepting.accept_invitation),
    DeclineInvitation: asked(accepting.decline_invitation),
    AskAccess: once(ask_access),
    ListAccessRequests: asked_of_place(requesting.list_access_requests),
    ListOwnAccessRequests: asked(requesting.list_own_access_requests),
    WithdrawAccessRequest: asked(requesting.withdraw_access_request),
    ApproveAccessRequest: asked_of_place(answering.approve_access_request),
    DeclineAccessRequest: asked_of_place(answering.decline_access_request),
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
    CreateTrust: once(asked_of_place(trusts.create_trust)),
    ListTrusts: asked(trusts.list_trusts),
    RemoveTrust: asked(trusts.remove_trust),
    GetTrust: asked(trusts.get_trust),
}
EVENTS: Mapping[type[EventData], Callable[[Resources, Any], Awaitable[None]]] = {
    ShareLinkCreated: on_share_link,
    ShareLinkRevoked: on_share_link,
}
