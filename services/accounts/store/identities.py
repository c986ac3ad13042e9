"""What Kratos says of the identity behind an account, beside the account it belongs to."""

from services.accounts.store.accounts import account_key, identity_row
from shared.contracts.accounts import EmailState
from shared.outbox import Outbox
from shared.tables import Absent, AnyOf, Below, ConditionFailed, Delete, Put

STATE = "IDENTITY"
LOOKED = ("RECONCILED", "RECONCILED")


async def keep_email(outbox: Outbox, identity_id: str, state: EmailState) -> None:
    """Keep it with the account of the identity; nothing where no account was made yet."""
    link = await outbox.table.get(f"IDENTITY#{identity_id}", "IDENTITY")
    if link is None:
        return
    await outbox.table.write(Put(identity_row(link["account_uid"], identity_id, state)))


async def find_email(outbox: Outbox, account_uid: str) -> tuple[str, EmailState]:
    """The identity of an account and its address; both empty where nothing is known."""
    item = await outbox.table.get(account_key(account_uid), STATE)
    if item is None:
        return "", EmailState()
    return item["identity_id"], EmailState.model_validate_json(item["body"])


async def claim_round(outbox: Outbox, *, now: int, period_seconds: float) -> bool:
    """Whether it is time to look through all again, and for us to do it."""
    row = {"pk": LOOKED[0], "sk": LOOKED[1], "at": now}
    due = AnyOf(Absent(), Below("at", now - period_seconds))
    try:
        await outbox.table.write(Put(row, when=due))
    except ConditionFailed:
        return False
    return True


async def give_round_back(outbox: Outbox) -> None:
    """It was not done; the next to ask does it."""
    await outbox.table.write(Delete(*LOOKED))
