"""What tools ask of a bucket before they come to the point, and what is not done over S3."""

from urllib.parse import quote

from services.storage.s3.addressing import ALIAS
from services.storage.s3.errors import S3Error
from services.storage.s3.xml import (
    Bucket,
    Owner,
    bucket_location,
    document,
    list_buckets,
)
from services.storage.views.exchange import Exchange
from services.storage.views.listing import number_of, place_of, token_of
from services.storage.views.rights import no_such_bucket, seen_account
from shared.contracts.accounts import Account
from shared.contracts.repositories import Repository
from shared.policy import Action, may, repository_resource

GREETING = b"This is an S3-compatible data door. Sign a request to list your accounts.\n"
MAX_BUCKETS = 10_000
# What was never set on a bucket, as S3 tells it.
UNSET = {
    "GetBucketAccelerateConfiguration": document("AccelerateConfiguration"),
    "GetBucketLogging": document("BucketLoggingStatus"),
    "GetBucketNotificationConfiguration": document("NotificationConfiguration"),
    "GetBucketRequestPayment": document(
        "RequestPaymentConfiguration", "<Payer>BucketOwner</Payer>"
    ),
}


async def buckets(exchange: Exchange) -> None:
    """ListBuckets: the accounts that who asks is or belongs to; their repositories if managed."""
    if not exchange.is_signed:
        await exchange.answer(200, [(b"content-type", b"text/plain")], GREETING)
        return
    query = exchange.request.query
    prefix, token = query.get("prefix", ""), query.get("continuation-token")
    after = "" if token is None else place_of(token)
    limit = number_of(query, "max-buckets", MAX_BUCKETS)
    if not 1 <= limit <= MAX_BUCKETS:
        raise S3Error("InvalidArgument", f"max-buckets must be between 1 and {MAX_BUCKETS}")
    there = [one for one in sorted(await seen_buckets(exchange)) if one.name.startswith(prefix)]
    lines = [one for one in there if one.name > after]
    next_token = token_of(lines[limit - 1].name) if len(lines) > limit else ""
    owner = Owner(exchange.caller.uid, exchange.caller.uid)
    page = list_buckets(lines[:limit], owner, prefix=prefix, next_token=next_token)
    await exchange.answer_xml(page)


async def seen_buckets(exchange: Exchange) -> list[Bucket]:
    """All that a list of buckets has for who asks."""
    principal, projection = exchange.caller.principal, exchange.held.projection
    found: list[Account] = []
    for uid in dict.fromkeys([principal.account_uid, *principal.roles]):
        # A role may also be on a single repository, whose uid is no account's.
        account = await projection.account(uid) if uid else None
        if account is not None and not account.disabled:
            found.append(account)
    lines = [bucket_of(account.account_id, account) for account in found]
    if exchange.held.manages_buckets:
        lines += [line for account in found for line in await aliases_of(exchange, account)]
    return lines


async def aliases_of(exchange: Exchange, account: Account) -> list[Bucket]:
    """The repositories of an account that who asks may list, as buckets of the whole server."""
    found = await exchange.held.projection.repositories_of(account.account_id)
    principal = exchange.caller.principal
    seen = [one for one in found if may(principal, Action.DATA_LIST, repository_resource(one), "")]
    return [bucket_of(f"{account.account_id}{ALIAS}{one.repository_id}", one) for one in seen]


def bucket_of(name: str, made: Account | Repository) -> Bucket:
    """One line of the list."""
    return Bucket(name, int(made.created_at.timestamp() * 1000))


async def head(exchange: Exchange) -> None:
    """HeadBucket."""
    await exchange.answer(200, [(b"x-amz-bucket-region", exchange.held.region.encode())])


async def location(exchange: Exchange) -> None:
    """GetBucketLocation."""
    await exchange.answer_xml(bucket_location(exchange.held.region))


async def unset(exchange: Exchange) -> None:
    """Configurations that S3 tells also where there is none."""
    await exchange.answer_xml(UNSET[exchange.target.operation])


async def gone(exchange: Exchange) -> None:
    """The deletion of a configuration that no bucket here has."""
    await exchange.answer(204)


async def policy(exchange: Exchange) -> None:
    """GetBucketPolicy: there is none."""
    raise S3Error("NoSuchBucketPolicy", BucketName=exchange.target.bucket)


async def drop_root(exchange: Exchange) -> None:
    """DELETE /{account}/{repository}/: the marker of a folder that never was an object."""
    await exchange.answer(204)


async def refuse_without_key(exchange: Exchange) -> None:
    """A write to `/{account}/{repository}`, where a client may have meant another bucket."""
    await seen_account(exchange, exchange.target)
    raise S3Error("InvalidRequest", "The object key is missing: /{account}/{repository}/{key}")


async def page(exchange: Exchange) -> None:
    """A browser at a repository's address is sent to the repository's page."""
    if exchange.repository is None:
        raise no_such_bucket(exchange.target)
    place = exchange.repository
    url = f"{exchange.held.web_url}/{quote(place.account_id)}/{quote(place.repository_id)}"
    await exchange.answer(302, [(b"location", url.encode())])
