"""Whether a repository keeps versions, the lists of them, and what answers say of them."""

from typing import Literal

from services.storage.models import ObjectRecord
from services.storage.operations.listing import Found, Wanted, account_reader, list_repositories
from services.storage.operations.listing_versions import (
    FoundVersions,
    Shelf,
    kept_reader,
    list_versions,
)
from services.storage.s3 import listings
from services.storage.s3.elements import Shape, once, read_document
from services.storage.s3.errors import S3Error
from services.storage.s3.subresources import check_version
from services.storage.s3.xml import document
from services.storage.views.bodies import read_whole
from services.storage.views.changing import actor_of, change
from services.storage.views.exchange import Exchange, Header
from services.storage.views.listing import listed_repositories, owner_of, wanted_of
from shared.contracts.repositories import Repository, SetVersioning, Versioning
from shared.policy import Action, may, repository_resource

MAX_BYTES = 64 * 1024
# It has no records; all that it says are fields of the root.
SHAPE = Shape(("VersioningConfiguration", "-"), MAX_BYTES, max_records=0)
Status = Literal[Versioning.ENABLED, Versioning.SUSPENDED]
STATUSES: dict[str, Status] = {"Enabled": Versioning.ENABLED, "Suspended": Versioning.SUSPENDED}
MARKER = (b"x-amz-delete-marker", b"true")


async def get(exchange: Exchange) -> None:
    """GetBucketVersioning: nothing where it was never on."""
    versioning = exchange.repository.versioning if exchange.repository else Versioning.OFF
    status = versioning.value.title()
    told = f"<Status>{status}</Status>" if versioning is not Versioning.OFF else ""
    await exchange.answer_xml(document("VersioningConfiguration", told))


async def put(exchange: Exchange) -> None:
    """PutBucketVersioning: the owner of repositories is asked, so it is known to all."""
    if exchange.repository is None:
        raise S3Error("NotImplemented", "Each repository keeps versions, or none, by itself.")
    versioning = wanted_versioning(await read_whole(exchange, MAX_BYTES))
    place = exchange.place
    wanted = SetVersioning(
        actor=actor_of(exchange),
        account_id=place.account_id,
        repository_id=place.repository_id,
        versioning=versioning,
    )
    await change(exchange, wanted)
    await exchange.answer(200)


def wanted_versioning(body: bytes) -> Status:
    """Raises MalformedXML, IllegalVersioningConfigurationException, NotImplemented."""
    fields = once(read_document(body, SHAPE).fields)
    if fields.get("MfaDelete", "Disabled") != "Disabled":
        raise S3Error("NotImplemented", Header="MfaDelete")
    if "Status" not in fields:
        raise S3Error("IllegalVersioningConfigurationException")
    if fields["Status"] not in STATUSES:
        raise S3Error("MalformedXML")
    return STATUSES[fields["Status"]]


def sees_history(exchange: Exchange, repository: Repository, key: str) -> bool:
    """Whether earlier versions are there for who asks: what was deleted is, for who may write."""
    resource = repository_resource(repository)
    return may(exchange.caller.principal, Action.DATA_WRITE, resource, key)


def version_headers(repository: Repository, record: ObjectRecord) -> list[Header]:
    """What is said of the version, where there are versions at all."""
    if repository.versioning is Versioning.OFF and not record.version_id:
        return []
    return [version_header(record.shown_version)]


def version_header(version_id: str) -> Header:
    """x-amz-version-id."""
    return b"x-amz-version-id", version_id.encode()


async def list_object_versions(exchange: Exchange) -> None:
    """ListObjectVersions, of a repository or of an account with it in front of each key."""
    query = exchange.request.query
    key_marker, id_marker = query.get("key-marker", ""), query.get("version-id-marker", "")
    if id_marker and not key_marker:
        raise S3Error(
            "InvalidArgument", "A version-id marker cannot be specified without a key marker."
        )
    if id_marker:
        check_version(id_marker)
    wanted = wanted_of(exchange, key_marker)
    found = await find(exchange, wanted, id_marker)
    page = listings.VersionListing(
        exchange.target.bucket,
        found.entries,
        found.common_prefixes,
        prefix=wanted.prefix,
        delimiter=wanted.delimiter,
        max_keys=wanted.limit,
        is_url_encoded="encoding-type" in query,
        key_marker=key_marker,
        version_id_marker=id_marker,
        next_markers=found.last if found.is_truncated else None,
        owner=owner_of(exchange),
    )
    await exchange.answer_xml(listings.list_object_versions(page))


async def find(exchange: Exchange, wanted: Wanted, id_marker: str) -> FoundVersions:
    """The page that is asked for."""
    outbox, repository, prefix = exchange.held.resources.outbox, exchange.repository, wanted.prefix
    if repository is not None:
        shelf = Shelf(repository, sees_history(exchange, repository, prefix))
        read = kept_reader(outbox, shelf, prefix)
        return await list_versions(outbox, {"": shelf}, read, wanted, after_id=id_marker)
    by_name = wanted.delimiter == "/" and "/" not in prefix
    repositories = await listed_repositories(exchange, prefix, by_name=by_name)
    if by_name:
        return as_versions(list_repositories(repositories, wanted), wanted.limit)
    within = prefix.partition("/")[2]
    shelves = {
        f"{one.repository_id}/": Shelf(
            one, sees_history(exchange, one, within), f"{one.repository_id}/"
        )
        for one in repositories
    }
    read = account_reader(
        lambda one, rest: kept_reader(outbox, shelves[f"{one.repository_id}/"], rest),
        repositories,
        prefix,
    )
    return await list_versions(outbox, shelves, read, wanted, after_id=id_marker)


def as_versions(found: Found, limit: int) -> FoundVersions:
    """Common prefixes alone, which have no versions."""
    last = (found.last or "", "")
    return FoundVersions(limit, [], found.common_prefixes, last, found.last is not None)
