"""Access that is asked for: nothing tells who asks whether there is anything of that name.

So a request is kept, counted and shown to who made it in every case; but it reaches somebody only
where there is a restricted repository that who asks cannot see.
"""

from services.accounts.models import AskRecord, Place
from services.accounts.operations.auditing import audited
from services.accounts.operations.memberships import individual
from services.accounts.operations.places import FindRepository, find_place
from services.accounts.settings import AskTerms
from services.accounts.store.access_requests import (
    asked_last,
    find_request,
    last_asked,
    open_places,
    page_of_own,
    page_of_waiting,
    written_request,
)
from services.accounts.store.accounts import find_account
from services.accounts.store.jobs import JobKind, ordered
from services.accounts.store.layout import commit
from shared.contracts.accounts import (
    AccessRequest,
    AccessRequested,
    AccessRequestEvent,
    AccessRequestPage,
    AccessRequestSettled,
    Account,
    AskAccess,
    AskState,
    ListAccessRequests,
    ListOwnAccessRequests,
    RoleRequest,
    WithdrawAccessRequest,
)
from shared.contracts.base import Actor, Done, now
from shared.contracts.repositories import State, Visibility
from shared.errors import Conflict, Forbidden, NotFound, TooManyRequests
from shared.fields import invalid
from shared.identifiers import new_uid
from shared.outbox import Outbox, announce, next_version
from shared.policy import Action, Principal, demand, sees
from shared.races import until_won
from shared.tables import Action as TableAction

SETTLED = {
    AskState.APPROVED: "This request was approved already.",
    AskState.DECLINED: "This request was declined.",
    AskState.WITHDRAWN: "This request was withdrawn.",
    AskState.EXPIRED: "This request has expired.",
}
MAILS = {
    AskState.OPEN: JobKind.REQUEST_MAIL,
    AskState.APPROVED: JobKind.ANSWER_MAIL,
    AskState.DECLINED: JobKind.ANSWER_MAIL,
}


async def ask_access(
    outbox: Outbox,
    principal: Principal,
    wanted: AskAccess,
    *,
    find_repository: FindRepository,
    terms: AskTerms,
) -> Done:
    """Kept for who asks; told to others where there is what is asked for. Asked twice is once."""
    if len(wanted.message) > terms.characters:
        raise invalid("message", f"has at most {terms.characters} characters")

    async def attempt() -> Done:
        asker = await _demand_person(outbox, principal)
        last = await last_asked(outbox, asker.account_uid)
        places = await open_places(outbox, asker.account_uid, limit=terms.open + 1)
        place = await _asked_for(outbox, principal, wanted, find_repository)
        if wanted.repository.full in places:
            return Done()
        if len(places) >= terms.open:
            raise TooManyRequests(f"You ask for {terms.open} repositories already; withdraw one.")
        record = _asked(asker, wanted, place, terms)
        written = await rows(outbox, record, None, wanted.actor)
        await commit(outbox, *written, asked_last(record, after=last))
        return Done()

    return await until_won(attempt)


async def _demand_person(outbox: Outbox, principal: Principal) -> Account:
    if principal.kind != "account" or principal.disabled or principal.scope is not None:
        raise Forbidden("People ask for access, signed in or with a key without limits.")
    return await individual(outbox, principal.account_uid)


async def _asked_for(
    outbox: Outbox, principal: Principal, wanted: AskAccess, find_repository: FindRepository
) -> Place | None:
    """The restricted repository that who asks cannot see, where there is one."""
    try:
        repository = await find_repository(wanted.repository)
    except NotFound:
        return None
    owner = await find_account(outbox, repository.account_uid)
    is_restricted = repository.visibility is Visibility.RESTRICTED
    is_used = repository.state is State.ACTIVE and not repository.owner_disabled
    if owner is None or owner.disabled or not (is_restricted and is_used):
        return None
    place = Place(owner, repository)
    return None if sees(principal, place.resource) else place


