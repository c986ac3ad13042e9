"""Which address a request comes from, where proxies of ours may stand between."""

from ipaddress import IPv6Address, IPv6Network, ip_address

from starlette.requests import HTTPConnection

from shared.proxies import Network, is_trusted

# What one customer has of IPv6 at least (RFC 6177 §2): counted by address, each of it would be new.
OF_ONE = 64


def address_of(request: HTTPConnection, trusted: tuple[Network, ...]) -> str:
    """The nearest address that is no proxy of ours; what further ones claim is not believed."""
    near = request.client.host if request.client else ""
    told = request.headers.get("x-forwarded-for", "").split(",") if trusted else []
    for address in (near, *(one.strip() for one in reversed(told))):
        if not is_trusted(address, trusted):
            return address
    return near


def counted_as(request: HTTPConnection, trusted: tuple[Network, ...]) -> str:
    """What a caller without a name is counted by: the address, or of IPv6 the network it is in."""
    address = address_of(request, trusted)
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if not isinstance(known, IPv6Address):
        return address
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(IPv6Network((int(known), OF_ONE), strict=False))
