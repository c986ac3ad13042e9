"""What a service knows of other services' facts, so that it works while they are away.

Events fill the service's own table; each process keeps what it used a moment ago in memory. What is
not known yet is asked for once; a "no" is remembered for half a second.
"""

import contextlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from shared.bus import Bus
from shared.cloudevents import Event
from shared.contracts.accounts import (
    AccessKeyRevoked,
    AccessKeySealed,
    Account,
    AccountEvent,
    GetAccount,
    GetSealedAccessKey,
    GetTrust,
    SealedAccessKey,
    Trust,
    TrustEvent,
)
from shared.contracts.base import Actor, Request, Snapshot
from shared.contracts.repositories import (
    ConnectionSealed,
    GetRepository,
    GetSealedShareLink,
    Repository,
    RepositoryEvent,
    SealedShareLink,
    ShareLinkRevoked,
    ShareLinkSealed,
    State,
)
from shared.errors import NotFound, Problem
from shared.outbox import newer
from shared.paging import stretches
from shared.policy import ANONYMOUS_PRINCIPAL, Principal, account_principal, service_principal
from shared.snapshots import REPOSITORY_ID, names_of, repository_known
from shared.tables import ConditionFailed, Delete, Equals, Put, Table

MEMORY_SECONDS = 0.5
MEMORY_ENTRIES = 50_000
# A refusal must not wait long for somebody who may be away.
FRESH_SECONDS = 0.3
# Seconds between two questions about one account that was heard of too late.
AFRESH_EVERY = 0.1

Known = TypeVar("Known", bound=Snapshot)


