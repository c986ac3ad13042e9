"""Ports: a wanted one is free or the start is refused, 0 takes a free one.

Free ports are taken below the range from which systems give ports to outgoing connections:
a child that restarts must not find its port lent out meanwhile. Each platform looks from a place of
its own on: ports are chosen seconds before children listen, and others may start in these.
"""

import errno
import os
from collections.abc import Mapping
from contextlib import ExitStack
from itertools import chain
from socket import SO_REUSEADDR, SOCK_STREAM, SOL_SOCKET, getaddrinfo, socket

from services.supervisor.refusal import StartRefused

FREE_PORTS = range(20_000, 32_000)
PLACE_PORTS = 32


def take_ports(wanted: Mapping[str, tuple[str, int]]) -> dict[str, int]:
    """A port for each setting, all different, by where will be listened and the port that is asked.

    Raises StartRefused.
    """
    with ExitStack() as held:
        return {
            setting: _take(host, port, setting, held) if port else _take_free(host, held)
            for setting, (host, port) in sorted(wanted.items(), key=lambda one: one[1][1] == 0)
        }


def _take(host: str, port: int, setting: str, held: ExitStack) -> int:
    try:
        _bind(host, port, held)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise StartRefused(
                f"Port {port} on {host} is taken; set {setting} to another one, or to 0 for a "
                "free one."
            ) from error
        raise StartRefused(f"{host}:{port} ({setting}) cannot be used: {error}.") from error
    return port


def _take_free(host: str, held: ExitStack) -> int:
    first = FREE_PORTS[os.getpid() * PLACE_PORTS % len(FREE_PORTS)]
    for port in chain(range(first, FREE_PORTS.stop), range(FREE_PORTS.start, first)):
        try:
            _bind(host, port, held)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise StartRefused(f"COOP_LISTEN={host} cannot be listened on: {error}.") from error
        else:
            return port
    raise StartRefused(f"No free port found on {host}.")


def _bind(host: str, port: int, held: ExitStack) -> None:
    family, _, _, _, address = getaddrinfo(host, port, type=SOCK_STREAM)[0]
    probe = held.enter_context(socket(family, SOCK_STREAM))
    # Connections of a platform that just stopped may linger; a listener still refuses us.
    probe.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    probe.bind(address)
    # Two that are only bound do not refuse each other.
    probe.listen(1)
