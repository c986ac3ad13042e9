"""Access keys: made, shown once, revoked."""

import contextlib
import re
import secrets
import string

from services.accounts.models import KeyRecord
from services.accounts.operations.accounts import demand_service, managed_account
from services.accounts.operations.auditing import audited
from services.accounts.operations.places import FindRepository
from services.accounts.operations.scopes import scope_of
from services.accounts.store.access_keys import (
    find_key,
    new_key,
    noted_use,
    page_of_keys,
    revoked_key,
)
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
    NoteKeyUse,
    RevokeAccessKey,
    SealedAccessKey,
)
from shared.contracts.base import Actor, Done, Scope, now
from shared.errors import Forbidden, Invalid, NotFound
from shared.fields import invalid
from shared.outbox import Outbox, announce, next_version
from shared.policy import Action as Right
from shared.policy import Principal, account_resource, demand, may
from shared.races import until_won
from shared.sealing import seal
from shared.tables import Action, ConditionFailed, Put

ID_PREFIX, ID_CHARACTERS, ID_LENGTH = "COOP", string.ascii_uppercase + string.digits, 16
SECRET_CHARACTERS, SECRET_LENGTH = string.ascii_letters + string.digits, 40
ID = re.compile(rf"{ID_PREFIX}[A-Z0-9]{{{ID_LENGTH}}}")
SECRET = re.compile(rf"[A-Za-z0-9+/_-]{{{SECRET_LENGTH}}}")


async def create_access_key(
    outbox: Outbox,
    principal: Principal,
    wanted: CreateAccessKey,
    *,
    sealing_key: bytes,
    find_repository: FindRepository,
) -> AccessKeySecret:
    """A new key with its secret, which is told this once; NotFound, Forbidden, Invalid."""
    account = await _owner(outbox, wanted.account_uid)
    access_key_id, secret = wanted.access_key_id, wanted.secret_access_key
    if access_key_id or secret:
        _check_brought(principal, access_key_id, secret)
    else:
        demand(principal, Right.ACCESS_KEY_MANAGE, account_resource(account))
        access_key_id, secret = generate()
    scope = await scope_of(outbox, principal, wanted, find_repository)
    sealed = seal(sealing_key, secret, name=access_key_id)
    record = _new_record(account, wanted, access_key_id, sealed, scope)

    async def attempt() -> AccessKeySecret:
        told = AccessKeyCreated(
            account_id=account.account_id, access_key=record.shown(), reason=wanted.reason
        )
        entry = await _entry(outbox, told, record, wanted)
        await commit(outbox, *new_key(record), *_announced(told, record, wanted.actor), *entry)
        return AccessKeySecret(**record.shown().model_dump(), secret_access_key=secret)

    return await until_won(attempt)


def _new_record(
    account: Account,
    wanted: CreateAccessKey,
    access_key_id: str,
    sealed_secret: str,
    scope: Scope | None,
) -> KeyRecord:
    if wanted.expires_at is not None and wanted.expires_at <= now():
        raise invalid("expires_at", "must be a time to come")
    return KeyRecord(
        access_key_id=access_key_id,
        account_uid=account.account_uid,
        account_id=account.account_id,
        name=wanted.name,
        created_at=now(),
        sealed_secret=sealed_secret,
        made_by=wanted.actor.uid,
        expires_at=wanted.expires_at,
        scope=scope,
        places=wanted.places,
        version=next_version(),
    )


async def list_access_keys(
    outbox: Outbox, principal: Principal, wanted: ListAccessKeys
) -> AccessKeyPage:
    """An account's keys, newest first, revoked ones too."""
    account = await managed_account(outbox, principal, wanted.account_uid, Right.ACCESS_KEY_MANAGE)
    keys, cursor = await page_of_keys(outbox, account.account_uid, wanted)
    return AccessKeyPage(access_keys=keys, cursor=cursor)


async def revoke_access_key(outbox: Outbox, principal: Principal, wanted: RevokeAccessKey) -> Done:
    """The key works no more and its material is gone; NotFound for those who do not manage it."""

    async def attempt() -> Done:
        before = await find_key(outbox, wanted.access_key_id)
        account = await find_account(outbox, before.account_uid) if before else None
        if before is None or account is None:
            raise NotFound
        if wanted.account_uid not in {"", account.account_uid}:
            raise NotFound
        if not may(principal, Right.ACCESS_KEY_MANAGE, account_resource(account)):
            raise NotFound
        if before.revoked:
            return Done()
        changes = {"revoked": True, "sealed_secret": "", "version": next_version(before.version)}
        record = before.model_copy(update=changes)
        told = AccessKeyRevoked(
            account_id=account.account_id, access_key=record.shown(), reason=wanted.reason
        )
        rows = [*revoked_key(record, before=before), *_announced(told, record, wanted.actor)]
        await commit(outbox, *rows, *await _entry(outbox, told, record, wanted))
        return Done()

    return await until_won(attempt)


async def is_revoked(outbox: Outbox, key: AccessKeySecret) -> bool:
    """Whether it works no more."""
    record = await find_key(outbox, key.access_key_id)
    return record is None or record.revoked


async def get_sealed_access_key(
    outbox: Outbox, principal: Principal, wanted: GetSealedAccessKey
) -> SealedAccessKey:
    """For services alone; a revoked key is told as such, without material."""
    demand_service(principal)
    record = await find_key(outbox, wanted.access_key_id)
    if record is None:
        raise NotFound
    return record.sealed()


async def note_key_use(outbox: Outbox, principal: Principal, wanted: NoteKeyUse) -> Done:
    """For services alone; what is known to be later stays."""
    demand_service(principal)
    for access_key_id, used_at in wanted.used.items():
        with contextlib.suppress(ConditionFailed):
            await outbox.table.write(noted_use(access_key_id, used_at))
    return Done()


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


async def _entry(
    outbox: Outbox,
    told: AccessKeyCreated | AccessKeyRevoked,
    record: KeyRecord,
    wanted: CreateAccessKey | RevokeAccessKey,
) -> list[Action]:
    return await audited(
        outbox,
        record.account_uid,
        wanted.actor,
        told.event,
        record.access_key_id,
        reason=wanted.reason,
        name=record.name,
        actions=" ".join(sorted(record.scope.actions)) if record.scope else "",
        places=" ".join(record.places),
    )


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
    """Whose key it will be. Not managed_account: a service that brings one manages nobody's."""
    account = await find_account(outbox, account_uid)
    if account is None or account.deleted:
        raise NotFound
    return account
