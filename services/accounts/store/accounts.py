"""Accounts, their names and their Kratos identities."""

import json

from services.accounts.store.layout import ALL, RECORD_VERSION
from shared.contracts.accounts import Account, AccountPage, EmailState
from shared.contracts.base import Actor, Listed
from shared.outbox import Outbox
from shared.policy import ANONYMOUS_PRINCIPAL, Principal, account_principal, service_principal
from shared.tables import Absent, Action, Equals, Item, Page, Put


def account_key(account_uid: str) -> str:
    """The partition of an account and its members."""
    return f"ACCOUNT#{account_uid}"


async def page_below(outbox: Outbox, partition: str, prefix: str, listed: Listed) -> Page:
    """What a partition lists under a prefix, newest first."""
    return await outbox.table.query(
        partition,
        prefix=prefix,
        forward=False,
        limit=listed.limit,
        cursor=listed.cursor,
    )


def account_row(account: Account) -> Item:
    """An account as it is kept."""
    return {
        "pk": account_key(account.account_uid),
        "sk": "ACCOUNT",
        "schema": RECORD_VERSION,
        "version": account.version,
        "all": "ACCOUNT",
        "made": account.account_uid,
        "body": account.model_dump_json(),
    }


def new_account(account: Account, *, identity_id: str = "") -> list[Action]:
    """The rows of a new account: each only where there is none, so nothing is overwritten."""
    to_account = {"account_uid": account.account_uid}
    name = {"pk": f"NAME#{account.account_id}", "sk": "NAME", **to_account}
    identity = {"pk": f"IDENTITY#{identity_id}", "sk": "IDENTITY", **to_account}
    rows = [name, account_row(account)]
    if identity_id:
        rows += [identity, identity_row(account.account_uid, identity_id, EmailState())]
    return [Put(row, when=Absent()) for row in rows]


def identity_row(account_uid: str, identity_id: str, state: EmailState) -> Item:
    """What Kratos says of the identity of an account."""
    return {
        "pk": account_key(account_uid),
        "sk": "IDENTITY",
        "schema": RECORD_VERSION,
        "identity_id": identity_id,
        "body": state.model_dump_json(),
    }


def changed_account(account: Account, *, before: int) -> Action:
    """The account in its new version, if `before` is still the stored one."""
    return Put(account_row(account), when=Equals("version", before))


async def find_account(outbox: Outbox, account_uid: str) -> Account | None:
    """By uid."""
    item = await outbox.table.get(account_key(account_uid), "ACCOUNT") if account_uid else None
    return Account.model_validate_json(item["body"]) if item else None


async def find_account_named(outbox: Outbox, account_id: str) -> Account | None:
    """By the name in URLs."""
    return await _find_by(outbox, "NAME", account_id)


async def find_account_of(outbox: Outbox, identity_id: str) -> Account | None:
    """By Kratos identity."""
    return await _find_by(outbox, "IDENTITY", identity_id)


async def _find_by(outbox: Outbox, kind: str, name: str) -> Account | None:
    item = await outbox.table.get(f"{kind}#{name}", kind) if name else None
    return await find_account(outbox, item["account_uid"]) if item else None


async def find_accounts(outbox: Outbox, account_uids: list[str]) -> list[Account]:
    """Those of these that there are, in the same order."""
    items = await outbox.table.get_many([(account_key(uid), "ACCOUNT") for uid in account_uids])
    return [Account.model_validate_json(item["body"]) for item in items if item]


async def page_of_accounts(outbox: Outbox, listed: Listed, *, saying: str = "") -> AccountPage:
    """All accounts in the order of their making, but for those that nowhere say this (lower case).

    Records are read as text first: to look into one costs ten times what it costs to pass it over.
    """
    page = await outbox.table.query(
        "ACCOUNT", index=ALL.name, limit=listed.limit, cursor=listed.cursor
    )
    written = json.dumps(saying, ensure_ascii=False)[1:-1]
    bodies = [item["body"] for item in page.items if written in item["body"].lower()]
    accounts = [Account.model_validate_json(body) for body in bodies]
    return AccountPage(accounts=accounts, cursor=page.cursor)


async def find_principal(outbox: Outbox, actor: Actor) -> Principal:
    """Who an actor is at this moment; an account that is not there is nobody."""
    if actor.kind == "service":
        return service_principal(actor.service)
    account = await find_account(outbox, actor.account_uid) if actor.kind == "account" else None
    return account_principal(account, actor.scope) if account else ANONYMOUS_PRINCIPAL
