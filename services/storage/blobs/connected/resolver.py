"""Names of hosts looked up for buckets: one that leads into a private network leads nowhere.

The client connects to what is answered here and looks nothing up itself, so that a name cannot mean
a public address when it is judged and a private one when it is used, nor after a redirect.
"""

import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from shared.networks import is_public


class NotPublicError(OSError):
    """The host has an address that is not the world's."""


class PublicResolver(AbstractResolver):
    """As the system resolves, but public addresses alone."""

    def __init__(self) -> None:
        self._system = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """All addresses of a host. Raises NotPublicError where any is private, and OSError."""
        found = await self._system.resolve(host, port, family)
        if not all(is_public(one["host"]) for one in found):
            raise NotPublicError(f"{host} is not a public host.")
        return found

    async def close(self) -> None:
        """Nothing is held."""
        await self._system.close()
