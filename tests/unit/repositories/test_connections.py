"""Data connections: who makes them, what is told of them, and who shows their buckets."""

from typing import Any

import pytest

from services.repositories.models import Rules
from services.repositories.operations.connections import (
    MOST,
    create_connection,
    drop_connections,
    list_connections,
    remove_connection,
)
from services.repositories.operations.repositories import create_repository
from services.repositories.operations.resources import Resources
from services.repositories.operations.states import set_retention, set_versioning
from services.repositories.operations.transfers import offer_transfer
from shared.contracts.base import Actor, KeyAction, Scope
from shared.contracts.repositories import (
    Connection,
    CreateConnection,
    CreateRepository,
    ListConnections,
    OfferTransfer,
    RemoveConnection,
    Repository,
    Retention,
    SetRetention,
    SetVersioning,
    Versioning,
)
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.outbox import Outbox
from shared.policy import Principal
from shared.sealing import unseal
from tests.announced import announced, announced_types
from tests.publishers import MAINTAINER, NOAA, OWNER, STRANGER, WRITER

KEY = bytes(range(32))
MAKER = Actor(kind="account", account_uid="01MAKER")
SECRET, KEY_ID = "the-secret-half", "THE-KEY-ID"
LIMITED = Principal(
    kind="account",
    account_uid=OWNER.account_uid,
    roles=OWNER.roles,
    scope=Scope(actions=frozenset(KeyAction)),
)


@pytest.fixture
def resources(outbox: Outbox) -> Resources:
    return Resources(outbox, Rules(), KEY)


async def made(resources: Resources, principal: Principal = OWNER, **wanted: Any) -> Connection:
    """A new connection."""
    named = {"account_id": "noaa", "name": "Our bucket", "bucket": "noaa-data", **wanted}
    asked = CreateConnection(actor=MAKER, **named)
    return await create_connection(resources, principal, NOAA, asked)


async def listed(resources: Resources, principal: Principal = OWNER) -> list[Connection]:
    """Those of noaa."""
    asked = ListConnections(account_id="noaa")
    return (await list_connections(resources, principal, NOAA, asked)).connections


async def bound(resources: Resources, principal: Principal = OWNER, **wanted: Any) -> Repository:
    """A repository of a bucket."""
    named = {"account_id": "noaa", "repository_id": "shown", "title": "Shown", **wanted}
    return await create_repository(resources, principal, NOAA, CreateRepository(**named))


async def test_its_owner_makes_one_and_nothing_of_the_key_is_told(resources: Resources) -> None:
    connection = await made(resources, access_key_id=KEY_ID, secret_access_key=SECRET)
    assert await listed(resources) == [connection]
    assert not connection.is_anonymous
    told = await announced(resources.outbox)
    assert [one["type"].split(".")[2] for one in told] == [
        "connection_created",
        "connection_sealed",
    ]
    for secret in (KEY_ID, SECRET):
        assert secret not in str(told)
        assert secret not in str(connection)
    sealed = told[1]["data"]["connection"]["sealed_credentials"]
    assert unseal(KEY, sealed, name=connection.connection_uid) == f'["{KEY_ID}", "{SECRET}"]'
    assert "sealed_credentials" not in str(told[0])


async def test_it_is_told_to_storage_on_a_subject_of_its_own(resources: Resources) -> None:
    connection = await made(resources)
    rows = await resources.outbox.pending(limit=10)
    private = [row["subject"] for row in rows.items if row["subject"].startswith("coop.private")]
    assert private == [
        f"coop.private.v1.repositories.01NOAA.{connection.connection_uid}.connection_sealed"
    ]


@pytest.mark.parametrize("principal", [MAINTAINER, WRITER, STRANGER, LIMITED])
async def test_only_owners_manage_them(resources: Resources, principal: Principal) -> None:
    connection = await made(resources)
    with pytest.raises(Forbidden):
        await made(resources, principal)
    with pytest.raises(Forbidden):
        await listed(resources, principal)
    remove = RemoveConnection(account_id="noaa", connection_uid=connection.connection_uid)
    with pytest.raises(Forbidden):
        await remove_connection(resources, principal, NOAA, remove)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://s3.example.org",
        "https://localhost",
        "https://localhost.:9000",
        "https://127.0.0.1",
        "https://10.0.0.1:9000",
        "https://[::1]",
        "https://169.254.169.254",
        "https://s3.example.org/?x=1",
        "https://s3.example.org/#x",
        "https://me@s3.example.org",
        "ftp://s3.example.org",
        "s3.example.org",
        "https://a_b.example",
        "https://b\u00fccket.example",
        "https://a..b",
        "https://-a.example",
        "https://h.example;x",
        f"https://{'a' * 64}.com",
        "https://[2001:4860:4860::8888%25eth0]",
    ],
)
async def test_addresses_that_are_none_for_a_bucket(resources: Resources, endpoint: str) -> None:
    with pytest.raises(Invalid, match="endpoint"):
        await made(resources, endpoint=endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://s3.example.org:9000/path",
        "https://xn--bcket-kva.example",
        "https://8.8.8.8",
        "https://[2001:4860:4860::8888]:9000",
    ],
)
async def test_addresses_that_are_some(resources: Resources, endpoint: str) -> None:
    assert (await made(resources, endpoint=endpoint)).endpoint == endpoint


