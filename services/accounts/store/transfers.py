"""Repositories that are offered to an account, for the mail about them."""

from datetime import datetime

from services.accounts.store.accounts import account_key
from services.accounts.store.layout import RECORD_VERSION
from services.accounts.store.tellings import claim
from shared.contracts.repositories import Transfer
from shared.outbox import Outbox
from shared.tables import Action, Delete, Put

TRANSFER, TOLD = "TRANSFER", "OFFERS#"


def kept_offer(transfer: Transfer) -> Action:
    """The offer of a repository, in place of the one before, until it runs out."""
    return Put(
        {
            "pk": _offer(transfer.repository_uid),
            "sk": TRANSFER,
            "schema": RECORD_VERSION,
            "expires_at": int(transfer.expires_at.timestamp()),
            "body": transfer.model_dump_json(),
        }
    )


def gone_offer(repository_uid: str) -> Action:
    """It is offered to nobody any more."""
    return Delete(_offer(repository_uid), TRANSFER)


async def find_offer(outbox: Outbox, repository_uid: str) -> Transfer | None:
    """The offer of a repository, where one is open."""
    row = await outbox.table.get(_offer(repository_uid), TRANSFER)
    return Transfer.model_validate_json(row["body"]) if row else None


async def claim_offer(
    outbox: Outbox, transfer: Transfer, moment: datetime, until: datetime
) -> bool:
    """Whether of all that one account offers to another this is told by mail until then."""
    place = (account_key(transfer.to_account_uid), TOLD + transfer.account_uid)
    subject = f"{transfer.repository_uid}:{transfer.version}"
    return await claim(outbox, place, subject, moment, until)


def _offer(repository_uid: str) -> str:
    return f"TRANSFER#{repository_uid}"
