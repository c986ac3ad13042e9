"""The end of an account: a job whose steps may be done again, so that a kill costs none of them.

First it is shut, which stops keys and sessions everywhere at once; then these end for good, roles
and members go, Kratos forgets the identity, and nothing is left but the uid, which records of
others name, the trail, and the name, which rests.
"""

from dataclasses import dataclass
from datetime import timedelta

from services.accounts.kratos import Kratos
from services.accounts.models import Membership, Place
from services.accounts.operations.access_keys import revoke_access_key
from services.accounts.operations.auditing import audited
from services.accounts.operations.belongings import Sources, roles_of
from services.accounts.operations.changes import updated
from services.accounts.operations.deleting import hindrance, settled, write
from services.accounts.operations.memberships import Change, changed
from services.accounts.operations.trusts import remove_trust
from services.accounts.store.access_keys import page_of_keys
from services.accounts.store.accounts import changed_account, find_account
from services.accounts.store.deletions import (
    ended,
    find_deletion,
    forget_export,
    still_wanted,
)
from services.accounts.store.identities import find_email
from services.accounts.store.jobs import Job
from services.accounts.store.layout import commit
from services.accounts.store.memberships import find_membership, memberships_after, place_key
from services.accounts.store.trusts import page_of_trusts
from shared.contracts.accounts import (
    Account,
    AccountDeleted,
    AccountUpdated,
    Deletion,
    DeletionState,
    RemoveTrust,
    RevokeAccessKey,
)
from shared.contracts.base import Actor, Listed, now
from shared.errors import Conflict, NotFound
from shared.outbox import announce, next_version
from shared.paging import stretches
from shared.policy import Principal
from shared.races import until_won

OURSELVES = Actor(kind="service", service="accounts")
ENTITLED = Principal(kind="account", admin=True)
WHY = "The account is deleted."


@dataclass(frozen=True)
class Ending:
    """What it takes to end an account."""

    sources: Sources
    kratos: Kratos
    name_rests: timedelta

    async def end_account(self, job: Job) -> None:
        """If it is still wanted and nothing stands in the way; that is told otherwise."""
        outbox = self.sources.outbox
        deletion = await find_deletion(outbox, job.subject)
        account = await find_account(outbox, job.subject)
        if account is None or deletion is None or deletion.version != job.version:
            return
        if not account.deleted and not await self._may_begin(account, deletion):
            return
        account = await self._shut(deletion)
        await self._sign_out(account)
        await self._revoke(account)
        await self._leave(account)
        await self._dismiss(account)
        await self._erase(account, deletion)

    async def _may_begin(self, account: Account, deletion: Deletion) -> bool:
        if account.disabled:
            raise Conflict("It is disabled, and waits until it is enabled again.")
        said = await hindrance(self.sources, account)
        if said:
            after = settled(deletion, DeletionState.DROPPED, said)
            await write(self.sources.outbox, account, deletion, after, OURSELVES)
        return not said

    async def _shut(self, deletion: Deletion) -> Account:
        """Nobody from now on, and without a word about who it was; unless it was just cancelled."""
        outbox = self.sources.outbox

        async def attempt() -> Account:
            before = await find_account(outbox, deletion.account_uid)
            if before is None:
                raise NotFound
            if before.deleted:
                return before
            after = Account(
                account_uid=before.account_uid,
                account_id=before.account_id,
                kind=before.kind,
                name="",
                disabled=True,
                deleted=True,
                roles=before.roles,
                created_at=before.created_at,
                version=next_version(before.version),
            )
            row = changed_account(after, before=before.version)
            told = updated(AccountUpdated, after, OURSELVES)
            await commit(outbox, row, still_wanted(deletion), told)
            return after

        return await until_won(attempt)

    async def _sign_out(self, account: Account) -> None:
        identity_id, _ = await find_email(self.sources.outbox, account.account_uid)
        if identity_id:
            await self.kratos.revoke_sessions(identity_id)

    async def _revoke(self, account: Account) -> None:
        """Every key, every trust."""
        outbox, uid = self.sources.outbox, account.account_uid
        async for keys in stretches(
            lambda cursor: page_of_keys(outbox, uid, Listed(cursor=cursor))
        ):
            for key in keys:
                wanted = RevokeAccessKey(
                    actor=OURSELVES, access_key_id=key.access_key_id, reason=WHY
                )
                await revoke_access_key(outbox, ENTITLED, wanted)
        while trusts := (await page_of_trusts(outbox, uid, Listed()))[0]:
            for trust in trusts:
                remove = RemoveTrust(
                    actor=OURSELVES, account_uid=uid, trust_uid=trust.trust_uid, reason=WHY
                )
                await remove_trust(outbox, ENTITLED, remove)

    async def _leave(self, account: Account) -> None:
        """Every role it holds; one on a repository that is deleted goes with that."""
        for held in await roles_of(self.sources.outbox, account):
            place = await self._place(held)
            if place is not None:
                await self._end(place, account.account_uid)

    async def _dismiss(self, account: Account) -> None:
        """Every member it has."""
        outbox, place = self.sources.outbox, Place(account)
        key = place_key(account.account_uid)
        async for members in stretches(lambda last: memberships_after(outbox, key, last)):
            for one in members:
                await self._end(place, one.member_uid)

    async def _end(self, place: Place, member_uid: str) -> None:
        outbox = self.sources.outbox

        async def attempt() -> None:
            member = await find_account(outbox, member_uid)
            key = place_key(place.account.account_uid, place.repository_uid)
            held = await find_membership(outbox, key, member_uid)
            if member is not None and held is not None:
                change = Change(place, member, held, None, OURSELVES, WHY)
                await commit(outbox, *await changed(outbox, change))

        await until_won(attempt)

    async def _place(self, held: Membership) -> Place | None:
        account = await find_account(self.sources.outbox, held.organization_uid)
        if account is None or not held.repository_uid:
            return Place(account) if account else None
        async for one in self.sources.repositories_of(account):
            if one.repository_uid == held.repository_uid:
                return Place(account, one)
        return None

    async def _erase(self, account: Account, deletion: Deletion) -> None:
        """The last step: once it is done, nothing of the job is left to do."""
        outbox, uid = self.sources.outbox, account.account_uid
        identity_id, _ = await find_email(outbox, uid)
        if identity_id:
            await self.kratos.delete_identity(identity_id)
        await forget_export(outbox, uid)
        await outbox.forget(uid)
        told = AccountDeleted(account_id=account.account_id, account=account, reason=WHY)
        await commit(
            outbox,
            *ended(account, deletion, identity_id, now() + self.name_rests),
            announce(told, aggregate=f"{uid}-state", version=next_version(), actor=OURSELVES.uid),
            *await audited(outbox, uid, OURSELVES, told.event, uid, reason=WHY),
        )
