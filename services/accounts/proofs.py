"""Proofs that a domain is somebody's: a TXT record, or a file at a well-known place (RFC 8615).

Nobody who types a domain can make this host speak to its own network: see shared.fetching.
"""

import asyncio

from dns.asyncresolver import Resolver
from dns.exception import DNSException
from dns.rdatatype import TXT
from dns.resolver import NXDOMAIN, NoAnswer, NoResolverConfiguration

from shared.fetching import AbsentError, Fetcher, FetchError

LOOK_SECONDS = 5.0
PREFIX = "_coop"


class Proofs:
    """Looks for proofs. `resolver` is host:port of a DNS server; empty: the system's.

    `well_known` is the file's address, with `{domain}` in the place of the domain.
    """

    def __init__(self, fetcher: Fetcher, *, resolver: str, well_known: str) -> None:
        self.fetcher = fetcher
        self.well_known = well_known
        self.resolver = _asking(resolver) if resolver else _asking_as_the_system_does()

    def places(self, domain: str) -> tuple[str, str]:
        """The name of the record, and the address of the file."""
        return f"{PREFIX}.{domain}", self.well_known.format(domain=domain)

    async def find(self, domain: str, proof: str) -> bool | None:
        """Whether it is at one of its places; None where one of them cannot be looked at now."""
        record, address = self.places(domain)
        answers = await asyncio.gather(
            self._in_record(record, proof), self._in_file(address, proof)
        )
        if True in answers:
            return True
        return None if None in answers else False

    async def _in_record(self, record: str, proof: str) -> bool | None:
        try:
            answer = await self.resolver.resolve(
                record, TXT, lifetime=LOOK_SECONDS, search=False, raise_on_no_answer=True
            )
        except (NXDOMAIN, NoAnswer):
            return False
        except (DNSException, OSError):
            return None
        return any(b"".join(one.strings).strip() == proof.encode() for one in answer)

    async def _in_file(self, address: str, proof: str) -> bool | None:
        """A host that is not there, or not public, has no file; one that does not answer may."""
        try:
            content = await self.fetcher.read(address)
        except AbsentError:
            return False
        except FetchError:
            return None
        return proof.encode() in content.split()


def _asking(server: str) -> Resolver:
    host, _, port = server.rpartition(":")
    resolver = Resolver(configure=False)
    resolver.nameservers = [host.strip("[]")]
    resolver.port = int(port)
    return resolver


def _asking_as_the_system_does() -> Resolver:
    """A host may have no DNS at all: then nothing is known of any domain."""
    try:
        return Resolver()
    except NoResolverConfiguration:
        return Resolver(configure=False)
