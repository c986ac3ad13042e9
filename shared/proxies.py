"""Proxies of ours that stand before a server: what they tell of a request is believed."""

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address

Network = IPv4Network | IPv6Network


@lru_cache(maxsize=4096)
def is_trusted(address: str, networks: tuple[Network, ...]) -> bool:
    """Whether an address is in one of the networks; False for what is no address."""
    try:
        known = ip_address(address)
    except ValueError:
        return False
    return any(known in network for network in networks if network.version == known.version)
