"""The table port on Amazon DynamoDB or what speaks its API.

Only here is aioboto3 imported. Its own retries are off: a conditional write that is repeated after
a lost answer would find its own change and fail. What is surely undone is tried again here, and
transactions carry a token, which makes repeating them harmless.
"""

from asyncio import gather
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import lru_cache, partial
from time import time
from typing import TYPE_CHECKING
from uuid import uuid4

from aioboto3 import Session
from aiobotocore.config import AioConfig

from shared.errors import Unavailable
from shared.tables.backoff import Busy, retried
from shared.tables.dynamodb_creation import ensure
from shared.tables.dynamodb_errors import ExpiredInTheWay, Method, alive, call
from shared.tables.dynamodb_words import (
    Wire,
    Words,
    action_request,
    expired_text,
    item_to_wire,
    query_request,
    start_key,
)
from shared.tables.limits import check_key, check_write
from shared.tables.merging import Part, check_ranges, merged
from shared.tables.port import (
    Action,
    Check,
    ConditionFailed,
    Delete,
    Item,
    Merged,
    Page,
    Put,
    Range,
    Schema,
    Update,
)
from shared.tables.spans import Query, Wanted, cursor_after, make_query

if TYPE_CHECKING:
    from types_aiobotocore_dynamodb import DynamoDBClient

KEYS_A_BATCH = 100
BURIALS = 5
KINDS = {Put: "Put", Delete: "Delete", Update: "Update", Check: "ConditionCheck"}
CONFIG = AioConfig(
    retries={"total_max_attempts": 1},
    connect_timeout=2,
    read_timeout=5,
    max_pool_connections=64,
)


@dataclass(frozen=True, slots=True)
class Account:
    """Where DynamoDB is and who asks; what is empty is left to the normal AWS chain."""

    region: str = ""
    endpoint_url: str = ""
    access_key_id: str = ""
    secret_access_key: str = ""


