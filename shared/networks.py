"""Which addresses belong to the world, and which to this machine or its network."""

import ipaddress
import re

# By NAT64 (RFC 6052), as "compatible" once was (RFC 4291), and translated (RFC 2765).
WITHIN = [ipaddress.ip_network(one) for one in ("64:ff9b::/96", "::/96", "::ffff:0:0:0/96")]
LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
LONGEST_NAME = 253


def is_host(host: str) -> bool:
    """Whether it is an address, or a name as name servers know it: without `_`, `ü` as `xn--`."""
    if ":" in host:
        return "%" not in host and _is_address(host)
    name = host.removesuffix(".")
    return len(name) <= LONGEST_NAME and all(LABEL.fullmatch(one) for one in name.split("."))


def is_private_host(host: str) -> bool:
    """Whether a host is itself an address, and no public one; a name has to be looked up."""
    return _is_address(host.partition("%")[0]) and not is_public(host)


def is_public(address: str) -> bool:
    """Whether an address belongs to the world and not to this machine or its network."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    inner = _within(parsed) if isinstance(parsed, ipaddress.IPv6Address) else None
    return all(one.is_global and not one.is_multicast for one in (parsed, inner or parsed))


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _within(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The older address that a newer one leads to: mapped, 6to4 or one of WITHIN."""
    if any(address in one for one in WITHIN):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
