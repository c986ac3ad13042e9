"""What went wrong, as S3 says it."""

import errno

from services.storage.blobs.port import DamagedError
from services.storage.s3.errors import S3Error, from_problem
from services.storage.s3.xml import error
from services.storage.views.exchange import XML, Exchange, Header
from shared.errors import NotFound, Problem
from shared.log import logger

log = logger("door")
# A disk that fails or is not there any more.
AWAY = frozenset(
    (
        errno.EIO,
        errno.EROFS,
        errno.ENODEV,
        errno.ENXIO,
        errno.ESTALE,
        errno.ENOTCONN,
        errno.ETIMEDOUT,
    )
)


def as_s3(reason: Exception) -> S3Error:
    """The reason in S3's words; what nobody expected goes to the log and is told as our fault."""
    if isinstance(reason, S3Error):
        return reason
    if isinstance(reason, DamagedError):
        return S3Error("InternalError", reason.detail)
    if isinstance(reason, NotFound):
        return S3Error("NoSuchKey")
    if isinstance(reason, Problem):
        return from_problem(reason)
    log.error("the door failed", exc_info=reason)
    if isinstance(reason, OSError) and reason.errno in AWAY:
        return S3Error("ServiceUnavailable")
    return S3Error("InternalError")


def error_document(exchange: Exchange, reason: Exception) -> bytes:
    """The XML of an error."""
    resource = exchange.request.raw_path.decode("latin-1")
    return error(as_s3(reason), resource=resource, request_id=exchange.request_id)


async def refuse(exchange: Exchange, reason: Exception) -> None:
    """Answer with an error, if no answer has begun yet."""
    problem = as_s3(reason)
    if problem.status == 304:
        await exchange.answer(304)
        return
    headers: list[Header] = [XML]
    if problem.status == 416:
        size = problem.details.get("ActualObjectSize", "*")
        headers.append((b"content-range", f"bytes */{size}".encode()))
    if problem.status == 503:
        headers.append((b"retry-after", b"1"))
    await exchange.answer(problem.status, headers, error_document(exchange, problem))
