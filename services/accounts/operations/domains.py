"""Domains of organizations: added, proven by a job that looks daily, shown while that is so."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from services.accounts.operations.accounts import managed_account
from services.accounts.operations.auditing import audited
from services.accounts.operations.changes import updated
from services.accounts.operations.profiles import domain_name
from services.accounts.store.accounts import changed_account, find_account
from services.accounts.store.domains import (
    MOST,
    domains_of,
    find_domain,
    removed_domain,
    written_domain,
)
from services.accounts.store.jobs import Job, JobKind, ordered
from services.accounts.store.layout import commit
from shared.contracts.accounts import (
    Account,
    AccountUpdated,
    AddDomain,
    CheckDomain,
    Domain,
    DomainList,
    DomainState,
    ListDomains,
    RemoveDomain,
)
from shared.contracts.base import Actor, Done, now
from shared.errors import Conflict, Invalid, NotFound, TooManyRequests, Unavailable
from shared.outbox import Outbox, next_version
from shared.policy import Action, Principal
from shared.races import until_won
from shared.tables import Action as TableAction

# The name of the record and the address of the file for a domain.
Places = Callable[[str], tuple[str, str]]
# Whether a proof is there for a domain; None where that cannot be known now.
FindProof = Callable[[str, str], Awaitable[bool | None]]
OURSELVES = Actor(kind="service", service="accounts")
AGAIN_AFTER = timedelta(seconds=10)
# How long a proven domain stays so while it cannot be looked at; how long one is looked for at all.
TRUSTED_FOR, LOOKED_FOR = timedelta(days=7), timedelta(days=30)


async def add_domain(
    outbox: Outbox, principal: Principal, wanted: AddDomain, *, places: Places
) -> Domain:
    """To be proven. NotFound, Forbidden, Invalid, Conflict."""

    async def attempt() -> Domain:
        account = await managed_account(outbox, principal, wanted.account_uid, Action.ACCOUNT_EDIT)
        if account.kind != "organization":
            raise Invalid("Only organizations prove domains.")
        name = domain_name(wanted.name)
        # Before the others are counted: of two that are added at once one comes too late for it.
        entry = await audited(
            outbox, account.account_uid, wanted.actor, "domain_added", name, reason=wanted.reason
        )
        there = {one.name: one for one in await domains_of(outbox, account.account_uid)}
        if name in there:
            return there[name]
        if len(there) >= MOST:
            raise Conflict(f"An organization may have {MOST} domains.")
        domain = _first_version(account, name, places(name))
        await commit(outbox, written_domain(domain, before=None), *entry, looked_at(domain))
        return domain

    return await until_won(attempt)


def _first_version(account: Account, name: str, places: tuple[str, str]) -> Domain:
    record, address = places
    return Domain(
        account_uid=account.account_uid,
        name=name,
        record=record,
        address=address,
        proof=f"coop-verification={secrets.token_hex(16)}",
        added_at=now(),
        version=next_version(),
    )


async def list_domains(outbox: Outbox, principal: Principal, wanted: ListDomains) -> DomainList:
    """All, proven or not."""
    account = await managed_account(outbox, principal, wanted.account_uid, Action.ACCOUNT_EDIT)
    return DomainList(domains=await domains_of(outbox, account.account_uid))


async def check_domain(outbox: Outbox, principal: Principal, wanted: CheckDomain) -> Domain:
    """Look again; what is known until then stays."""

    async def attempt() -> Domain:
        account = await managed_account(outbox, principal, wanted.account_uid, Action.ACCOUNT_EDIT)
        before = await _found(outbox, account, wanted.name)
        if before.checked_at is not None and now() - before.checked_at < AGAIN_AFTER:
            raise TooManyRequests("It was looked at a moment ago; wait a little.")
        after = before.model_copy(update={"version": next_version(before.version)})
        await commit(outbox, written_domain(after, before=before), looked_at(after))
        return after

    return await until_won(attempt)


async def remove_domain(outbox: Outbox, principal: Principal, wanted: RemoveDomain) -> Done:
    """It is shown no more."""

    async def attempt() -> Done:
        account = await managed_account(outbox, principal, wanted.account_uid, Action.ACCOUNT_EDIT)
        domain = await _found(outbox, account, wanted.name)
        shown = _shown(account, domain.name, is_proven=False, actor=wanted.actor)
        entry = await _entry(outbox, domain, wanted.actor, "domain_removed", wanted.reason)
        await commit(outbox, removed_domain(domain), *shown, *entry)
        return Done()

    return await until_won(attempt)


@dataclass(frozen=True)
class Looking:
    """Looks for proofs, every so often."""

    outbox: Outbox
    find: FindProof
    period: timedelta

    async def look(self, job: Job) -> None:
        """One look, and the order for the next; nothing where another was ordered since."""
        uid, _, name = job.subject.partition("/")
        before = await find_domain(self.outbox, uid, name)
        account = await find_account(self.outbox, uid)
        if before is None or account is None or before.version != job.version:
            return
        after = self._seen(before, await self.find(name, before.proof))
        is_proven = after.state is DomainState.VERIFIED
        changes = _shown(account, name, is_proven=is_proven, actor=OURSELVES)
        action = "domain_verified" if is_proven else "domain_lost"
        entry = await _entry(self.outbox, after, OURSELVES, action) if changes else []
        following = [looked_at(after, self.period)] if self._goes_on(after) else []
        row = written_domain(after, before=before)
        await commit(self.outbox, row, *changes, *entry, *following)

    def _seen(self, before: Domain, found: bool | None) -> Domain:
        """The domain after a look. Raises Unavailable to look again soon."""
        moment, seen_at = now(), before.seen_at
        is_trusted = before.state is DomainState.VERIFIED and seen_at is not None
        if found is None and is_trusted and seen_at and moment - seen_at < TRUSTED_FOR:
            raise Unavailable(f"{before.name} cannot be looked at now.")
        changes = {
            "state": DomainState.VERIFIED if found else DomainState.ABSENT,
            "checked_at": moment,
            "seen_at": moment if found else seen_at,
            "version": next_version(before.version),
        }
        return before.model_copy(update=changes)

    def _goes_on(self, domain: Domain) -> bool:
        last = domain.seen_at or domain.added_at
        return domain.state is DomainState.VERIFIED or now() - last < LOOKED_FOR


def looked_at(domain: Domain, later: timedelta = timedelta(0)) -> TableAction:
    """The row that has it looked at."""
    subject = f"{domain.account_uid}/{domain.name}"
    return ordered(JobKind.DOMAIN, subject, domain.version, now() + later)


def _shown(account: Account, name: str, *, is_proven: bool, actor: Actor) -> list[TableAction]:
    """The account with or without the domain, where that is a change."""
    if (name in account.domains) is is_proven:
        return []
    others = [one for one in account.domains if one != name]
    domains = sorted([*others, name]) if is_proven else others
    after = account.model_copy(
        update={"domains": domains, "version": next_version(account.version)}
    )
    return [
        changed_account(after, before=account.version),
        updated(AccountUpdated, after, actor),
    ]


async def _entry(
    outbox: Outbox, domain: Domain, actor: Actor, action: str, reason: str = ""
) -> list[TableAction]:
    uid = domain.account_uid
    return await audited(outbox, uid, actor, action, domain.name, reason=reason)


async def _found(outbox: Outbox, account: Account, name: str) -> Domain:
    domain = await find_domain(outbox, account.account_uid, name)
    if domain is None:
        raise NotFound
    return domain
