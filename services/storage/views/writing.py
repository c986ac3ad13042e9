"""PutObject, CopyObject and DeleteObject."""

from contextlib import suppress

from services.storage.operations.committing import NewObject
from services.storage.operations.copying import copy_object
from services.storage.operations.objects import put_object
from services.storage.operations.reading import Opened, get_version
from services.storage.s3.addressing import Target, copy_sources
from services.storage.s3.conditions import COPY_SOURCE, check_copy, read_conditions
from services.storage.s3.errors import S3Error
from services.storage.s3.xml import copy_result
from services.storage.store.objects import find_object, moment_of
from services.storage.views.acls import refuse_wider
from services.storage.views.bodies import SignedBody, settle_length
from services.storage.views.deleting import delete_what
from services.storage.views.exchange import XML, Exchange, Header
from services.storage.views.headers import (
    checksum_headers,
    new_object,
    told_checksums,
    wanted_algorithm,
)
from services.storage.views.reading import open_named
from services.storage.views.rights import allowed_repository
from services.storage.views.versioning import MARKER, version_header, version_headers
from shared.contracts.repositories import Repository
from shared.errors import NotFound
from shared.policy import Action

DIRECTIVES = ("COPY", "REPLACE")


async def put(exchange: Exchange) -> None:
    """PutObject."""
    refuse_wider(exchange)
    await settle_length(exchange)
    body = SignedBody(exchange)
    new = new_object(
        exchange.target.key, exchange.request.headers, exchange.caller.uid, kept=body.kept
    )
    async with exchange.held.quotas.room(exchange.place, new.key, body.length):
        record = await put_object(exchange.held.resources, exchange.place, new, body)
    headers = [(b"etag", b'"%b"' % record.etag.encode()), *checksum_headers(record.checksums)]
    await exchange.answer(200, headers + version_headers(exchange.place, record))


async def delete(exchange: Exchange) -> None:
    """DeleteObject: 204 also where there was nothing."""
    target = exchange.target
    what, conditions = (target.key, target.version_id), read_conditions(exchange.request.headers)
    gone = await delete_what(exchange, exchange.place, what, conditions)
    headers = [version_header(gone.version_id)] if gone.version_id else []
    await exchange.answer(204, [*headers, MARKER] if gone.is_marker else headers)


async def copy(exchange: Exchange) -> None:
    """CopyObject."""
    refuse_wider(exchange)
    algorithm = wanted_algorithm(exchange.request.headers)
    new = new_object(exchange.target.key, exchange.request.headers, exchange.caller.uid)
    directive = directive_of(exchange, "metadata")
    is_tagged_anew = directive_of(exchange, "tagging") == "REPLACE"
    repository, source = await open_source(exchange)
    try:
        await refuse_itself(exchange, repository, source, directive)
        if directive == "COPY":
            inherit(new, source)
        if not is_tagged_anew:
            new.tags = await tags_of(exchange, repository, source)
        names = [name for name, value in told_checksums(source.record.checksums)]
        new.kept = (algorithm,) if algorithm else tuple(names)
        async with exchange.held.quotas.room(exchange.place, new.key, source.record.size):
            record = await copy_object(exchange.held.resources, source, exchange.place, new)
    finally:
        source.close()
    document = copy_result(
        "CopyObjectResult",
        etag=record.etag,
        modified_ms=record.modified_ms,
        checksums=told_checksums(record.checksums),
    )
    headers = [XML, *version_headers(exchange.place, record)]
    headers += source_headers(repository, source)
    await exchange.answer(200, headers, document)


def source_headers(repository: Repository, source: Opened) -> list[Header]:
    """Which version was copied."""
    told = version_headers(repository, source.record)
    return [(b"x-amz-copy-source-version-id", value) for _, value in told]


async def refuse_itself(
    exchange: Exchange, repository: Repository, source: Opened, directive: str
) -> None:
    """A copy of a thing onto itself must change something; so a version comes back as it was."""
    uid, key = repository.repository_uid, source.record.key
    if directive != "COPY" or (uid, key) != (exchange.place.repository_uid, exchange.target.key):
        return
    now = await find_object(exchange.held.resources.outbox, uid, key)
    if now is not None and now.shown_version == source.record.shown_version:
        raise S3Error(
            "InvalidRequest",
            "This copy request is illegal because it is trying to copy an object to itself "
            "without changing the object's metadata.",
        )


def directive_of(exchange: Exchange, name: str) -> str:
    """COPY what the source has, or REPLACE it. Raises InvalidArgument."""
    directive = exchange.request.headers.get(f"x-amz-{name}-directive", "COPY").upper()
    if directive not in DIRECTIVES:
        raise S3Error("InvalidArgument", f"Unknown {name} directive.")
    return directive


async def tags_of(exchange: Exchange, repository: Repository, source: Opened) -> dict[str, str]:
    """The source's tags of now: what is open may be of a record that was read a second ago."""
    resources, record = exchange.held.resources, source.record
    with suppress(NotFound):
        record = await get_version(resources, repository, record.key, record.shown_version)
    return record.tags


def inherit(new: NewObject, source: Opened) -> None:
    """The copy says of itself what its source did."""
    new.content_type = source.record.content_type
    new.metadata = source.record.metadata
    new.headers = source.record.headers


async def open_source(exchange: Exchange) -> tuple[Repository, Opened]:
    """What x-amz-copy-source names, if who asks may read it and its conditions hold."""
    headers = exchange.request.headers
    sources = copy_sources(headers["x-amz-copy-source"], exchange.target)
    repository, opened = await open_first(exchange, sources)
    conditions = read_conditions(headers, prefix=COPY_SOURCE)
    if conditions is not None:
        try:
            check_copy(conditions, opened.record.etag, moment_of(opened.record))
        except S3Error:
            opened.close()
            raise
    return repository, opened


async def open_first(exchange: Exchange, sources: list[Target]) -> tuple[Repository, Opened]:
    """Of the things that a copy source may mean, the first that is there; else why it is not."""
    refusals: list[S3Error] = []
    for source in sources:
        try:
            repository = await allowed_repository(exchange, source, Action.DATA_READ, source.key)
            return repository, await open_named(exchange, repository, source)
        except NotFound:
            refusals.append(S3Error("NoSuchKey", Key=source.shown_key))
        except S3Error as error:
            refusals.append(error)
    raise min(refusals, key=lambda error: error.code == "NoSuchBucket")
