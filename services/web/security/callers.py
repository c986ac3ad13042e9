"""Which address a request comes from, where proxies of ours may stand between."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

from starlette.requests import HTTPConnection

Network = IPv4Network | IPv6Network


def address_of(request: HTTPConnection, trusted: Sequence[Network]) -> str:
    """The nearest address that is no proxy of ours; what further ones claim is not believed."""
    near = request.client.host if request.client else ""
    told = request.headers.get("x-forwarded-for", "").split(",") if trusted else []
    for address in (near, *(one.strip() for one in reversed(told))):
        if not _is_trusted(address, trusted):
            return address
    return near


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    try:
        known = ip_address(address)
    except ValueError:
        return False
    return any(known in network for network in trusted if network.version == known.version)