def _asked(asker: Account, wanted: AskAccess, place: Place | None, terms: AskTerms) -> AskRecord:
    moment = now()
    return AskRecord(
        request_uid=new_uid(),
        account_id=wanted.repository.account_id,
        repository_id=wanted.repository.repository_id,
        asker_uid=asker.account_uid,
        asker_id=asker.account_id,
        message=wanted.message,
        created_at=moment,
        expires_at=moment + terms.lifetime,
        repository_uid=place.repository_uid if place else "",
        owner_uid=place.account.account_uid if place else "",
        version=next_version(),
    )


async def rows(
    outbox: Outbox, record: AskRecord, before: AskRecord | None, actor: Actor, reason: str = ""
) -> list[TableAction]:
    """What a request that changes writes, with its entry in the owner's trail and its event."""
    written = written_request(record, before=before)
    if not record.repository_uid:
        return written
    entry = await audited(
        outbox,
        record.owner_uid,
        actor,
        f"access_request_{record.state}" if before else AccessRequested.event,
        record.request_uid,
        reason=reason,
        repository=record.repository_uid,
        asker=record.asker_uid,
    )
    return [*written, *entry, told(record, actor, reason), *mailed(record)]


def mailed(record: AskRecord) -> list[TableAction]:
    """The row that has a mail sent: to those who may answer, or to who asked, once answered."""
    kind = MAILS.get(record.state)
    return [ordered(kind, record.request_uid, record.version)] if kind else []


def told(record: AskRecord, actor: Actor, reason: str = "") -> TableAction:
    """The row that announces a request, without what was written in it."""
    is_open = record.state is AskState.OPEN
    kind: type[AccessRequestEvent] = AccessRequested if is_open else AccessRequestSettled
    content = record.model_dump(include=set(AccessRequestEvent.model_fields))
    data = kind(**content, reason=reason)
    return announce(data, aggregate=record.request_uid, version=record.version, actor=actor.uid)


async def list_access_requests(
    outbox: Outbox,
    principal: Principal,
    wanted: ListAccessRequests,
    *,
    find_repository: FindRepository,
) -> AccessRequestPage:
    """For those who may give roles there; NotFound, Forbidden."""
    named: RoleRequest[Done] = RoleRequest(repository=wanted.repository)
    place = await find_place(outbox, principal, named, find_repository)
    demand(principal, Action.REPOSITORY_GRANT, place.resource)
    records, cursor = await page_of_waiting(outbox, place.repository_uid, wanted)
    return _shown(records, cursor)


async def list_own_access_requests(
    outbox: Outbox, principal: Principal, wanted: ListOwnAccessRequests
) -> AccessRequestPage:
    """What who asks has asked for, newest first. Raises Forbidden."""
    if not principal.account_uid:
        return AccessRequestPage(access_requests=[])
    if principal.scope is not None:
        raise Forbidden("An access key with limits does not see what you asked for.")
    return _shown(*await page_of_own(outbox, principal.account_uid, wanted))


def _shown(records: list[AskRecord], cursor: str | None) -> AccessRequestPage:
    moment = now()
    return AccessRequestPage(access_requests=[one.shown(moment) for one in records], cursor=cursor)


async def withdraw_access_request(
    outbox: Outbox, principal: Principal, wanted: WithdrawAccessRequest
) -> AccessRequest:
    """By who asked; NotFound for others, Conflict where it is settled."""

    async def attempt() -> AccessRequest:
        before = await find_request(outbox, wanted.request_uid)
        if before is None or not _is_own(before, principal):
            raise NotFound
        demand_open(before)
        record = settled(before, AskState.WITHDRAWN)
        await commit(outbox, *await rows(outbox, record, before, wanted.actor))
        return record.shown(now())

    return await until_won(attempt)


def _is_own(record: AskRecord, principal: Principal) -> bool:
    is_person = principal.kind == "account" and principal.scope is None
    return is_person and record.asker_uid == principal.account_uid


def settled(before: AskRecord, state: AskState, **more: object) -> AskRecord:
    """The request once it has its answer."""
    version = next_version(before.version)
    return before.model_copy(update={"state": state, "version": version, **more})


def demand_open(record: AskRecord) -> None:
    """Raises Conflict, saying what became of it, where it can't be answered any more."""
    state = record.at(now())
    if state is not AskState.OPEN:
        raise Conflict(SETTLED[state])
