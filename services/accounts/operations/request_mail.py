"""Mail about requests for access: to those who may answer one, and its answer to who asked.

What was written in a request or an answer stands on the pages alone, where one is signed in.
"""

from collections.abc import AsyncIterator
from datetime import timedelta

from services.accounts.models import AskRecord, Place
from services.accounts.operations.mailing import Post
from services.accounts.operations.places import FindRepository
from services.accounts.store.access_requests import (
    claim_telling,
    find_request,
    give_telling_back,
)
from services.accounts.store.accounts import find_account, find_principal
from services.accounts.store.jobs import Job
from services.accounts.store.memberships import memberships_after, place_key
from shared.contracts.accounts import AskState, RepositoryName
from shared.contracts.base import Actor, now
from shared.errors import NotFound
from shared.outbox import Outbox
from shared.policy import Action, may

MOST_DECIDERS = 20
# Asked for again within this time it is told on the page alone: who asks, withdraws and asks again
# would send as many mails as they like.
TOLD_ONCE_IN = timedelta(days=1)


async def send_request(post: Post, find_repository: FindRepository, job: Job) -> None:
    """To those who may answer it, while it is open; not to each again for asking again."""
    record = await find_request(post.outbox, job.subject)
    if record is None:
        return
    moment = now()
    if record.version != job.version or record.at(moment) is not AskState.OPEN:
        await give_telling_back(post.outbox, record)
        return
    place, until = await _place(post.outbox, record, find_repository), moment + TOLD_ONCE_IN
    if place is None or not await claim_telling(post.outbox, record, moment, until):
        return
    words = {"asker": record.asker_id, "place": record.place}
    for uid in await deciders(post.outbox, place):
        one = job.model_copy(update={"subject": f"{job.subject}-{uid}"})
        await post.send(one, await post.address_of(uid), "access_request", words)


async def send_answer(post: Post, job: Job) -> None:
    """To who asked."""
    record = await find_request(post.outbox, job.subject)
    if record is None or record.version != job.version:
        return
    words = {"place": record.place, "role": str(record.role), "until": _until(record)}
    to = await post.address_of(record.asker_uid)
    await post.send(job, to, f"access_{record.state}", words)


async def deciders(outbox: Outbox, place: Place) -> list[str]:
    """The uids of those who may give roles there; so many at most."""
    found = list[str]()
    async for uid in _candidates(outbox, place):
        principal = await find_principal(outbox, Actor(kind="account", account_uid=uid))
        if uid not in found and may(principal, Action.REPOSITORY_GRANT, place.resource):
            found.append(uid)
        if len(found) >= MOST_DECIDERS:
            break
    return found


async def _candidates(outbox: Outbox, place: Place) -> AsyncIterator[str]:
    """The owner, and whoever has a role there or on all of the organization's."""
    owner = place.account
    if owner.kind == "individual":
        yield owner.account_uid
    for key in (place_key(owner.account_uid), place_key("", place.repository_uid)):
        last: str | None = None
        while True:
            members, last = await memberships_after(outbox, key, last)
            for one in members:
                yield one.member_uid
            if last is None:
                break


async def _place(
    outbox: Outbox, record: AskRecord, find_repository: FindRepository
) -> Place | None:
    """What is asked for, if it is still there under that name."""
    name = RepositoryName(account_id=record.account_id, repository_id=record.repository_id)
    try:
        repository = await find_repository(name)
    except NotFound:
        return None
    owner = await find_account(outbox, repository.account_uid)
    is_same = repository.repository_uid == record.repository_uid
    return Place(owner, repository) if owner is not None and is_same else None


def _until(record: AskRecord) -> str:
    return f" until {record.role_until:%d %B %Y}" if record.role_until else ""