@pytest.mark.parametrize("region", ["-", "a-", "-a", "1", "a" * 41, "US", "a_b", ""])
async def test_regions_that_are_none(resources: Resources, region: str) -> None:
    with pytest.raises(ValueError, match="must be a region's name"):
        await made(resources, region=region)


@pytest.mark.parametrize("region", ["a", "us-west-2", "auto", "1-a"])
async def test_regions_that_are_some(resources: Resources, region: str) -> None:
    assert await made(resources, region=region)


async def test_private_addresses_where_a_setting_says_so(outbox: Outbox) -> None:
    near = Resources(outbox, Rules(private_connections=True), KEY)
    connection = await made(near, endpoint="http://127.0.0.1:9000/")
    assert connection.endpoint == "http://127.0.0.1:9000"


@pytest.mark.parametrize("half", [{"access_key_id": "a"}, {"secret_access_key": "b"}])
async def test_half_a_key_is_none(resources: Resources, half: dict[str, str]) -> None:
    with pytest.raises(Invalid, match="other half"):
        await made(resources, **half)


async def test_an_account_has_so_many(resources: Resources) -> None:
    for _ in range(MOST):
        await made(resources)
    with pytest.raises(Conflict, match=str(MOST)):
        await made(resources)


async def test_one_that_is_removed_leaves_nothing_to_read_by(resources: Resources) -> None:
    connection = await made(resources, access_key_id=KEY_ID, secret_access_key=SECRET)
    remove = RemoveConnection(
        actor=MAKER, account_id="noaa", connection_uid=connection.connection_uid
    )
    await remove_connection(resources, OWNER, NOAA, remove)
    assert await listed(resources) == []
    removed, sealed = (await announced(resources.outbox))[2:]
    assert removed["data"]["connection"]["removed"]
    assert sealed["data"]["connection"]["sealed_credentials"] == ""
    assert int(sealed["sequence"]) > connection.version
    with pytest.raises(NotFound):
        await remove_connection(resources, OWNER, NOAA, remove)


async def test_those_of_an_account_that_is_deleted_go(resources: Resources) -> None:
    await made(resources, access_key_id=KEY_ID, secret_access_key=SECRET)
    await made(resources)
    await drop_connections(resources, NOAA)
    assert await listed(resources) == []
    told = [one["data"]["connection"] for one in (await announced(resources.outbox))[-2:]]
    assert {(one["removed"], one["sealed_credentials"]) for one in told} == {(True, "")}


async def test_an_owner_shows_a_folder_of_a_bucket(resources: Resources) -> None:
    connection = await made(resources)
    place = {"connection_uid": connection.connection_uid, "connection_prefix": "data/2026/"}
    repository = await bound(resources, **place)
    assert repository.connection_uid == connection.connection_uid
    assert repository.connection_prefix == "data/2026/"
    assert (await announced_types(resources.outbox))[-1] == "repository_created"


async def test_a_maintainer_does_not(resources: Resources) -> None:
    connection = await made(resources)
    with pytest.raises(Forbidden):
        await bound(resources, MAINTAINER, connection_uid=connection.connection_uid)


@pytest.mark.parametrize(
    "place", [{"connection_uid": "01NOSUCHCONNECTION"}, {"connection_prefix": "data/"}]
)
async def test_a_place_that_is_none(resources: Resources, place: dict[str, str]) -> None:
    with pytest.raises(Invalid, match="connection"):
        await bound(resources, **place)


@pytest.mark.parametrize("prefix", ["data", "/", "/data/"])
def test_a_prefix_is_a_folder(prefix: str) -> None:
    with pytest.raises(ValueError, match="must end in /"):
        CreateRepository(
            account_id="noaa",
            repository_id="shown",
            title="Shown",
            connection_uid="01",
            connection_prefix=prefix,
        )


async def test_no_versions_are_kept_of_it(resources: Resources) -> None:
    connection = await made(resources)
    await bound(resources, connection_uid=connection.connection_uid)
    names = {"account_id": "noaa", "repository_id": "shown"}
    keep = SetVersioning(**names, versioning=Versioning.ENABLED)
    with pytest.raises(Conflict, match="bucket"):
        await set_versioning(resources, OWNER, NOAA, keep)
    with pytest.raises(Conflict, match="bucket"):
        await set_retention(
            resources, OWNER, NOAA, SetRetention(**names, retention=Retention(days=1))
        )


async def test_it_is_given_to_no_other_account(resources: Resources) -> None:
    connection = await made(resources)
    await bound(resources, connection_uid=connection.connection_uid)
    receiver = NOAA.model_copy(update={"account_uid": "01OTHER", "account_id": "other"})
    offer = OfferTransfer(
        account_id="noaa", repository_id="shown", to_account_id="other", confirm="noaa/shown"
    )
    with pytest.raises(Conflict, match="bucket"):
        await offer_transfer(resources, OWNER, NOAA, offer, receiver)
