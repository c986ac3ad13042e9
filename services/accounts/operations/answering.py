"""Answers to requests for access, by those who may give roles on what is asked for."""

from services.accounts.models import AskRecord, Place
from services.accounts.operations.memberships import (
    Change,
    changed,
    demand_grant,
    individual,
    still_entitled,
)
from services.accounts.operations.places import FindRepository, asked_place
from services.accounts.operations.requesting import demand_open, mailed, rows, settled, told
from services.accounts.store.access_requests import find_request, written_request
from services.accounts.store.layout import commit
from services.accounts.store.memberships import find_membership, place_key
from shared.contracts.accounts import (
    AccessRequest,
    ApproveAccessRequest,
    AskState,
    DeclineAccessRequest,
)
from shared.contracts.base import now
from shared.errors import Conflict, NotFound
from shared.fields import invalid
from shared.outbox import Outbox
from shared.policy import Action, Principal, may
from shared.races import until_won


async def approve_access_request(
    outbox: Outbox,
    principal: Principal,
    wanted: ApproveAccessRequest,
    *,
    find_repository: FindRepository,
) -> AccessRequest:
    """The role; NotFound for who may give none there, Forbidden above one's own, Conflict."""
    if wanted.until is not None and wanted.until <= now():
        raise invalid("until", "must be a time to come")

    async def attempt() -> AccessRequest:
        before, place = await _managed(outbox, principal, wanted.request_uid, find_repository)
        demand_grant(principal, place, wanted.role, None)
        change = await _change(outbox, before, place, wanted)
        got = {"role": wanted.role, "role_until": wanted.until}
        record = settled(before, AskState.APPROVED, **got)
        await commit(
            outbox,
            *await changed(outbox, change),
            *written_request(record, before=before),
            told(record, wanted.actor, wanted.reason),
            *mailed(record),
            *still_entitled(principal, place, change.member),
        )
        return record.shown(now())

    return await until_won(attempt)


async def decline_access_request(
    outbox: Outbox,
    principal: Principal,
    wanted: DeclineAccessRequest,
    *,
    find_repository: FindRepository,
) -> AccessRequest:
    """No; NotFound for who may give no role there, Conflict where it is settled."""

    async def attempt() -> AccessRequest:
        before, _ = await _managed(outbox, principal, wanted.request_uid, find_repository)
        record = settled(before, AskState.DECLINED, note=wanted.note)
        await commit(outbox, *await rows(outbox, record, before, wanted.actor, wanted.reason))
        return record.shown(now())

    return await until_won(attempt)


async def _managed(
    outbox: Outbox, principal: Principal, request_uid: str, find_repository: FindRepository
) -> tuple[AskRecord, Place]:
    """A request that is open, and what it is for, for those who may answer it."""
    record = await find_request(outbox, request_uid)
    if record is None or not record.repository_uid:
        raise NotFound
    place = await asked_place(outbox, record, find_repository)
    if not may(principal, Action.REPOSITORY_GRANT, place.resource):
        raise NotFound
    demand_open(record)
    return record, place


async def _change(
    outbox: Outbox, record: AskRecord, place: Place, wanted: ApproveAccessRequest
) -> Change:
    """What approving changes; Conflict where who asked got a role meanwhile."""
    member = await individual(outbox, record.asker_uid)
    key = place_key(place.account.account_uid, place.repository_uid)
    change = Change(
        place,
        member,
        await find_membership(outbox, key, member.account_uid),
        wanted.role,
        wanted.actor,
        wanted.reason,
        until=wanted.until,
        request_uid=record.request_uid,
    )
    if change.held is not None:
        raise Conflict(f"{member.account_id} has a role here already; change that.")
    return change
