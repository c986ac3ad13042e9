"""Data connections: made by an account's owners, listed, removed; their secrets are never told."""

import json
from urllib.parse import urlsplit

from services.repositories.models import ConnectionRecord, Rules
from services.repositories.operations.resources import Resources
from services.repositories.store.connections import (
    connections_of,
    find_connection,
    gone_connection,
    new_connection,
    page_of_connections,
)
from services.repositories.store.histories import history_to_drop
from shared.contracts.accounts import Account
from shared.contracts.base import Done
from shared.contracts.repositories import (
    Connection,
    ConnectionCreated,
    ConnectionEvent,
    ConnectionPage,
    ConnectionRemoved,
    ConnectionSealed,
    CreateConnection,
    CreateRepository,
    ListConnections,
    RemoveConnection,
)
from shared.errors import Conflict, NotFound
from shared.fields import invalid, is_web_address, one_line
from shared.identifiers import new_uid
from shared.networks import is_host, is_private_host
from shared.outbox import announce, next_version
from shared.policy import Action, Principal, account_resource, demand
from shared.races import until_won
from shared.sealing import seal
from shared.tables import Action as TableAction
from shared.tables import Put

MOST = 100
OURSELVES = "repositories"


async def create_connection(
    resources: Resources, principal: Principal, account: Account, wanted: CreateConnection
) -> Connection:
    """A new connection; nothing is asked of its bucket yet. Invalid, Conflict, Forbidden."""
    demand(principal, Action.CONNECTION_MANAGE, account_resource(account))
    record = _new_record(resources, account, wanted)
    there, _ = await connections_of(resources.outbox, account.account_uid, limit=MOST)
    if len(there) >= MOST:
        raise Conflict(f"An account has at most {MOST} data connections; remove one.")
    told = _announced(ConnectionCreated, record, wanted)
    await resources.outbox.commit(new_connection(record), *told)
    return record.shown()


async def list_connections(
    resources: Resources, principal: Principal, account: Account, wanted: ListConnections
) -> ConnectionPage:
    """An account's connections, newest first."""
    demand(principal, Action.CONNECTION_MANAGE, account_resource(account))
    return await page_of_connections(resources.outbox, account.account_uid, wanted)


async def remove_connection(
    resources: Resources, principal: Principal, account: Account, wanted: RemoveConnection
) -> Done:
    """Nothing is read through it any more. NotFound for one of another account."""
    demand(principal, Action.CONNECTION_MANAGE, account_resource(account))

    async def attempt() -> Done:
        uids = account.account_uid, wanted.connection_uid
        before = await find_connection(resources.outbox, *uids)
        if before is None:
            raise NotFound
        told = _announced(ConnectionRemoved, removed(before), wanted)
        await resources.outbox.commit(*_gone(resources, before), *told)
        return Done()

    return await until_won(attempt)


async def drop_connections(resources: Resources, account: Account) -> None:
    """Those of an account that was deleted: what they were read by is kept nowhere."""
    while True:
        records, _ = await connections_of(resources.outbox, account.account_uid, limit=MOST)
        for record in records:
            told = told_sealed(removed(record), OURSELVES)
            await resources.outbox.commit(*_gone(resources, record), told)
        if not records:
            return


async def demand_connection(
    resources: Resources, principal: Principal, account: Account, wanted: CreateRepository
) -> None:
    """Whoever shows a bucket to others must be one whose it is. Forbidden, Invalid."""
    if not wanted.connection_uid:
        if wanted.connection_prefix:
            raise invalid("connection_prefix", "needs a data connection")
        return
    demand(principal, Action.CONNECTION_MANAGE, account_resource(account))
    uids = account.account_uid, wanted.connection_uid
    if await find_connection(resources.outbox, *uids) is None:
        raise invalid("connection_uid", "is no data connection of this account")


def removed(before: ConnectionRecord) -> ConnectionRecord:
    """The connection with nothing left that its bucket could be read by."""
    version = next_version(before.version)
    return before.model_copy(update={"removed": True, "sealed_credentials": "", "version": version})


def told_sealed(record: ConnectionRecord, actor_uid: str) -> Put:
    """The row that tells storage: on one subject for all the life of the connection."""
    data = ConnectionSealed(
        account_id=record.account_uid,
        repository_id=record.connection_uid,
        connection=record.sealed(),
    )
    uid, version = record.connection_uid, record.version
    return announce(data, aggregate=uid, version=version, actor=actor_uid)


def checked_endpoint(text: str, rules: Rules) -> str:
    """The address of an S3 server as it is kept. Invalid where it leads nowhere public."""
    endpoint = text.strip().rstrip("/")
    if not endpoint:
        return ""
    parts = urlsplit(endpoint) if is_web_address(endpoint) else None
    if parts is None or parts.query or parts.fragment or not is_host(parts.hostname or ""):
        raise invalid("endpoint", "must be the address of an S3 server, as https://host")
    if rules.private_connections:
        return endpoint
    if parts.scheme != "https":
        raise invalid("endpoint", "must begin with https://")
    # What a name leads to is asked by who connects, each time.
    host = (parts.hostname or "").rstrip(".")
    if host == "localhost" or is_private_host(host):
        raise invalid("endpoint", "is not a public host")
    return endpoint


def _new_record(
    resources: Resources, account: Account, wanted: CreateConnection
) -> ConnectionRecord:
    uid, credentials = new_uid(), _credentials(wanted)
    sealed = seal(resources.connections_key, credentials, name=uid) if credentials else ""
    return ConnectionRecord(
        version=next_version(),
        connection_uid=uid,
        account_uid=account.account_uid,
        account_id=account.account_id,
        name=one_line("name", wanted.name),
        bucket=wanted.bucket,
        endpoint=checked_endpoint(wanted.endpoint, resources.rules),
        region=wanted.region,
        is_anonymous=not credentials,
        made_by=wanted.actor.uid,
        created_at=resources.rules.clock(),
        sealed_credentials=sealed,
    )


def _credentials(wanted: CreateConnection) -> str:
    """Both halves of a key, or nothing. Invalid for one half."""
    halves = [one.get_secret_value() for one in (wanted.access_key_id, wanted.secret_access_key)]
    if any(halves) and not all(halves):
        missing = "secret_access_key" if halves[0] else "access_key_id"
        raise invalid(missing, "must be given with the other half of the key")
    return json.dumps(halves) if all(halves) else ""


def _gone(resources: Resources, before: ConnectionRecord) -> list[TableAction]:
    """No record, and no history of what was sealed either, once it is told."""
    moment = resources.rules.seconds()
    return [gone_connection(before), history_to_drop(before.connection_uid, moment=moment)]


def _announced(
    event: type[ConnectionEvent],
    record: ConnectionRecord,
    wanted: CreateConnection | RemoveConnection,
) -> list[Put]:
    """Everyone hears of the connection; storage gets what it is read by, or loses it."""
    told = event(
        account_id=record.account_id,
        connection=record.shown(),
        reason=wanted.reason,
        access_key_id=wanted.actor.access_key_id,
    )
    uid, version = record.connection_uid, record.version
    return [
        announce(told, aggregate=uid, version=version, actor=wanted.actor.uid),
        told_sealed(record, wanted.actor.uid),
    ]
