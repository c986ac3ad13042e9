"""Names of hosts looked up for buckets: one that leads into a private network leads nowhere.

The client connects to what is answered here and looks nothing up itself, so that a name cannot mean
a public address when it is judged and a private one when it is used. Nobody is asked about a host
that is an address itself, so each is judged once more as its socket is made.
"""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from aiohttp import AddrInfoType
from aiohttp.abc import AbstractResolver, ResolveResult

from shared.networks import is_public

LOOKUPS_AT_ONCE = 8
LOOKUP_SECONDS = 10
NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV


class NotPublicError(OSError):
    """The host has an address that is not the world's."""


class PooledResolver(AbstractResolver):
    """As the system resolves, in threads of its own: slow name servers hold up no file."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """All addresses of a host. Raises OSError, TimeoutError."""
        async with asyncio.timeout(LOOKUP_SECONDS):
            found = await asyncio.get_running_loop().run_in_executor(
                _lookups(), socket.getaddrinfo, host, port, family, socket.SOCK_STREAM
            )
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=kind,
                proto=proto,
                flags=NUMERIC,
            )
            for kind, _, proto, _, address in found
        ]

    async def close(self) -> None:
        """Nothing is held."""


class PublicResolver(PooledResolver):
    """Public addresses alone."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """See PooledResolver. Raises NotPublicError where any address is private."""
        found = await super().resolve(host, port, family)
        if not all(is_public(one["host"]) for one in found):
            raise NotPublicError(f"{host} is not a public host.")
        return found


def public_socket(target: AddrInfoType) -> socket.socket:
    """What connects there. Raises NotPublicError."""
    family, kind, proto, _, address = target
    if not is_public(str(address[0])):
        raise NotPublicError(f"{address[0]} is not a public address.")
    return socket.socket(family, kind, proto)


@cache
def _lookups() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(LOOKUPS_AT_ONCE, thread_name_prefix="lookups")
