"""Trusts, and their places in their accounts' lists."""

from services.accounts.store.accounts import account_key, page_below
from services.accounts.store.layout import RECORD_VERSION
from shared.contracts.accounts import Trust
from shared.contracts.base import Listed
from shared.outbox import Outbox
from shared.tables import Absent, Action, Delete, Equals, Item, Put

PREFIX = "TRUST#"


def trust_key(trust_uid: str) -> str:
    """The partition of a trust."""
    return f"{PREFIX}{trust_uid}"


def _row(trust: Trust) -> Item:
    return {
        "pk": trust_key(trust.trust_uid),
        "sk": "TRUST",
        "schema": RECORD_VERSION,
        "version": trust.version,
        "body": trust.model_dump_json(),
    }


def new_trust(trust: Trust) -> list[Action]:
    """A trust and its place in the list; uids are made in the order of time."""
    listed = {"pk": account_key(trust.account_uid), "sk": PREFIX + trust.trust_uid}
    return [Put(_row(trust), when=Absent()), Put(listed)]


def removed_trust(trust: Trust, *, before: int) -> list[Action]:
    """The trust as one that is no more, which the list does not show."""
    listed = Delete(account_key(trust.account_uid), PREFIX + trust.trust_uid)
    return [Put(_row(trust), when=Equals("version", before)), listed]


async def find_trust(outbox: Outbox, trust_uid: str) -> Trust | None:
    """By uid, also when it is removed."""
    item = await outbox.table.get(trust_key(trust_uid), "TRUST")
    return Trust.model_validate_json(item["body"]) if item else None


async def page_of_trusts(
    outbox: Outbox, account_uid: str, listed: Listed
) -> tuple[list[Trust], str | None]:
    """An account's trusts, newest first."""
    page = await page_below(outbox, account_key(account_uid), PREFIX, listed)
    items = await outbox.table.get_many([(item["sk"], "TRUST") for item in page.items])
    return [Trust.model_validate_json(item["body"]) for item in items if item], page.cursor