class Projection:
    """Accounts, repositories, sealed access keys and share links as last heard of.

    `changes` grows with each that is heard of: what was concluded before may be so no longer.
    """

    def __init__(self, table: Table, bus: Bus) -> None:
        self.table = table
        self.bus = bus
        self.asker = Actor(kind="service", service=bus.service)
        self.heard_at = time.monotonic()
        self.changes = 0
        self._memory: dict[tuple[str, str], tuple[float, Any]] = {}
        self._asked: dict[str, float] = {}

    async def account(self, account_uid: str) -> Account | None:
        """The account of this uid; None where there is none. Unavailable when nobody can say."""
        return await self._known(
            "ACCOUNT",
            account_uid,
            Account,
            lambda: GetAccount(actor=self.asker, account_uid=account_uid),
        )

    async def account_named(self, account_id: str) -> Account | None:
        """The account of this name."""
        return await self._known(
            "ACCOUNT_ID",
            account_id,
            Account,
            lambda: GetAccount(actor=self.asker, account_id=account_id),
        )

    async def repository(self, account_id: str, repository_id: str) -> Repository | None:
        """The repository of these names, whoever asks; None where there is none any more."""
        names = {"account_id": account_id, "repository_id": repository_id}
        found = await self._known(
            REPOSITORY_ID,
            f"{account_id}/{repository_id}",
            Repository,
            lambda: GetRepository(actor=self.asker, **names),
        )
        return found if found is not None and found.state is not State.DELETED else None

    async def repositories_of(self, account_id: str, prefix: str = "") -> list[Repository]:
        """The repositories of an account that begin with the prefix, as far as events have told."""
        found: list[Repository] = []
        begin = f"{account_id}/{prefix}"
        async for items in stretches(
            lambda cursor: self.table.query(REPOSITORY_ID, prefix=begin, limit=500, cursor=cursor)
        ):
            rows = ((one["sk"], Repository.model_validate_json(one["body"])) for one in items)
            # Former names lead to it too, and it is listed once.
            found += [one for name, one in rows if name == one.full_name]
        return [one for one in found if one.state is not State.DELETED]

    async def repository_of(self, repository_uid: str) -> Repository | None:
        """The repository of this uid as far as events have told; never asks."""
        return await repository_known(self.table, repository_uid)

    async def access_key(self, access_key_id: str) -> SealedAccessKey | None:
        """The sealed material of a key; None where it is unknown, revoked or expired."""
        key = await self._known(
            "KEY",
            access_key_id,
            SealedAccessKey,
            lambda: GetSealedAccessKey(actor=self.asker, access_key_id=access_key_id),
        )
        return key if key is not None and key.is_good(datetime.now(UTC)) else None

    async def trust(self, trust_uid: str) -> Trust | None:
        """A trust; None where it is unknown or removed."""
        found = await self._known(
            "TRUST", trust_uid, Trust, lambda: GetTrust(actor=self.asker, trust_uid=trust_uid)
        )
        return found if found is not None and not found.removed else None

    async def share_link(self, link_id: str) -> SealedShareLink | None:
        """A share link; None where it is unknown, revoked, expired, or its maker is disabled."""
        link = await self._known(
            "LINK",
            link_id,
            SealedShareLink,
            lambda: GetSealedShareLink(actor=self.asker, link_id=link_id),
        )
        if link is None or not link.is_good(datetime.now(UTC)):
            return None
        maker = await self.account(link.made_by)
        return link if maker is not None and not maker.disabled else None

    async def principal(self, actor: Actor) -> Principal:
        """Who an actor is today: its account's state and roles. A deleted account is anonymous."""
        if actor.kind == "service":
            return service_principal(actor.service)
        account = await self.account(actor.account_uid) if actor.account_uid else None
        if account is not None:
            return account_principal(account, actor.scope, actor.share)
        return Principal(share=actor.share) if actor.share else ANONYMOUS_PRINCIPAL

    async def fresh_principal(self, principal: Principal, *, every: float = 1.0) -> Principal:
        """Before a refusal: what accounts says now, as a new role may be faster than its event.

        Asked once `every` so many seconds at most; where nobody answers, it is what is known.
        """
        if principal.kind != "account":
            return principal
        uid = principal.account_uid
        await self._refresh(uid, every)
        actor = Actor(kind="account", account_uid=uid, scope=principal.scope, share=principal.share)
        return await self.principal(actor)

    async def account_afresh(self, account_uid: str) -> Account | None:
        """The account as accounts knows it now, or did AFRESH_EVERY seconds ago at most."""
        await self._refresh(account_uid, AFRESH_EVERY)
        return await self.account(account_uid)

    async def _refresh(self, account_uid: str, every: float) -> None:
        """Ask, unless somebody did within the last `every` seconds."""
        asked_at, now = self._asked.get(account_uid, 0.0), time.monotonic()
        if now - asked_at < every:
            return
        if len(self._asked) >= MEMORY_ENTRIES:
            self._asked.clear()
        self._asked[account_uid] = now
        with contextlib.suppress(Problem):
            wanted = GetAccount(actor=self.asker, account_uid=account_uid)
            found = await self.bus.request(wanted, timeout=FRESH_SECONDS)
            await self.keep(found)

    def silence(self) -> float:
        """Seconds since accounts last gave a sign of life."""
        return time.monotonic() - self.heard_at

    async def alive(self) -> None:
        """Accounts gave a sign of life."""
        self.heard_at = time.monotonic()

    async def _known(
        self, kind: str, name: str, model: type[Known], wanted: Callable[[], Request[Known]]
    ) -> Known | None:
        entry = self._memory.get((kind, name))
        if entry is not None and entry[0] > time.monotonic():
            found: Known | None = entry[1]
            return found
        item = await self.table.get(kind, name)
        if item is not None:
            return self._remember(kind, name, model.model_validate_json(item["body"]))
        return self._remember(kind, name, await self._ask(wanted()))

    async def _ask(self, wanted: Request[Known]) -> Known | None:
        try:
            found = await self.bus.request(wanted)
        except NotFound:
            await self.alive()
            return None
        await self.keep(found)
        return found

    def _remember(self, kind: str, name: str, found: Known | None) -> Known | None:
        if len(self._memory) >= MEMORY_ENTRIES:
            self._memory.clear()
        self._memory[kind, name] = (time.monotonic() + MEMORY_SECONDS, found)
        return found

    def _forget(self, kind: str, name: str) -> None:
        self._memory.pop((kind, name), None)
        self.changes += 1

    async def on_account(self, event: Event[AccountEvent]) -> None:
        """An account is now so."""
        await self.keep(event.data.account)

    async def on_repository(self, event: Event[RepositoryEvent]) -> None:
        """A repository is now so."""
        await self.keep(event.data.repository)

    async def forget(self, repository: Repository) -> None:
        """A repository that was purged: no row says any more what it was."""
        for kind, name in names_of(repository):
            item = await self.table.get(kind, name)
            if item is not None and repository.repository_uid in item["body"]:
                await self.table.write(Delete(kind, name, when=Equals("version", item["version"])))
            self._forget(kind, name)

    async def on_access_key(self, event: Event[AccessKeySealed]) -> None:
        """A key was made, or works no more."""
        await self.keep(event.data.access_key)

    async def on_revoked_key(self, event: Event[AccessKeyRevoked]) -> None:
        """A key works no more: every process hears this live, one of them the sealed message."""
        revoked = SealedAccessKey(
            access_key_id=event.data.access_key.access_key_id,
            account_uid=event.data.access_key.account_uid,
            sealed_secret="",
            revoked=True,
            version=event.version,
        )
        if await self.table.get("KEY", revoked.access_key_id):
            await self.keep(revoked)

    async def on_share_link(self, event: Event[ShareLinkSealed]) -> None:
        """A share link was made, or opens nothing more."""
        await self.keep(event.data.share_link)

    async def on_revoked_link(self, event: Event[ShareLinkRevoked]) -> None:
        """A link opens nothing more: every process hears this live, one of them the sealed one."""
        link = event.data.share_link
        if await self.table.get("LINK", link.link_id):
            await self.keep(link.sealed())

    async def on_connection(self, event: Event[ConnectionSealed]) -> None:
        """A data connection was made, or nothing is read through it any more."""
        await self.keep(event.data.connection)

    async def on_trust(self, event: Event[TrustEvent]) -> None:
        """A trust was made, or is no more."""
        await self.keep(event.data.trust)

    async def keep(self, snapshot: Snapshot) -> None:
        """Write what is newer than what is known; forget what memory says of it."""
        await self.alive()
        for kind, name in names_of(snapshot):
            row = {
                "pk": kind,
                "sk": name,
                "version": snapshot.version,
                "body": snapshot.model_dump_json(),
            }
            try:
                await self.table.write(Put(row, when=newer(snapshot.version)))
            except ConditionFailed:
                continue
            finally:
                self._forget(kind, name)
