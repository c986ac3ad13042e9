"""Access keys: shown once, sealed at rest, revoked for good."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from services.accounts.operations import access_keys
from services.accounts.operations.access_keys import (
    get_sealed_access_key,
    list_access_keys,
    revoke_access_key,
)
from services.accounts.store.access_keys import find_key
from shared.contracts.accounts import (
    AccessKeySecret,
    Account,
    CreateAccessKey,
    GetSealedAccessKey,
    ListAccessKeys,
    NoteKeyUse,
    RevokeAccessKey,
    Role,
)
from shared.contracts.base import KeyAction, Scope, ScopePlace, now
from shared.contracts.repositories import Visibility
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.outbox import Outbox
from shared.policy import ANONYMOUS_PRINCIPAL, Principal
from shared.sealing import SealError, sealing_key, unseal
from tests.announced import announced, announced_subjects, announced_types
from tests.people import (
    SERVICE_PRINCIPAL,
    actor_of,
    finder,
    grant,
    no_repository,
    organization,
    overwritten,
    person,
    principal_of,
    repository_of,
)

SEALING_KEY = sealing_key(bytes(32))
SAMPLE_ID, SAMPLE_SECRET = "COOPSAMPLESAMPLE1234", "a" * 40

create_access_key = partial(access_keys.create_access_key, find_repository=no_repository)


async def key_of(outbox: Outbox, account: Account, name: str = "laptop") -> AccessKeySecret:
    """A key that the account made for itself."""
    wanted = CreateAccessKey(actor=actor_of(account), account_uid=account.account_uid, name=name)
    principal = await principal_of(outbox, account)
    return await create_access_key(outbox, principal, wanted, sealing_key=SEALING_KEY)


def contents(folder: Path) -> list[bytes]:
    """What is in the files of a folder."""
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


async def test_an_account_that_is_not_there_has_no_keys(outbox: Outbox) -> None:
    wanted = CreateAccessKey(account_uid="01NOBODY")
    with pytest.raises(NotFound):
        await create_access_key(outbox, SERVICE_PRINCIPAL, wanted, sealing_key=SEALING_KEY)
    with pytest.raises(NotFound):
        await list_access_keys(outbox, SERVICE_PRINCIPAL, ListAccessKeys(account_uid="01NOBODY"))


async def revoke(outbox: Outbox, account: Account, access_key_id: str) -> None:
    """The account revokes a key."""
    wanted = RevokeAccessKey(actor=actor_of(account), access_key_id=access_key_id)
    await revoke_access_key(outbox, await principal_of(outbox, account), wanted)


async def test_a_new_key_has_our_shape_and_is_never_the_same(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    keys = [await key_of(outbox, ada) for _ in range(5)]
    assert len({key.access_key_id for key in keys}) == 5
    assert len({key.secret_access_key.get_secret_value() for key in keys}) == 5
    for key in keys:
        assert re.fullmatch(r"COOP[A-Z0-9]{16}", key.access_key_id)
        assert re.fullmatch(r"[A-Za-z0-9]{40}", key.secret_access_key.get_secret_value())
        assert key.account_uid == ada.account_uid


async def test_storage_gets_the_secret_sealed(outbox: Outbox) -> None:
    made = await key_of(outbox, await person(outbox, "ada"))
    sealed = await get_sealed_access_key(
        outbox, SERVICE_PRINCIPAL, GetSealedAccessKey(access_key_id=made.access_key_id)
    )
    secret = made.secret_access_key.get_secret_value()
    assert unseal(SEALING_KEY, sealed.sealed_secret, name=made.access_key_id) == secret
    with pytest.raises(SealError):
        unseal(SEALING_KEY, sealed.sealed_secret, name=SAMPLE_ID)


async def test_sealed_material_is_for_services_alone(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    made = await key_of(outbox, ada)
    wanted = GetSealedAccessKey(access_key_id=made.access_key_id)
    for principal in (ANONYMOUS_PRINCIPAL, await principal_of(outbox, ada)):
        with pytest.raises(Forbidden):
            await get_sealed_access_key(outbox, principal, wanted)
    with pytest.raises(NotFound):
        await get_sealed_access_key(
            outbox, SERVICE_PRINCIPAL, GetSealedAccessKey(access_key_id=SAMPLE_ID)
        )


async def test_no_secret_is_on_the_disk_or_in_an_event_in_clear(
    outbox: Outbox, tmp_path: Path
) -> None:
    made = await key_of(outbox, await person(outbox, "ada"))
    secret = made.secret_access_key.get_secret_value()
    assert secret not in str(await announced(outbox))
    assert secret not in repr(made)
    files = contents(tmp_path)
    assert files
    assert all(secret.encode() not in one for one in files)


async def test_the_key_is_announced_to_all_and_its_material_to_the_private_root(
    outbox: Outbox,
) -> None:
    made = await key_of(outbox, await person(outbox, "ada"))
    assert set(await announced_subjects(outbox)) == {
        "coop.v1.accounts.ada.-.account_created",
        "coop.v1.accounts.ada.-.access_key_created",
        f"coop.private.v1.accounts.ada.{made.access_key_id}.access_key_sealed",
    }
    public = [one for one in await announced(outbox) if "sealed_secret" not in str(one)]
    assert [one["type"] for one in public] == [
        "coop.accounts.account_created.v1",
        "coop.accounts.access_key_created.v1",
    ]


async def test_a_revoked_key_has_no_material_anywhere(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    made = await key_of(outbox, ada)
    wanted = GetSealedAccessKey(access_key_id=made.access_key_id)
    before = await get_sealed_access_key(outbox, SERVICE_PRINCIPAL, wanted)
    await revoke(outbox, ada, made.access_key_id)
    after = await get_sealed_access_key(outbox, SERVICE_PRINCIPAL, wanted)
    assert (after.revoked, after.sealed_secret) == (True, "")
    assert after.version > before.version
    assert before.sealed_secret not in str(await announced(outbox))
    history = await outbox.table.query(f"EVT#{made.access_key_id}")
    assert before.sealed_secret not in str(history.items)
    assert (await announced_types(outbox))[-2:] == ["access_key_revoked", "access_key_sealed"]
    assert (await announced_subjects(outbox))[-1] == (
        f"coop.private.v1.accounts.ada.{made.access_key_id}.access_key_sealed"
    )


async def test_revoking_twice_or_at_once_is_one_change(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    made = await key_of(outbox, ada)
    await asyncio.gather(*(revoke(outbox, ada, made.access_key_id) for _ in range(4)))
    await revoke(outbox, ada, made.access_key_id)
    assert (await announced_types(outbox)).count("access_key_revoked") == 1


async def test_keys_of_others_do_not_exist(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    made = await key_of(outbox, ada)
    for access_key_id in (made.access_key_id, SAMPLE_ID):
        with pytest.raises(NotFound) as refused:
            await revoke(outbox, eve, access_key_id)
        assert refused.value.to_dict() == NotFound().to_dict()
    with pytest.raises(Forbidden):
        await list_access_keys(
            outbox, await principal_of(outbox, eve), ListAccessKeys(account_uid=ada.account_uid)
        )
    wanted = CreateAccessKey(account_uid=ada.account_uid)
    principal = await principal_of(outbox, eve)
    with pytest.raises(Forbidden):
        await create_access_key(outbox, principal, wanted, sealing_key=SEALING_KEY)


async def test_keys_are_listed_newest_first_without_secrets(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    made = []
    for number in range(5):
        made.append(await key_of(outbox, ada, name=str(number)))
        await asyncio.sleep(0.002)
    await revoke(outbox, ada, made[2].access_key_id)
    principal = await principal_of(outbox, ada)
    found, cursor = [], None
    while True:
        wanted = ListAccessKeys(account_uid=ada.account_uid, limit=2, cursor=cursor)
        page = await list_access_keys(outbox, principal, wanted)
        found += page.access_keys
        cursor = page.cursor
        if cursor is None:
            break
    assert [(key.name, key.revoked) for key in found] == [
        ("4", False),
        ("3", False),
        ("2", True),
        ("1", False),
        ("0", False),
    ]
    assert all("secret" not in key.model_dump_json() for key in found)


async def test_an_organizations_key_is_its_owners_affair(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    org = await organization(outbox, "noaa", ada)
    await grant(outbox, ada, org, eve, Role.MAINTAINER)
    wanted = CreateAccessKey(account_uid=org.account_uid)
    owner, maintainer = await principal_of(outbox, ada), await principal_of(outbox, eve)
    made = await create_access_key(outbox, owner, wanted, sealing_key=SEALING_KEY)
    assert made.account_uid == org.account_uid
    with pytest.raises(Forbidden):
        await create_access_key(outbox, maintainer, wanted, sealing_key=SEALING_KEY)
    with pytest.raises(NotFound):
        await revoke(outbox, eve, made.access_key_id)


async def test_a_service_may_bring_a_keys_own_values(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    wanted = CreateAccessKey(
        account_uid=ada.account_uid,
        access_key_id=SAMPLE_ID,
        secret_access_key=SAMPLE_SECRET,
    )
    made = await create_access_key(outbox, SERVICE_PRINCIPAL, wanted, sealing_key=SEALING_KEY)
    assert made.access_key_id == SAMPLE_ID
    assert made.secret_access_key.get_secret_value() == SAMPLE_SECRET
    with pytest.raises(Conflict):
        await create_access_key(outbox, SERVICE_PRINCIPAL, wanted, sealing_key=SEALING_KEY)
    principal = await principal_of(outbox, ada)
    with pytest.raises(Forbidden):
        await create_access_key(outbox, principal, wanted, sealing_key=SEALING_KEY)


@pytest.mark.parametrize(
    ("access_key_id", "secret"),
    [
        (SAMPLE_ID, ""),
        ("", SAMPLE_SECRET),
        (SAMPLE_ID.lower(), SAMPLE_SECRET),
        (SAMPLE_ID + "\n", SAMPLE_SECRET),
        (SAMPLE_ID, "short"),
        (SAMPLE_ID, SAMPLE_SECRET + "\n"),
    ],
)
async def test_values_that_are_not_a_keys_are_refused(
    outbox: Outbox, access_key_id: str, secret: str
) -> None:
    ada = await person(outbox, "ada")
    wanted = CreateAccessKey(
        account_uid=ada.account_uid, access_key_id=access_key_id, secret_access_key=secret
    )
    with pytest.raises(Invalid):
        await create_access_key(outbox, SERVICE_PRINCIPAL, wanted, sealing_key=SEALING_KEY)


async def test_a_service_makes_no_key_of_its_own_choosing(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    wanted = CreateAccessKey(account_uid=ada.account_uid)
    with pytest.raises(Forbidden):
        await create_access_key(outbox, SERVICE_PRINCIPAL, wanted, sealing_key=SEALING_KEY)


async def test_a_disabled_account_manages_no_keys(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    made = await key_of(outbox, ada)
    await overwritten(outbox, ada, disabled=True)
    with pytest.raises(NotFound):
        await key_of(outbox, ada)
    with pytest.raises(NotFound):
        await revoke(outbox, ada, made.access_key_id)


async def test_a_key_of_another_account_is_not_found_under_this_one(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    lab = await organization(outbox, "lab", ada)
    made = await key_of(outbox, ada)
    principal = await principal_of(outbox, ada)
    wanted = RevokeAccessKey(
        actor=actor_of(ada), access_key_id=made.access_key_id, account_uid=lab.account_uid
    )
    with pytest.raises(NotFound):
        await revoke_access_key(outbox, principal, wanted)
    right = wanted.model_copy(update={"account_uid": ada.account_uid})
    await revoke_access_key(outbox, principal, right)


async def test_limits_are_kept_by_uid_and_told_to_the_doors(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    mask = repository_of(ada, "mask")
    wanted = CreateAccessKey(
        actor=actor_of(ada),
        account_uid=ada.account_uid,
        actions=[KeyAction.READ],
        places=["ada/mask/raw/"],
    )
    made = await access_keys.create_access_key(
        outbox,
        await principal_of(outbox, ada),
        wanted,
        sealing_key=SEALING_KEY,
        find_repository=finder(mask),
    )
    sealed = await get_sealed_access_key(
        outbox, SERVICE_PRINCIPAL, GetSealedAccessKey(access_key_id=made.access_key_id)
    )
    place = ScopePlace(
        account_uid=ada.account_uid, repository_uid=mask.repository_uid, prefix="raw/"
    )
    assert sealed.scope == Scope(actions=frozenset({KeyAction.READ}), places=(place,))
    assert made.places == ["ada/mask/raw/"]


@pytest.mark.parametrize("place", ["nobody", "ada/nothing", "eve/secret", "/", "ada/mask/../x/y"])
async def test_a_place_that_is_not_there_is_refused(outbox: Outbox, place: str) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    secret = repository_of(eve, "secret", visibility=Visibility.RESTRICTED)
    wanted = CreateAccessKey(actor=actor_of(ada), account_uid=ada.account_uid, places=[place])
    with pytest.raises(Invalid, match="There is no"):
        await access_keys.create_access_key(
            outbox,
            await principal_of(outbox, ada),
            wanted,
            sealing_key=SEALING_KEY,
            find_repository=finder(secret),
        )


async def test_a_time_gone_by_is_no_expiry(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    wanted = CreateAccessKey(
        actor=actor_of(ada), account_uid=ada.account_uid, expires_at=now() - timedelta(seconds=1)
    )
    with pytest.raises(Invalid, match="to come"):
        await create_access_key(
            outbox, await principal_of(outbox, ada), wanted, sealing_key=SEALING_KEY
        )


async def test_a_key_with_an_end_is_limited_so_that_it_makes_none_without(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    wanted = CreateAccessKey(
        actor=actor_of(ada), account_uid=ada.account_uid, expires_at=now() + timedelta(hours=1)
    )
    key = await create_access_key(
        outbox, await principal_of(outbox, ada), wanted, sealing_key=SEALING_KEY
    )
    record = await find_key(outbox, key.access_key_id)
    assert record is not None
    assert record.scope is not None
    holder = Principal(kind="account", account_uid=ada.account_uid, scope=record.scope)
    with pytest.raises(Forbidden):
        await create_access_key(
            outbox,
            holder,
            wanted.model_copy(update={"expires_at": None}),
            sealing_key=SEALING_KEY,
        )


async def test_only_a_later_use_is_written(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    key_id = (await key_of(outbox, ada)).access_key_id
    for hour in (10, 12, 11):
        used = {key_id: datetime(2030, 1, 1, hour, 30, 59, tzinfo=UTC)}
        await access_keys.note_key_use(outbox, SERVICE_PRINCIPAL, NoteKeyUse(used=used))
    wanted = ListAccessKeys(account_uid=ada.account_uid)
    (key,) = (await list_access_keys(outbox, await principal_of(outbox, ada), wanted)).access_keys
    assert key.last_used_at == datetime(2030, 1, 1, 12, 30, tzinfo=UTC)
    with pytest.raises(Forbidden):
        await access_keys.note_key_use(outbox, await principal_of(outbox, ada), NoteKeyUse(used={}))
