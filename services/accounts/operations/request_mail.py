"""Mail about requests for access: to those who may answer one, and its answer to who asked.

What was written in a request or an answer stands on the pages alone, where one is signed in.
"""

from datetime import timedelta

from services.accounts.models import AskRecord
from services.accounts.operations.deciders import deciders
from services.accounts.operations.mailing import Post
from services.accounts.operations.places import FindRepository, asked_place
from services.accounts.store.access_requests import (
    claim_telling,
    find_request,
    give_telling_back,
)
from services.accounts.store.jobs import Job
from shared.contracts.accounts import AskState
from shared.contracts.base import now
from shared.errors import NotFound
from shared.policy import Action

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
    try:
        place = await asked_place(post.outbox, record, find_repository)
    except NotFound:
        return
    if not await claim_telling(post.outbox, record, moment, moment + TOLD_ONCE_IN):
        return
    words = {"asker": record.asker_id, "place": record.place}
    for uid in await deciders(post.outbox, place, Action.REPOSITORY_GRANT):
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


def _until(record: AskRecord) -> str:
    return f" until {record.role_until:%d %B %Y}" if record.role_until else ""
