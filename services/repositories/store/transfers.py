"""Offers of repositories: found by the repository, and by the account that may take it."""

from services.repositories.store.layout import RECORD_VERSION
from shared.contracts.base import Listed
from shared.contracts.repositories import Transfer, TransferPage
from shared.outbox import Outbox
from shared.tables import Absent, Action, Delete, Equals, Item, Put

OFFER = "OFFER"


def offered(transfer: Transfer, *, before: Transfer | None) -> list[Action]:
    """The offer, in place of the one before, if that is what is stored."""
    row: Item = {
        "schema": RECORD_VERSION,
        "version": transfer.version,
        "body": transfer.model_dump_json(),
    }
    when = Equals("version", before.version) if before else Absent()
    return [
        Put({"pk": _offer(transfer.repository_uid), "sk": OFFER, **row}, when=when),
        Put({"pk": _offered(transfer.to_account_uid), "sk": transfer.repository_uid, **row}),
        *_withdrawn(transfer, before),
    ]


def _withdrawn(transfer: Transfer, before: Transfer | None) -> list[Action]:
    if before is None or before.to_account_uid == transfer.to_account_uid:
        return []
    return [Delete(_offered(before.to_account_uid), before.repository_uid)]


def settled(transfer: Transfer) -> list[Action]:
    """No offer any more, if this is what is stored."""
    return [
        Delete(_offer(transfer.repository_uid), OFFER, when=Equals("version", transfer.version)),
        Delete(_offered(transfer.to_account_uid), transfer.repository_uid),
    ]


async def find_transfer(outbox: Outbox, repository_uid: str) -> Transfer | None:
    """The offer of a repository, whether or not it has run out."""
    row = await outbox.table.get(_offer(repository_uid), OFFER)
    return Transfer.model_validate_json(row["body"]) if row else None


async def transfers_to(outbox: Outbox, account_uid: str, listed: Listed) -> TransferPage:
    """What is offered to an account."""
    page = await outbox.table.query(_offered(account_uid), limit=listed.limit, cursor=listed.cursor)
    found = [Transfer.model_validate_json(row["body"]) for row in page.items]
    return TransferPage(transfers=found, cursor=page.cursor)


def _offer(repository_uid: str) -> str:
    return f"OFFER#{repository_uid}"


def _offered(account_uid: str) -> str:
    return f"OFFERED#{account_uid}"
