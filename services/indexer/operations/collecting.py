"""Finding collections, for STAC clients: by words best first, or all that fit in an order."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import get_args

import orjson
from pydantic import TypeAdapter, ValidationError

from services.indexer.fulltext import MOST_MATCHES, FullText
from services.indexer.models.places import mark_of
from services.indexer.models.texts import Field, Match, Order, Question
from services.indexer.operations.asking import collections_of
from services.indexer.operations.finding import beside_public, finds, placed, timed
from services.indexer.operations.room import fitting
from services.indexer.store.repositories import find_repositories
from shared.contracts.indexer import SearchCollections, StacPage
from shared.errors import Invalid
from shared.fields import invalid
from shared.paging import Stretch, cursor_at, fill, place_at
from shared.policy import Principal, repository_resource
from shared.tables import Table

NameOf = Callable[[str], Awaitable[str]]
Page = tuple[Sequence[Match], str | None]
# The mark of the search, then the key and the uid of the last one; of ranked ones their number.
Written = tuple[str, str, str]
WRITTEN: TypeAdapter[Written] = TypeAdapter(Written)
ORDERS: Mapping[str, Field] = {name: name for name in get_args(Field)}


async def search_collections(
    table: Table,
    fulltext: FullText,
    wanted: SearchCollections,
    principal: Principal,
    name_of: NameOf,
) -> StacPage:
    """One page; `name_of` an account's uid. Raises Invalid."""
    question = _question(wanted, principal)
    if wanted.texts and not wanted.sort:
        page, cursor = await _best(fulltext, question, wanted, principal)
    else:
        page, cursor = await _ordered(fulltext, question, wanted, principal)
    uids = [one.resource.repository_uid for one in page]
    repositories = [
        one
        for one in await find_repositories(table, uids)
        if finds(principal, repository_resource(one))
    ]
    names = [await name_of(one.account_uid) for one in repositories]
    documents = await collections_of(table, repositories, names)
    told = fitting(documents)
    if len(told) < len(documents):
        last = uids.index(repositories[len(told) - 1].repository_uid)
        cursor = _cursor_after(wanted, page, last)
    return StacPage(documents=told, cursor=cursor)


def _cursor_after(wanted: SearchCollections, page: Sequence[Match], last: int) -> str:
    """Where a page goes on that has no room for what comes after one of its matches."""
    if wanted.sort or not wanted.texts:
        return cursor_at(_place_of(wanted, page[last]))
    first = _number(_after(wanted, place_at(wanted.cursor)))
    return cursor_at(_place(wanted, str(first + last + 1)))


def _question(wanted: SearchCollections, principal: Principal) -> Question:
    question = Question(
        texts=tuple(wanted.texts),
        beside_public=beside_public(principal),
    )
    return timed(placed(question, wanted.bbox), wanted.start, wanted.end)


async def _best(
    fulltext: FullText, question: Question, wanted: SearchCollections, principal: Principal
) -> Page:
    """Of those that are looked at; whoever goes on after them is told that there are more."""
    first = _number(_after(wanted, place_at(wanted.cursor)))
    matches = await fulltext.find(question)
    seen = [one for one in matches if finds(principal, one.resource)]
    last = first + wanted.limit
    is_all = len(matches) < MOST_MATCHES
    if first and first >= len(seen) and not is_all:
        raise invalid("q", "fits more than those before, which fit best; sortby=id lists them all")
    is_more = last < len(seen) or not is_all
    return seen[first:last], cursor_at(_place(wanted, str(last))) if is_more else None


async def _ordered(
    fulltext: FullText, question: Question, wanted: SearchCollections, principal: Principal
) -> Page:
    order, most = _order(wanted), wanted.limit + 1

    async def read(place: str | None) -> Stretch[Match]:
        after = _after(wanted, place)
        found = await fulltext.page(question, replace(order, after=after), most)
        return found, _place_of(wanted, found[-1]) if len(found) == most else None

    return await fill(
        read,
        wanted,
        keep=lambda one: finds(principal, one.resource),
        place=lambda one: _place_of(wanted, one),
    )


def _order(wanted: SearchCollections) -> Order:
    if not wanted.sort:
        return Order()
    one, *others = wanted.sort
    if others or one.field not in ORDERS:
        raise invalid("sortby", f"must be one of {', '.join(ORDERS)}")
    return Order(ORDERS[one.field], is_falling=one.descending)


def _place_of(wanted: SearchCollections, match: Match) -> str:
    return _place(wanted, match.key, match.resource.repository_uid)


def _place(wanted: SearchCollections, key: str, uid: str = "") -> str:
    return orjson.dumps((mark_of(wanted), key, uid)).decode()


def _after(wanted: SearchCollections, place: str | None) -> tuple[str, str] | None:
    if place is None:
        return None
    try:
        mark, key, uid = WRITTEN.validate_json(place)
    except ValidationError:
        raise Invalid("The cursor is not one of ours.") from None
    if mark != mark_of(wanted):
        raise Invalid("The cursor is of another search.")
    return key, uid


def _number(after: tuple[str, str] | None) -> int:
    key = after[0] if after else "0"
    if not (key.isascii() and key.isdecimal() and len(key) <= len(str(MOST_MATCHES))):
        raise Invalid("The cursor is not one of ours.")
    return int(key)
