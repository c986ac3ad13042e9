"""The sandbox's child with an extractor that does what the bytes tell it: run as its module."""

import ctypes
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from services.indexer.extractors.facts import Facts
from services.indexer.extractors.preview import Preview, text
from services.indexer.extractors.sparse_file import NeedBytes, SparseFile
from services.indexer.sandbox import child


def segfault(_: SparseFile) -> str:
    """A null pointer."""
    ctypes.string_at(0)
    return "survived"


def abort(_: SparseFile) -> str:
    """As C++ does when it gives up."""
    os.abort()


def hang(_: SparseFile) -> str:
    """In Python."""
    while True:
        pass


def hang_in_c(_: SparseFile) -> str:
    """Where no Python signal handler runs."""
    ctypes.PyDLL(None).sleep(3600)
    return "survived"


def eat(_: SparseFile) -> str:
    """8 GB of memory."""
    return str(len(bytearray(8 * 1024**3)))


def scatter(file: SparseFile) -> str:
    """A header all over the place."""
    for start in range(0, file.size - 1, file.size // 40):
        file.read(start, 1)
    return "read"


def swallow(file: SparseFile) -> str:
    """All of it."""
    return f"{len(file.read(0, file.size)):,} bytes"


def insist(file: SparseFile) -> str:
    """What is not there."""
    raise NeedBytes(file.name, -5, 10**30)


def pry(file: SparseFile) -> str:
    """Into a file in the folder above."""
    (above,) = file.beside("secret.csv").values()
    raise NeedBytes(above.name, 0, 6)


def crowd(file: SparseFile) -> str:
    """Around very many files."""
    return f"{len(file.beside(*map(str, range(1000))))} files"


def flood(_: SparseFile) -> str:
    """An answer without end."""
    return "x" * 10_000_000


def surrogate(_: SparseFile) -> str:
    """Text that JSON cannot hold."""
    return "\ud800"


def outside(file: SparseFile) -> str:
    """What it could reach; its content is a port where somebody listens."""
    reached = []
    for name, reach in REACHES.items():
        try:
            if reach(int(file.head())):
                reached.append(name)
        except OSError:
            continue
    return ",".join(reached) or "nothing"


def _network(port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(0.5)
        client.connect(("127.0.0.1", port))
    return True


def _write(_: int) -> bool:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    Path(f"/tmp/coop-test-{os.getpid()}").write_text("x")  # noqa: S108
    return True


def _read(_: int) -> bool:
    return bool(Path("pyproject.toml").resolve().read_text())


def _list(_: int) -> bool:
    return bool(list(Path("/").iterdir()))


def _environment(_: int) -> bool:
    return any("COOP" in name or "SECRET" in name for name in os.environ)  # noqa: TID251


REACHES: dict[str, Callable[[int], bool]] = {
    "network": _network,
    "writing": _write,
    "reading": _read,
    "listing": _list,
    "environment": _environment,
}


def limits(_: SparseFile) -> str:
    """Its own."""
    kinds = (
        resource.RLIMIT_AS,
        resource.RLIMIT_NOFILE,
        resource.RLIMIT_FSIZE,
        resource.RLIMIT_CORE,
    )
    return " ".join(str(resource.getrlimit(kind)[0]) for kind in kinds)


def process(_: SparseFile) -> str:
    """Who it is and whose child."""
    return f"{os.getpid()} {os.getppid()}"


def slow(_: SparseFile) -> str:
    """Works for a while: from when to when, by the clock of the machine."""
    began = time.monotonic()
    time.sleep(0.2)
    return f"{began} {time.monotonic()}"


ACTS: dict[str, Callable[[SparseFile], str]] = {
    act.__name__: act
    for act in (
        segfault, abort, hang, hang_in_c, eat, scatter, swallow, insist, pry, crowd, flood,
        surrogate, outside, limits, process, slow,
    )
}  # fmt: skip


def extract(file: SparseFile) -> Facts:
    """The name of the file is what to do."""
    return Facts("Test", "text/plain", ACTS[file.name.rpartition("/")[2]](file))


def preview(file: SparseFile) -> Preview | dict[str, str]:
    """The same."""
    if file.name == "crowd_of_parts":
        return Preview([text("x")] * 1000)
    if file.name == "other":
        return {"parts": "none"}
    return Preview([text(ACTS[file.name](file))])


if __name__ == "__main__":
    child.extract = extract  # type: ignore[attr-defined]
    child.preview = preview  # type: ignore[attr-defined]
    child.main(sys.argv[1:])
