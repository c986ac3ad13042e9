"""Creations that may be asked for again: the same key gets the same answer, and one thing is made.

A record (whose key it is, of which request, and the sealed answer) is a row in the very transaction
that creates. So none is ever under way: it is there with all that was made, or nothing was made.
Who asks again is judged again: the operation is tried each time, what it would write is dropped.
What is asked is draft-ietf-httpapi-idempotency-key-header, §2.
"""

import hashlib
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, Self, TypeVar

from pydantic import BaseModel

from shared.contracts.base import Creation, Reply, Request
from shared.errors import Conflict, Invalid, KeyReused, TooManyRequests
from shared.outbox import Outbox
from shared.races import until_won
from shared.sealing import SealError, seal, unseal
from shared.tables import Absent, Action, Item, Put, Table

IDEMPOTENCY = "IDEMPOTENCY"
RECORD_VERSION = 1
# Operations look at rights first: who is refused for these alone may ask, and perhaps it is their
# own thing that is in the way. Whoever is refused for anything else is told nothing that was kept.
ENTITLED = (Conflict, Invalid, TooManyRequests)


class Gathered(Outbox):
    """An outbox that keeps what is committed to it for who holds it to write."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self.actions: list[Action] = []

    async def commit(self, *actions: Action) -> None:
        """Nothing is written yet, so no condition fails here."""
        self.actions += actions


Work = Callable[[Outbox], Awaitable[Reply]]
# Whether what was made opens nothing any more: then no secret of it is told.
Ended = Callable[[Outbox, Reply], Awaitable[bool]]


@dataclass(frozen=True)
class IdempotencyRecords:
    """Where a service keeps what it answered, for so long, sealed with `sealing_key`.

    `commit` is the service's own, which says of a refused write what is taken.
    """

    outbox: Outbox
    commit: Callable[..., Awaitable[None]]
    sealing_key: bytes
    kept_for: timedelta

    async def once(
        self,
        wanted: Request[Reply],
        key: str,
        work: Work[Reply],
        ended: Ended[Reply] | None = None,
    ) -> Reply:
        """What `work` answered to this key first; without a key, what it answers now.

        `work` gets the outbox that it is to commit to. A refusal is not kept, as nothing was made.
        Raises KeyReused where the same caller sent the key with another request of this kind, and
        Conflict where what was made has `ended`.
        """
        if not key:
            return await work(self.outbox)
        place = record_key(wanted, key)

        async def kept() -> Reply | None:
            answer = await self._answered(wanted, place)
            if answer is not None and ended is not None and await ended(self.outbox, answer):
                raise Conflict("It was made, but it has ended since: its secret is told no more.")
            return answer

        return await until_won(lambda: self._attempt(wanted, place, work, kept))

    async def _attempt(
        self,
        wanted: Request[Reply],
        place: str,
        work: Work[Reply],
        kept: Callable[[], Awaitable[Reply | None]],
    ) -> Reply:
        gathered = Gathered(self.outbox.table)
        try:
            reply = await work(gathered)
        except ENTITLED:
            answer = await kept()
            if answer is None:
                raise
            return answer
        answer = await kept()
        if answer is not None:
            return answer
        row = self._row(wanted, place, reply.model_dump_json())
        # First: of two sendings the later is refused for its key, not for what the other took.
        await self.commit(self.outbox, Put(row, when=Absent()), *gathered.actions)
        return reply

    async def _answered(self, wanted: Request[Reply], place: str) -> Reply | None:
        row = await self.outbox.table.get(place, IDEMPOTENCY)
        if row is None:
            return None
        if row["request"] != fingerprint(wanted):
            raise KeyReused
        try:
            answer = unseal(self.sealing_key, row["sealed_answer"], name=place)
        except SealError as error:
            raise Conflict("It was done, but the answer can be told no more.") from error
        return wanted.reply_type().model_validate_json(answer)

    def _row(self, wanted: Request[Any], place: str, answer: str) -> Item:
        return {
            "pk": place,
            "sk": IDEMPOTENCY,
            "schema": RECORD_VERSION,
            "request": fingerprint(wanted),
            "sealed_answer": seal(self.sealing_key, answer, name=place),
            "expires_at": int(time.time() + self.kept_for.total_seconds()),
        }


class Door(Protocol):
    """What the handlers of a service are given."""

    @property
    def idempotency(self) -> IdempotencyRecords:
        """Where its answers are kept."""

    def writing_to(self, outbox: Outbox) -> Self:
        """The same, but that operations commit there."""


AnyDoor = TypeVar("AnyDoor", bound=Door)
Handler = Callable[[AnyDoor, Any], Awaitable[BaseModel]]


def once(handler: Handler[AnyDoor], ended: Ended[Any] | None = None) -> Handler[AnyDoor]:
    """The same for a creation, which is done once for each key that it is asked with.

    `ended` is for what is made with a secret.
    """

    async def handle(door: AnyDoor, wanted: Any) -> BaseModel:  # noqa: ANN401 (any creation)
        async def work(outbox: Outbox) -> BaseModel:
            return await handler(door.writing_to(outbox), wanted)

        answer: BaseModel = await door.idempotency.once(wanted, wanted.idempotency_key, work, ended)
        return answer

    return handle


def record_key(wanted: Request[Any], key: str) -> str:
    """The partition of a record: nothing can be read from it.

    Another credential of an account is another caller, as it may be allowed less.
    """
    actor = wanted.actor
    caller = [actor.kind, actor.uid, actor.access_key_id]
    return f"{IDEMPOTENCY}#{_digest([*caller, wanted.operation(), key])}"


def fingerprint(wanted: Request[Any]) -> str:
    """What a request asks for, whoever sends it, as a hash; no secret can be guessed from it."""
    secret = wanted.secret_fields if isinstance(wanted, Creation) else frozenset[str]()
    exclude = {"actor", "idempotency_key", *secret}
    asked = wanted.model_dump(mode="json", exclude=exclude, exclude_defaults=True)
    return _digest(asked)


def _digest(content: Any) -> str:  # noqa: ANN401 (JSON)
    written = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()
