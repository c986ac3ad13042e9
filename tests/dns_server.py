"""A DNS server on this machine that knows a few TXT records, and can be told to fail."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


@dataclass
class Zone:
    """What it knows: texts by name. `broken` answers SERVFAIL to everything."""

    port: int = 0
    texts: dict[str, list[str]] = field(default_factory=dict)
    broken: bool = False

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        """The response to one question."""
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        name = query.question[0].name.to_text(omit_final_dot=True)
        if self.broken:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif name not in self.texts:
            response.set_rcode(dns.rcode.NXDOMAIN)
        else:
            quoted = [f'"{text}"' for text in self.texts[name]]
            response.answer.append(dns.rrset.from_text(f"{name}.", 0, "IN", "TXT", *quoted))
        return response


class Protocol(asyncio.DatagramProtocol):
    """One datagram, one answer."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Python 3.11's own is no subclass of this.
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        answer = self.zone.answer(dns.message.from_wire(data))
        self.transport.sendto(answer.to_wire(), address)


@asynccontextmanager
async def serving() -> AsyncIterator[Zone]:
    """Answers on 127.0.0.1 while entered."""
    zone = Zone()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: Protocol(zone), local_addr=("127.0.0.1", 0)
    )
    zone.port = transport.get_extra_info("sockname")[1]
    try:
        yield zone
    finally:
        transport.close()