class DynamoTable:
    """A table of DynamoDB with its client."""

    def __init__(
        self, schema: Schema, name: str, client: "DynamoDBClient", stack: AsyncExitStack
    ) -> None:
        self.schema = schema
        self.name = name
        self.client = client
        self.stack = stack

    async def get(self, pk: str, sk: str) -> Item | None:
        """See Table.get."""
        check_key(pk, sk)
        key = item_to_wire({"pk": pk, "sk": sk})
        request = {"TableName": self.name, "Key": key, "ConsistentRead": True}
        answer = await retried(partial(call, self.client.get_item, request))
        return alive(answer.get("Item"), time())

    async def get_many(self, keys: Sequence[tuple[str, str]]) -> list[Item | None]:
        """See Table.get_many."""
        for pk, sk in keys:
            check_key(pk, sk)
        distinct = list(dict.fromkeys(keys))
        batches = [
            distinct[start : start + KEYS_A_BATCH]
            for start in range(0, len(distinct), KEYS_A_BATCH)
        ]
        found: dict[tuple[str, str], Item] = {}
        for part in await gather(*map(self.get_batch, batches)):
            found.update(part)
        return [found.get((pk, sk)) for pk, sk in keys]

    async def get_batch(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Item]:
        """Up to 100 items; DynamoDB may leave some for the next try."""
        found: dict[tuple[str, str], Item] = {}
        wires = [item_to_wire({"pk": pk, "sk": sk}) for pk, sk in keys]
        left: Wire = {self.name: {"Keys": wires, "ConsistentRead": True}}

        async def attempt() -> None:
            nonlocal left
            answer = await call(self.client.batch_get_item, {"RequestItems": left})
            for wire in answer["Responses"].get(self.name, ()):
                item = alive(wire, time())
                if item is not None:
                    found[item["pk"], item["sk"]] = item
            left = answer.get("UnprocessedKeys")
            if left:
                raise Busy

        await retried(attempt)
        return found

    async def query(  # noqa: PLR0913 - the port's signature
        self,
        pk: str,
        *,
        index: str | None = None,
        start: str | None = None,
        end: str | None = None,
        prefix: str | None = None,
        forward: bool = True,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page:
        """See Table.query."""
        wanted = Wanted(
            index=index,
            start=start,
            end=end,
            prefix=prefix,
            forward=forward,
            limit=limit,
            cursor=cursor,
        )
        query = make_query(self.schema, pk, wanted)
        if query.span.is_empty:
            return Page([], None)
        return await self.read_page(query)

    async def read_page(self, query: Query) -> Page:
        """Ask until the page is full: DynamoDB's own pages end at 1 MB, and some items are over."""
        request = query_request(self.name, query)
        if query.after is not None:
            request["ExclusiveStartKey"] = start_key(query, query.after)
        items: list[Item] = []
        while True:
            request["Limit"] = query.limit - len(items)
            answer = await retried(partial(call, self.client.query, request))
            now = time()
            some = (alive(wire, now) for wire in answer["Items"])
            items += [one for one in some if one and query.span.holds(one[query.sort_attr])]
            if "LastEvaluatedKey" not in answer:
                return Page(items, None)
            if len(items) == query.limit:
                return Page(items, cursor_after(self.schema, query, items[-1]))
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    async def merge(
        self, ranges: Sequence[Range], *, forward: bool = True, limit: int = 100
    ) -> Merged:
        """See Table.merge. As many of each range: any of them may hold the first of all."""
        check_ranges(ranges, limit)
        pages = await gather(
            *(
                self.query(pk, start=start, end=end, forward=forward, limit=limit)
                for pk, start, end in ranges
            )
        )
        parts = [
            Part([one], page.items, more=page.cursor is not None)
            for one, page in zip(ranges, pages, strict=True)
        ]
        return merged(parts, forward=forward)

    async def write(self, *actions: Action) -> None:
        """See Table.write."""
        check_write(self.schema, actions)
        if not actions:
            return
        for _ in range(BURIALS):
            try:
                await self.write_once(actions)
            except ExpiredInTheWay as expired:
                await gather(*(self.bury(actions[position]) for position in expired.positions))
            else:
                return
        raise Unavailable("The records expire faster than they are written")

    async def write_once(self, actions: Sequence[Action]) -> None:
        """One action as itself, which costs half as much; several, or a Check, as a transaction."""
        now = time()
        requests = [action_request(self.name, action, now) for action in actions]
        method = self.method_of(actions[0])
        if len(actions) == 1 and method is not None:
            is_repeatable = actions[0].when is None and not getattr(actions[0], "add", None)
            await retried(partial(call, method, requests[0], is_repeatable=is_repeatable))
            return
        items = [
            {KINDS[type(action)]: request}
            for action, request in zip(actions, requests, strict=True)
        ]
        request = {"TransactItems": items, "ClientRequestToken": str(uuid4())}
        await retried(partial(call, self.client.transact_write_items, request))

    def method_of(self, action: Action) -> Method | None:
        """The request that does this action alone; a Check has none."""
        match action:
            case Put():
                return self.client.put_item
            case Delete():
                return self.client.delete_item
            case Update():
                return self.client.update_item
            case Check():
                return None

    async def bury(self, action: Action) -> None:
        """Delete an item whose time is over, unless it was written anew meanwhile."""
        words = Words()
        request: Wire = {
            "TableName": self.name,
            "Key": item_to_wire({"pk": action.pk, "sk": action.sk}),
            "ConditionExpression": expired_text(words, time()),
        }
        request |= words.members()
        try:
            await retried(partial(call, self.client.delete_item, request))
        except ConditionFailed:
            return

    async def version(self) -> int | None:
        """See Table.version."""
        return None

    async def close(self) -> None:
        """See Table.close."""
        await self.stack.aclose()


async def open_dynamodb(
    schema: Schema, name: str, account: Account, *, is_made: bool = True
) -> DynamoTable:
    """Open the table of that name; with `is_made` make it, or an index it lacks, if missing.

    Raises Unavailable if it cannot be reached, or is missing and not to be made.
    """
    async with AsyncExitStack() as stack:
        address = account.endpoint_url or None
        client = await stack.enter_async_context(
            session_of(account).client("dynamodb", endpoint_url=address, config=CONFIG)
        )
        await ensure(client, schema, name, is_made=is_made)
        return DynamoTable(schema, name, client, stack.pop_all())


@lru_cache
def session_of(account: Account) -> Session:
    """One for each account: it keeps the API's description, which is slow to read."""
    return Session(
        aws_access_key_id=account.access_key_id or None,
        aws_secret_access_key=account.secret_access_key or None,
        region_name=account.region or None,
    )
