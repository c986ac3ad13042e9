"""ACLs of buckets and objects: what a repository's visibility says, and how it is changed by them.

What is asked for is so already, is made so, or is refused; none of it is only taken note of.
"""

from services.storage.s3.acls import HEADER, MAX_BYTES, acl_in, not_held, parse_acl
from services.storage.s3.errors import S3Error
from services.storage.s3.xml import access_control
from services.storage.views.bodies import read_whole
from services.storage.views.changing import actor_of, change
from services.storage.views.exchange import Exchange
from services.storage.views.listing import owner_of
from services.storage.views.reading import open_wanted
from shared.contracts.repositories import EditRepository, Repository, Visibility


async def get(exchange: Exchange) -> None:
    """GetBucketAcl."""
    repository = exchange.repository
    is_public = repository is not None and is_read_by_all(repository)
    await exchange.answer_xml(access_control(owner_of(exchange), is_public=is_public))


async def get_of_object(exchange: Exchange) -> None:
    """GetObjectAcl, of an object that must be there."""
    (await open_wanted(exchange)).close()
    await get(exchange)


async def put(exchange: Exchange) -> None:
    """PutBucketAcl: public-read and private show and hide the repository."""
    await set_visibility(exchange, exchange.repository, await wanted_acl(exchange))
    await exchange.answer(200)


async def put_of_object(exchange: Exchange) -> None:
    """PutObjectAcl: an object has the visibility of its repository."""
    (await open_wanted(exchange)).close()
    wanted = await wanted_acl(exchange)
    if wanted is not None and wanted is not is_read_by_all(exchange.place):
        raise not_held()
    await exchange.answer(200)


async def set_visibility(
    exchange: Exchange, repository: Repository | None, wanted: bool | None
) -> None:
    """Have everyone read the repository, or its own people alone. An account is read by nobody.

    Raises AccessControlListNotSupported, AccessDenied.
    """
    if wanted is None or wanted is (repository is not None and is_read_by_all(repository)):
        return
    if repository is None:
        raise not_held()
    edit = EditRepository(
        actor=actor_of(exchange),
        account_id=repository.account_id,
        repository_id=repository.repository_id,
        visibility=Visibility.PUBLIC if wanted else Visibility.RESTRICTED,
    )
    await change(exchange, edit)


async def wanted_acl(exchange: Exchange) -> bool | None:
    """Whether everyone is to read, by a header or the document.

    Raises MissingSecurityHeader, MalformedXML, AccessControlListNotSupported.
    """
    body = await read_whole(exchange, MAX_BYTES) if exchange.has_body_left else b""
    asked = asked_acl(exchange)
    if HEADER in exchange.request.headers or not body:
        if HEADER not in exchange.request.headers and HEADER not in exchange.request.query:
            raise S3Error("MissingSecurityHeader", MissingHeaderName=HEADER)
        return asked
    return parse_acl(body, owner_of(exchange).id)


def asked_acl(exchange: Exchange) -> bool | None:
    """What the headers ask for, or a signed address in their place.

    Raises InvalidArgument, AccessControlListNotSupported.
    """
    request = exchange.request
    asked = acl_in(request.headers)
    if asked is None and b"x-amz-" in request.query_string:
        return acl_in(request.query)
    return asked


def refuse_wider(exchange: Exchange) -> None:
    """As `keep_within`, of a write to where the request says."""
    keep_within(exchange.place, asked_acl(exchange))


def keep_within(repository: Repository, wanted: bool | None) -> None:
    """Raises AccessControlListNotSupported for an object that more are to read than may.

    `private` is what S3 takes for said where nothing is, and what rclone sends with each write: it
    gives nobody a right, and takes none that a whole bucket gives.
    """
    if wanted and not is_read_by_all(repository):
        raise not_held()


def is_read_by_all(repository: Repository) -> bool:
    """Whether whoever knows of it may read it."""
    return repository.visibility is not Visibility.RESTRICTED
