"""Mail to those who may take a repository that is offered to their account."""

from datetime import timedelta

from services.accounts.models import Place
from services.accounts.operations.deciders import deciders
from services.accounts.operations.mailing import Post
from services.accounts.store.accounts import find_account
from services.accounts.store.jobs import Job
from services.accounts.store.transfers import claim_offer, find_offer
from shared.contracts.base import now
from shared.policy import Action

# Within this time one account tells another once: who offers, withdraws and offers again would send
# as many mails as they like. The page has all offers.
TOLD_ONCE_IN = timedelta(days=1)


async def send_offer(post: Post, job: Job) -> None:
    """To those who may accept it, while it is open."""
    transfer, moment = await find_offer(post.outbox, job.subject), now()
    if transfer is None or transfer.version != job.version or transfer.expires_at <= moment:
        return
    receiver = await find_account(post.outbox, transfer.to_account_uid)
    until = moment + TOLD_ONCE_IN
    if receiver is None or not await claim_offer(post.outbox, transfer, moment, until):
        return
    words = {
        "giver": transfer.account_id,
        "place": f"{transfer.account_id}/{transfer.repository_id}",
        "receiver": receiver.account_id,
        "until": f"{transfer.expires_at:%d %B %Y}",
    }
    for uid in await deciders(post.outbox, Place(receiver), Action.REPOSITORY_CREATE):
        one = job.model_copy(update={"subject": f"{job.subject}-{uid}"})
        await post.send(one, await post.address_of(uid), "transfer", words)
