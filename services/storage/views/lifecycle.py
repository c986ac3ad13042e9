"""The lifecycle of a bucket: how long its repository keeps earlier versions; its owner sets it."""

from services.storage.s3.errors import S3Error
from services.storage.s3.lifecycle import MAX_BYTES, Expiry, lifecycle_document, parse_lifecycle
from services.storage.views.bodies import read_whole
from services.storage.views.changing import actor_of, change
from services.storage.views.exchange import Exchange
from shared.contracts.repositories import Retention, SetRetention


async def get(exchange: Exchange) -> None:
    """GetBucketLifecycleConfiguration."""
    retention = exchange.repository.retention if exchange.repository else Retention()
    if retention.days is None:
        raise S3Error("NoSuchLifecycleConfiguration", BucketName=exchange.target.bucket)
    await exchange.answer_xml(lifecycle_document(Expiry(retention.days, retention.newest)))


async def put(exchange: Exchange) -> None:
    """PutBucketLifecycleConfiguration."""
    expiry = parse_lifecycle(await read_whole(exchange, MAX_BYTES))
    await keep(exchange, Retention(days=expiry.days, newest=expiry.newest))
    await exchange.answer(200)


async def delete(exchange: Exchange) -> None:
    """DeleteBucketLifecycle: earlier versions stay for ever."""
    await keep(exchange, Retention())
    await exchange.answer(204)


async def keep(exchange: Exchange, retention: Retention) -> None:
    """This rule and no other. Raises NotImplemented where the bucket is an account."""
    if exchange.repository is None:
        raise S3Error(
            "NotImplemented", "Each repository keeps earlier versions by a rule of its own."
        )
    place = exchange.place
    wanted = SetRetention(
        actor=actor_of(exchange),
        account_id=place.account_id,
        repository_id=place.repository_id,
        retention=retention,
    )
    await change(exchange, wanted)
