"""What operators do at the machine: accounts, keys, administrators, proofs of audit trails.

They work on the table, beside a platform that runs or not; its accounts process publishes.
"""

import argparse
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from services.accounts.operations import access_keys, accounts, administering
from services.accounts.operations.auditing import breaks, lost
from services.accounts.settings import ServiceSettings
from services.accounts.store.accounts import find_account_named
from services.accounts.store.audit import START, head_of, trail_of
from services.accounts.store.layout import SCHEMA
from shared.contracts.accounts import (
    Account,
    AuditEntry,
    CreateAccessKey,
    CreateAccount,
    DisableAccount,
    EnableAccount,
    RepositoryName,
    RevokeAccessKey,
    SetAccountQuota,
)
from shared.contracts.base import Actor, Quota
from shared.contracts.repositories import Repository
from shared.errors import NotFound, Problem
from shared.fields import not_valid
from shared.keyfile import load_key_file
from shared.outbox import Outbox
from shared.policy import Principal, service_principal
from shared.sealing import sealing_key
from shared.tables import open_table

OPERATOR = Actor(kind="service", service="operator")
ADMIN = Principal(kind="account", admin=True)


@dataclass(frozen=True)
class Desk:
    """What a command works with."""

    outbox: Outbox
    sealing_key: bytes
    words: argparse.Namespace

    async def account(self) -> Account:
        """The account that is named; NotFound."""
        found = await find_account_named(self.outbox, self.words.account)
        if found is None:
            raise NotFound(f"There is no account {self.words.account}.")
        return found


async def create_account(desk: Desk) -> str:
    """A person's account, for the identity that they have with Kratos."""
    words = desk.words
    wanted = CreateAccount(
        actor=OPERATOR,
        account_id=words.account,
        kind="individual",
        name=words.name or words.account,
        identity_id=words.identity,
    )
    made = await accounts.create_account(desk.outbox, service_principal("operator"), wanted)
    return f"{made.account_id} {made.account_uid}"


async def create_access_key(desk: Desk) -> str:
    """A key for an account; its id and its secret, told this once."""
    account = await desk.account()
    wanted = CreateAccessKey(
        actor=OPERATOR, account_uid=account.account_uid, name=desk.words.name or "operator"
    )
    made = await access_keys.create_access_key(
        desk.outbox,
        ADMIN,
        wanted,
        sealing_key=desk.sealing_key,
        find_repository=_nowhere,
    )
    return f"{made.access_key_id} {made.secret_access_key.get_secret_value()}"


async def revoke_access_key(desk: Desk) -> str:
    """The key works no more, as soon as the bus tells of it."""
    account = await desk.account()
    wanted = RevokeAccessKey(
        actor=OPERATOR,
        access_key_id=desk.words.key,
        account_uid=account.account_uid,
        reason=desk.words.reason,
    )
    await access_keys.revoke_access_key(desk.outbox, ADMIN, wanted)
    return f"{desk.words.key} is revoked."


async def grant_admin(desk: Desk) -> str:
    """The account administers this platform from now on."""
    await administering.grant_admin(desk.outbox, OPERATOR, await desk.account())
    return f"{desk.words.account} is an administrator."


async def disable(desk: Desk) -> str:
    """The account is shut."""
    uid = (await desk.account()).account_uid
    wanted = DisableAccount(actor=OPERATOR, account_uid=uid, reason=desk.words.reason)
    await administering.disable_account(desk.outbox, ADMIN, wanted)
    return f"{desk.words.account} is disabled."


async def enable(desk: Desk) -> str:
    """The account is open again."""
    uid = (await desk.account()).account_uid
    wanted = EnableAccount(actor=OPERATOR, account_uid=uid, reason=desk.words.reason)
    await administering.enable_account(desk.outbox, ADMIN, wanted)
    return f"{desk.words.account} is enabled."


async def set_quota(desk: Desk) -> str:
    """What all repositories of the account may hold; what is left out is as is usual."""
    words = desk.words
    quota = Quota(size=words.size or None, objects=words.objects or None)
    uid = (await desk.account()).account_uid
    wanted = SetAccountQuota(actor=OPERATOR, account_uid=uid, quota=quota, reason=words.reason)
    await administering.set_account_quota(desk.outbox, ADMIN, wanted)
    told = {name: value for name, value in quota.model_dump().items() if value is not None}
    return f"{words.account}: {told or 'as is usual'}"


async def verify_audit(desk: Desk) -> str:
    """That the trail of an account, or of a file that was exported, is whole."""
    path = desk.words.file
    entries, head = (read_trail(path), START) if path else await _trail(desk)
    said = breaks(entries) + lost(entries, head)
    if said:
        raise Problem("\n".join(said))
    return f"{len(entries)} entries, whole; the last is {entries[-1].hash if entries else 'none'}"


def read_trail(path: Path) -> list[AuditEntry]:
    """The entries of an exported file."""
    return [AuditEntry.model_validate_json(line) for line in path.read_text().splitlines()]


async def _trail(desk: Desk) -> tuple[list[AuditEntry], tuple[int, str]]:
    """All entries, and what the head of their chain was before they were read."""
    uid = (await desk.account()).account_uid
    head = await head_of(desk.outbox, uid)
    return [one async for some in trail_of(desk.outbox, uid) for one in some], head


async def _nowhere(name: RepositoryName) -> Repository:
    """Repositories are another service's, which may not run."""
    raise NotFound(name.full)


COMMANDS: Mapping[str, Callable[[Desk], Awaitable[str]]] = {
    "create-account": create_account,
    "create-access-key": create_access_key,
    "revoke-access-key": revoke_access_key,
    "grant-admin": grant_admin,
    "disable": disable,
    "enable": enable,
    "set-quota": set_quota,
    "verify-audit": verify_audit,
}
OPTIONS: Mapping[str, Sequence[str]] = {
    "create-account": ("identity", "name"),
    "create-access-key": ("name",),
    "revoke-access-key": ("key", "reason"),
    "disable": ("reason",),
    "enable": ("reason",),
    "set-quota": ("size", "objects", "reason"),
}
REQUIRED = {"identity", "key"}


def parser() -> argparse.ArgumentParser:
    """What can be said."""
    whole = argparse.ArgumentParser(prog="python -m services.accounts", description=__doc__)
    commands = whole.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        one = commands.add_parser(name, help=command.__doc__)
        is_proof = name == "verify-audit"
        one.add_argument("account", nargs="?" if is_proof else None, default="")
        for option in OPTIONS.get(name, ()):
            one.add_argument(f"--{option}", default="", required=option in REQUIRED)
        if is_proof:
            one.add_argument("--file", type=Path, default=None)
    return whole


@asynccontextmanager
async def opened(settings: ServiceSettings, words: argparse.Namespace) -> AsyncIterator[Desk]:
    """The table and the key file."""
    key = load_key_file(settings.home)
    table = await open_table(SCHEMA, service="accounts", settings=settings)
    try:
        yield Desk(Outbox(table), sealing_key(key), words)
    finally:
        await table.close()


async def command(words: Sequence[str], settings: ServiceSettings | None = None) -> tuple[int, str]:
    """Do it: the exit code and what is to be told."""
    said = parser().parse_args(words)
    async with opened(settings or ServiceSettings(), said) as desk:
        try:
            return 0, await COMMANDS[said.command](desk)
        except Problem as problem:
            return 1, problem.detail
        except ValidationError as error:
            return 1, not_valid(error).detail
        except (OSError, ValueError) as error:
            return 1, str(error)
