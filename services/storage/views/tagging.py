"""GetObjectTagging, PutObjectTagging and DeleteObjectTagging."""

from collections.abc import Mapping

from services.storage.operations.reading import get_record
from services.storage.operations.tagging import tag_object
from services.storage.s3.errors import S3Error
from services.storage.s3.tagging import MAX_BYTES, parse_tagging, tagging_document
from services.storage.views.bodies import read_whole
from services.storage.views.exchange import Exchange
from shared.errors import NotFound


async def get(exchange: Exchange) -> None:
    """GetObjectTagging: of the record as it is, not as it was a moment ago."""
    try:
        record = await get_record(exchange.held.resources, exchange.place, exchange.target.key)
    except NotFound:
        raise S3Error("NoSuchKey", Key=exchange.target.shown_key) from None
    await exchange.answer_xml(tagging_document(record.tags))


async def put(exchange: Exchange) -> None:
    """PutObjectTagging."""
    await set_tags(exchange, parse_tagging(await read_whole(exchange, MAX_BYTES)))
    await exchange.answer(200)


async def delete(exchange: Exchange) -> None:
    """DeleteObjectTagging."""
    await set_tags(exchange, {})
    await exchange.answer(204)


async def set_tags(exchange: Exchange, tags: Mapping[str, str]) -> None:
    """These and no others. Raises NoSuchKey."""
    resources, target = exchange.held.resources, exchange.target
    try:
        await tag_object(resources, exchange.place, target.key, tags, actor=exchange.caller.uid)
    except NotFound:
        raise S3Error("NoSuchKey", Key=target.shown_key) from None
