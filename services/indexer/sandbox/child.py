"""The confined side: `python -m services.indexer.sandbox.child <descriptor> <limits>`.

The first process loads the libraries once and then only forks: for each socket it is handed, a
worker that answers on it. It is a fresh process of one thread, since forking the parent, which has
threads, could leave a lock held for ever.
"""

import os
import signal
import socket
import sys
from types import ModuleType
from typing import Any, NoReturn, cast

import orjson

from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.registry import extract, extractors_found
from services.indexer.extractors.sparse_file import NeedBytes, OutOfBytes, SparseFile
from services.indexer.sandbox.wire import frame, receive
from shared.confinement.landlock import hide_files, readable_places
from shared.confinement.limits import Limits, confine, cut_network, renounce
from shared.lifeline import die_with_parent


def main(arguments: list[str]) -> None:
    """Serve until whoever started us is gone."""
    control = socket.socket(fileno=int(arguments[0]))
    limits = Limits(**orjson.loads(arguments[1]))
    die_with_parent(int(arguments[2]))
    renounce()
    is_isolated = cut_network()
    preload()
    _silence()
    is_isolated = hide_files(readable_places()) and is_isolated
    # Ended workers need no burial: nobody asks how they died.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    own = os.getpid()
    while True:
        said, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not said:
            return
        channel = socket.socket(fileno=descriptors[0])
        if os.fork() == 0:
            control.close()
            die_with_parent(own)
            work(channel, limits, is_isolated=is_isolated)
        channel.close()


def preload() -> None:
    """What every worker needs, loaded once and shared by all of them."""
    # pyarrow works without numpy, which would cost each of us 30 MB: who needs it loads it later.
    sys.modules["numpy"] = cast("ModuleType", None)
    extractors_found()
    del sys.modules["numpy"]


def _silence() -> None:
    """What libraries print about broken files is nobody's business."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.close(nowhere)


def work(channel: socket.socket, limits: Limits, *, is_isolated: bool) -> NoReturn:
    """Answer messages until the other side closes."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    confine(limits)
    channel.sendall(frame({"pid": os.getpid(), "is_isolated": is_isolated}))
    file = SparseFile("", 0)
    while (message := receive(channel)) is not None:
        header, raw = message
        if "name" in header:
            file = SparseFile(header["name"], header["size"])
        _take(file, header, raw)
        # The default action of SIGALRM ends the process, also inside a library's loop.
        signal.setitimer(signal.ITIMER_REAL, limits.parse_seconds)
        reply = attempt(file)
        signal.setitimer(signal.ITIMER_REAL, 0)
        channel.sendall(reply)
    os._exit(0)


def _take(file: SparseFile, header: dict[str, Any], raw: bytes) -> None:
    place = 0
    for start, length in header.get("spans", ()):
        file.add(start, raw[place : place + length])
        place += length
    file.is_final = header.get("is_final", False)


def attempt(file: SparseFile) -> bytes:
    """One run of the extractor, as a message: facts, a span that is missing, or why not."""
    try:
        return frame({"facts": extract(file)})
    except NeedBytes as need:
        return frame({"need": [need.start, need.end]})
    except Malformed as problem:
        return frame({"failed": str(problem).encode("utf-8", "replace").decode()})
    except OutOfBytes:
        return frame({"is_out": True})
    except MemoryError:
        return frame({"failed": "It takes more memory to read than a file may."})
    except TypeError:
        return frame({"failed": "It holds text that is not valid Unicode."})


if __name__ == "__main__":
    main(sys.argv[1:])
