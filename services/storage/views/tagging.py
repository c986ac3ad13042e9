"""GetObjectTagging, PutObjectTagging and DeleteObjectTagging, of an object or of a version."""

from collections.abc import Mapping

from services.storage.models import ObjectRecord
from services.storage.operations.tagging import tag_version
from services.storage.s3.errors import S3Error
from services.storage.s3.tagging import MAX_BYTES, parse_tagging, tagging_document
from services.storage.views.bodies import read_whole
from services.storage.views.exchange import XML, Exchange
from services.storage.views.reading import seen_version
from services.storage.views.versioning import version_headers
from shared.errors import NotFound


async def get(exchange: Exchange) -> None:
    """GetObjectTagging: of the record as it is, not as it was a moment ago."""
    try:
        record = await seen_version(exchange, exchange.place, exchange.target)
    except NotFound:
        raise missing(exchange) from None
    headers = [XML, *version_headers(exchange.place, record)]
    await exchange.answer(200, headers, tagging_document(record.tags))


async def put(exchange: Exchange) -> None:
    """PutObjectTagging."""
    record = await set_tags(exchange, parse_tagging(await read_whole(exchange, MAX_BYTES)))
    await exchange.answer(200, version_headers(exchange.place, record))


async def delete(exchange: Exchange) -> None:
    """DeleteObjectTagging."""
    record = await set_tags(exchange, {})
    await exchange.answer(204, version_headers(exchange.place, record))


async def set_tags(exchange: Exchange, tags: Mapping[str, str]) -> ObjectRecord:
    """These and no others. Raises NoSuchKey, NoSuchVersion, MethodNotAllowed."""
    resources, place, target = exchange.held.resources, exchange.place, exchange.target
    try:
        record = await seen_version(exchange, place, target)
        await tag_version(resources, place, record, tags, actor=exchange.caller.uid)
    except NotFound:
        raise missing(exchange) from None
    return record


def missing(exchange: Exchange) -> S3Error:
    """There is no such key, or no such version of it."""
    target = exchange.target
    if target.version_id:
        return S3Error("NoSuchVersion", Key=target.shown_key, VersionId=target.version_id)
    return S3Error("NoSuchKey", Key=target.shown_key)
