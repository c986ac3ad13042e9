"""Access keys: made, shown once, revoked."""

import re
import secrets
import string

from services.accounts.models import KeyRecord
from services.accounts.operations.accounts import demand_service
from services.accounts.store.access_keys import find_key, new_key, page_of_keys, revoked_key
from services.accounts.store.accounts import find_account
from services.accounts.store.layout import commit
from shared.contracts.accounts import (
    AccessKeyCreated,
    AccessKeyPage,
    AccessKeyRevoked,
    AccessKeySealed,
    AccessKeySecret,
    Account,
    CreateAccessKey,
    GetSealedAccessKey,
    ListAccessKeys,
    RevokeAccessKey,
    SealedAccessKey,
)
from shared.contracts.base import Actor, Done, now
from shared.errors import Forbidden, Invalid, NotFound
from shared.outbox import Outbox, announce, next_version
from shared.policy import Action, Principal, account_resource, demand, may
from shared.races import until_won
from shared.sealing import seal
from shared.tables import Put

ID_PREFIX, ID_CHARACTERS, ID_LENGTH = "COOP", string.ascii_uppercase + string.digits, 16
SECRET_CHARACTERS, SECRET_LENGTH = string.ascii_letters + string.digits, 40
ID = re.compile(rf"{ID_PREFIX}[A-Z0-9]{{{ID_LENGTH}}}")
SECRET = re.compile(rf"[A-Za-z0-9+/_-]{{{SECRET_LENGTH}}}")


async def create_access_key(
    outbox: Outbox, principal: Principal, wanted: CreateAccessKey, *, sealing_key: bytes
) -> AccessKeySecret:
    """A new key with its secret, which is told this once; NotFound, Forbidden, Conflict."""
    account = await _owner(outbox, wanted.account_uid)
    access_key_id, secret = wanted.access_key_id, wanted.secret_access_key
    if access_key_id or secret:
        _check_brought(principal, access_key_id, secret)
    else:
        demand(principal, Action.ACCESS_KEY_MANAGE, account_resource(account))
        access_key_id, secret = generate()
    record = KeyRecord(
        access_key_id=access_key_id,
        account_uid=account.account_uid,
        account_id=account.account_id,
        name=wanted.name,
        created_at=now(),
        sealed_secret=seal(sealing_key, secret, name=access_key_id),
        version=next_version(),
    )
    told = AccessKeyCreated(account_id=account.account_id, access_key=record.shown())
    await commit(outbox, *new_key(record), *_announced(told, record, wanted.actor))
    return AccessKeySecret(**record.shown().model_dump(), secret_access_key=secret)


async def list_access_keys(
    outbox: Outbox, principal: Principal, wanted: ListAccessKeys
) -> AccessKeyPage:
    """An account's keys, newest first, revoked ones too."""
    account = await _owner(outbox, wanted.account_uid)
    demand(principal, Action.ACCESS_KEY_MANAGE, account_resource(account))
    records, cursor = await page_of_keys(outbox, account.account_uid, wanted)
    return AccessKeyPage(access_keys=[record.shown() for record in records], cursor=cursor)


async def revoke_access_key(outbox: Outbox, principal: Principal, wanted: RevokeAccessKey) -> Done:
    """The key works no more and its material is gone; NotFound for those who do not manage it."""

    async def attempt() -> Done:
        before = await find_key(outbox, wanted.access_key_id)
        account = await find_account(outbox, before.account_uid) if before else None
        if before is None or account is None:
            raise NotFound
        if wanted.account_uid not in {"", account.account_uid}:
            raise NotFound
        if not may(principal, Action.ACCESS_KEY_MANAGE, account_resource(account)):
            raise NotFound
        if before.revoked:
            return Done()
        changes = {"revoked": True, "sealed_secret": "", "version": next_version(before.version)}
        record = before.model_copy(update=changes)
        told = AccessKeyRevoked(account_id=account.account_id, access_key=record.shown())
        rows = revoked_key(record, before=before)
        await commit(outbox, *rows, *_announced(told, record, wanted.actor))
        return Done()

    return await until_won(attempt)


async def get_sealed_access_key(
    outbox: Outbox, principal: Principal, wanted: GetSealedAccessKey
) -> SealedAccessKey:
    """For services alone; a revoked key is told as such, without material."""
    demand_service(principal)
    record = await find_key(outbox, wanted.access_key_id)
    if record is None:
        raise NotFound
    return record.sealed()


def generate() -> tuple[str, str]:
    """A new key id and secret; letters and digits only, so that no shell needs them quoted."""
    access_key_id = "".join(secrets.choice(ID_CHARACTERS) for _ in range(ID_LENGTH))
    secret = "".join(secrets.choice(SECRET_CHARACTERS) for _ in range(SECRET_LENGTH))
    return ID_PREFIX + access_key_id, secret


def _announced(
    told: AccessKeyCreated | AccessKeyRevoked, record: KeyRecord, actor: Actor
) -> list[Put]:
    """Everyone hears of the key; storage and web get its sealed material, or lose it."""
    sealed = AccessKeySealed(
        account_id=record.account_id,
        repository_id=record.access_key_id,
        access_key=record.sealed(),
    )
    return [
        announce(data, aggregate=record.access_key_id, version=record.version, actor=actor.uid)
        for data in (told, sealed)
    ]


def _check_brought(principal: Principal, access_key_id: str, secret: str) -> None:
    """A key's own values come from a service alone, and look like ours."""
    if principal.kind != "service":
        raise Forbidden("A key's id and secret are made here.")
    if not ID.fullmatch(access_key_id) or not SECRET.fullmatch(secret):
        raise Invalid(
            f"A key's id is {ID_PREFIX} and {ID_LENGTH} of A-Z0-9, "
            f"its secret {SECRET_LENGTH} of A-Za-z0-9+/_-."
        )


async def _owner(outbox: Outbox, account_uid: str) -> Account:
    account = await find_account(outbox, account_uid)
    if account is None:
        raise NotFound
    return account
