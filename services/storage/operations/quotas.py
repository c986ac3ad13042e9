"""Room for what is about to be written: asked for before a body is read, held until it is stored.

Counters follow what is written within a second, so what is being written at the same moment is held
against the quota too, as far as this process knows: others may go over it by what they take in.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from services.storage.models import Figures, ObjectRecord
from services.storage.operations.succession import keeps
from services.storage.s3.errors import S3Error
from services.storage.store.figures import find_figures, fold
from services.storage.store.objects import find_object
from services.storage.store.uploads import is_upload_id, parts_after
from shared.contracts.accounts import Account
from shared.contracts.base import NO_QUOTA, Quota
from shared.contracts.repositories import Repository
from shared.errors import Problem
from shared.outbox import Outbox

PAGE = 1000
PAUSES = (0.02, 0.1, 0.3)
Place = tuple[str, str]
"""The uid of an account or a repository, and what of it is limited."""


class HeldError(Exception):
    """There is room, but for what is being written at this moment."""

    def __init__(self, refusal: S3Error) -> None:
        super().__init__(refusal)
        self.refusal = refusal


class More(NamedTuple):
    """By how much something is about to grow."""

    objects: int
    size: int

    @property
    def named(self) -> tuple[tuple[str, int], tuple[str, int]]:
        """Both with what they are called."""
        return ("objects", self.objects), ("size", self.size)


class Limit(NamedTuple):
    """What an account or a repository may hold."""

    uid: str
    kind: str
    quota: Quota


@dataclass(slots=True)
class Quotas:
    """`of_account` and `of_repository` count where neither has a quota of its own.

    What was ever placed and released is summed up by itself: the difference is under way.
    """

    outbox: Outbox
    find_account: Callable[[str], Awaitable[Account | None]]
    of_account: Quota = NO_QUOTA
    of_repository: Quota = NO_QUOTA
    _placed: Counter[Place] = field(default_factory=Counter)
    _released: Counter[Place] = field(default_factory=Counter)

    async def of(self, repository: Repository) -> list[Limit]:
        """The limits that something in this repository is held to."""
        account = await self.find_account(repository.account_uid)
        limits = [Limit(repository.repository_uid, "repository", self.for_repository(repository))]
        if account is not None:
            limits.append(Limit(account.account_uid, "account", self.for_account(account)))
        return [limit for limit in limits if limit.quota != NO_QUOTA]

    def for_repository(self, repository: Repository) -> Quota:
        """Its own, else the usual one."""
        return repository.quota.or_else(self.of_repository)

    def for_account(self, account: Account) -> Quota:
        """Its own, else the usual one."""
        return account.quota.or_else(self.of_account)

    @asynccontextmanager
    async def room(self, repository: Repository, key: str, size: int) -> AsyncIterator[None]:
        """Room for an object of this size in place of what is there. Raises QuotaExceeded."""
        limits = await self.of(repository)
        if not limits:
            yield
            return
        before = await find_object(self.outbox, repository.repository_uid, key)
        more = More(1, size) if before is None else More(0, size - _replaced(repository, before))
        with await self._held(repository, limits, more):
            yield
            # Counted before it is let go of, so that nobody misses it in between. It is stored even
            # where it cannot be counted now.
            with suppress(Problem):
                await fold(self.outbox, repository.repository_uid)

    @asynccontextmanager
    async def room_for_part(
        self, repository: Repository, upload_id: str, number: int, size: int
    ) -> AsyncIterator[None]:
        """Room for a part beside the others of its upload. Raises QuotaExceeded."""
        limits = await self.of(repository)
        if not limits:
            yield
            return
        others = await self._parts_size(upload_id, but=number)
        with await self._held(repository, limits, More(0, others + size)):
            yield

    async def _parts_size(self, upload_id: str, *, but: int) -> int:
        size, last, more = 0, 0, is_upload_id(upload_id)
        while more:
            page, more = await parts_after(self.outbox, upload_id, last, limit=PAGE)
            size += sum(part.size for part in page if part.number != but)
            last = page[-1].number if page else last
        return size

    async def _held(
        self, repository: Repository, limits: list[Limit], more: More
    ) -> AbstractContextManager[None]:
        """What was just stored may be counted and held at once for a moment: then look again."""
        for seconds in PAUSES:
            try:
                return await self._held_now(repository, limits, more)
            except HeldError:
                await asyncio.sleep(seconds)
        try:
            return await self._held_now(repository, limits, more)
        except HeldError as held:
            raise held.refusal from held

    async def _held_now(
        self, repository: Repository, limits: list[Limit], more: More
    ) -> AbstractContextManager[None]:
        taken = {(limit.uid, name): max(by, 0) for limit in limits for name, by in more.named}
        released = {place: self._released[place] for place in taken}
        await fold(self.outbox, repository.repository_uid)
        found = [await find_figures(self.outbox, limit.uid) for limit in limits]
        # From here to the hold nobody else has a turn. Who let go since may be in these figures or
        # not, and is held against the quota as well.
        for limit, figures in zip(limits, found, strict=True):
            check(limit, figures, more)
            under_way = Figures(
                figures.objects + self._since(released, limit, "objects"),
                figures.size + self._since(released, limit, "size"),
            )
            try:
                check(limit, under_way, more)
            except S3Error as refusal:
                raise HeldError(refusal) from None
        return self._hold(taken)

    def _since(self, released: Mapping[Place, int], limit: Limit, name: str) -> int:
        return self._placed[limit.uid, name] - released[limit.uid, name]

    @contextmanager
    def _hold(self, taken: Mapping[Place, int]) -> Iterator[None]:
        self._placed.update(taken)
        try:
            yield
        finally:
            self._released.update(taken)


def _replaced(repository: Repository, before: ObjectRecord) -> int:
    """How many bytes go for those that come."""
    return 0 if keeps(repository, before) else before.size


def check(limit: Limit, figures: Figures, more: More) -> None:
    """Raises QuotaExceeded; never for what becomes less."""
    quota = limit.quota
    if more.size > 0 and quota.size is not None and figures.size + more.size > quota.size:
        raise _exceeded(limit, f"{quota.size} bytes")
    objects = figures.objects + more.objects
    if more.objects > 0 and quota.objects is not None and objects > quota.objects:
        raise _exceeded(limit, f"{quota.objects} objects")


def _exceeded(limit: Limit, most: str) -> S3Error:
    return S3Error("QuotaExceeded", f"The {limit.kind} may hold {most}, and this would be more.")
