"""What a proxy of ours tells of the request that it was asked."""

from services.storage.s3.request import Request
from shared.proxies import Network, is_trusted


def take_forwarded_host(request: Request, near: str, trusted: tuple[Network, ...]) -> None:
    """The host that the client signed, where a proxy has put another in its place.

    Of `X-Forwarded-Host` the last counts: those before it may be a client's own words. From any
    other address it is a header like all others.
    """
    told = request.headers.get("x-forwarded-host", "")
    if told and is_trusted(near, trusted):
        request.headers["host"] = told.rpartition(",")[2].strip()
