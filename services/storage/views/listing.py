"""ListObjectsV2, ListObjects and ListMultipartUploads."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping

from services.storage.operations.listing import (
    Found,
    Read,
    Wanted,
    account_reader,
    list_keys,
    list_repositories,
    repository_reader,
)
from services.storage.operations.listing_uploads import FoundUploads
from services.storage.operations.listing_uploads import list_uploads as uploads_page
from services.storage.s3 import listings
from services.storage.s3.errors import S3Error
from services.storage.s3.listings import Listing, Upload, UploadListing
from services.storage.s3.xml import Owner
from services.storage.views.exchange import Exchange
from services.storage.views.rights import known_repository, seen_account
from shared.contracts.repositories import Repository
from shared.policy import Action, Principal, may, repository_resource

MAX_KEYS = 1000


async def list_v2(exchange: Exchange) -> None:
    """ListObjectsV2."""
    query = exchange.request.query
    token, start_after = query.get("continuation-token"), query.get("start-after", "")
    wanted = wanted_of(exchange, start_after if token is None else place_of(token))
    found = await find(exchange, wanted)
    page = page_of(exchange, wanted, found)
    page.owner = owner_of(exchange) if query.get("fetch-owner") == "true" else None
    next_token = None if found.last is None else token_of(found.last)
    document = listings.list_objects_v2(
        page, start_after=start_after, token=token, next_token=next_token
    )
    await exchange.answer_xml(document)


async def list_v1(exchange: Exchange) -> None:
    """ListObjects, version 1."""
    marker = exchange.request.query.get("marker", "")
    wanted = wanted_of(exchange, marker)
    found = await find(exchange, wanted)
    page = page_of(exchange, wanted, found)
    page.owner = owner_of(exchange)
    next_marker = found.last if wanted.delimiter else None
    await exchange.answer_xml(listings.list_objects(page, marker=marker, next_marker=next_marker))


def wanted_of(exchange: Exchange, after: str, *, limit: str = "max-keys") -> Wanted:
    """What the query asks for; `limit` is its name of that. Raises InvalidArgument."""
    query = exchange.request.query
    if query.get("encoding-type", "url") != "url":
        raise S3Error("InvalidArgument", "Invalid Encoding Method specified in Request")
    most = min(number_of(query, limit, MAX_KEYS), MAX_KEYS)
    return Wanted(query.get("prefix", ""), query.get("delimiter", ""), after, most)


async def find(exchange: Exchange, wanted: Wanted) -> Found:
    """A page of a repository, or of an account with the repository in front of each key."""
    outbox, repository = exchange.held.resources.outbox, exchange.repository
    if repository is not None:
        read = repository_reader(outbox, repository.repository_uid, wanted.prefix)
        return await list_keys(read, wanted)
    by_name = wanted.delimiter == "/" and "/" not in wanted.prefix
    repositories = await listed_repositories(exchange, wanted.prefix, by_name=by_name)
    if by_name:
        return list_repositories(repositories, wanted)

    def reader(one: Repository, rest: str) -> Read:
        return repository_reader(outbox, one.repository_uid, rest)

    return await list_keys(account_reader(reader, repositories, wanted.prefix), wanted)


def is_listed(principal: Principal, repository: Repository, *, by_name: bool) -> bool:
    """Whether a list of an account has this repository, or all of its keys."""
    resource = repository_resource(repository)
    may_list = by_name or may(principal, Action.DATA_LIST, resource, "")
    return may_list and may(principal, Action.REPOSITORY_LIST, resource)


async def listed_repositories(
    exchange: Exchange, prefix: str, *, by_name: bool
) -> list[Repository]:
    """Those of the account that begin with the prefix, by name and slash as keys are sorted.

    Without a whole name only those that may be found; who names one need only be allowed to read.
    """
    account = await seen_account(exchange, exchange.target)
    name, slash, _ = prefix.partition("/")
    principal = exchange.caller.principal
    if slash:
        one = await known_repository(exchange, account.account_id, name)
        rest = prefix.partition("/")[2]
        if one is None or not may(principal, Action.DATA_LIST, repository_resource(one), rest):
            return []
        # Keys begin with the name that was asked for, be it a former one.
        return [one.model_copy(update={"repository_id": name})]
    found = await exchange.held.projection.repositories_of(account.account_id, prefix)
    allowed = [one for one in found if is_listed(principal, one, by_name=by_name)]
    return sorted(allowed, key=lambda one: f"{one.repository_id}/")


def page_of(exchange: Exchange, wanted: Wanted, found: Found) -> Listing:
    """The page in the words of the request."""
    return Listing(
        exchange.target.bucket,
        found.entries,
        found.common_prefixes,
        prefix=wanted.prefix,
        delimiter=wanted.delimiter,
        max_keys=wanted.limit,
        is_truncated=found.last is not None,
        is_url_encoded="encoding-type" in exchange.request.query,
    )


async def list_uploads(exchange: Exchange) -> None:
    """ListMultipartUploads of one repository."""
    query, repository = exchange.request.query, exchange.repository
    key_marker = query.get("key-marker", "")
    id_marker = query.get("upload-id-marker", "") if key_marker else ""
    wanted = wanted_of(exchange, key_marker, limit="max-uploads")
    found = FoundUploads()
    if repository is not None:
        outbox = exchange.held.resources.outbox
        found = await uploads_page(outbox, repository.repository_uid, wanted, after_id=id_marker)
    page = UploadListing(
        exchange.target.bucket,
        [Upload(one.key, one.upload_id, one.initiated_ms) for one in found.uploads],
        found.common_prefixes,
        prefix=wanted.prefix,
        delimiter=wanted.delimiter,
        max_uploads=wanted.limit,
        is_url_encoded="encoding-type" in query,
        key_marker=key_marker,
        upload_id_marker=id_marker,
        next_markers=found.last if found.is_truncated else None,
        owner=owner_of(exchange),
    )
    await exchange.answer_xml(listings.list_multipart_uploads(page))


def number_of(query: Mapping[str, str], name: str, default: int) -> int:
    """A number of the query. Raises InvalidArgument."""
    text = query.get(name)
    if text is None or not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise S3Error("InvalidArgument", f"Provided {name} not an integer or within integer range")
    return int(text)


def owner_of(exchange: Exchange) -> Owner:
    """The account, as S3 names an owner."""
    account_id = exchange.target.account_id
    uid = exchange.repository.account_uid if exchange.repository is not None else account_id
    return Owner(uid, account_id)


def token_of(place: str) -> str:
    """An opaque continuation token."""
    return urlsafe_b64encode(place.encode()).decode()


def place_of(token: str) -> str:
    """The key or prefix after which a page goes on. Raises InvalidArgument."""
    try:
        place = urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, ValueError):
        place = ""
    if not place or token_of(place) != token:
        raise S3Error("InvalidArgument", "The continuation token provided is incorrect")
    return place
