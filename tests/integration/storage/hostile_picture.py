"""The child that redraws pictures, doing what their bytes tell it: run as its module."""

import ctypes
import os
import signal
import socket
import sys
from pathlib import Path

from services.storage.pictures import child


def segfault() -> bytes:
    """A null pointer."""
    ctypes.string_at(0)
    return b"survived"


def hang() -> bytes:
    """In Python."""
    while True:
        pass


def hang_on() -> bytes:
    """Deaf to the alarm."""
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    return hang()


def eat() -> bytes:
    """8 GB of memory."""
    return bytes(8 * 1024**3)


def flood() -> bytes:
    """An answer without end."""
    return b"x" * 10_000_000


def disguise() -> bytes:
    """Something else, as a picture."""
    return b"<script>alert(1)</script>"


def outside() -> bytes:
    """What it could reach."""
    reached = [name for name, reach in REACHES.items() if _is_reached(reach)]
    raise child.RefusedPicture(",".join(reached) or "nothing")


def _is_reached(reach: object) -> bool:
    try:
        return bool(reach())  # type: ignore[operator]
    except OSError:
        return False


def _write() -> bool:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    return Path(f"/tmp/coop-test-{os.getpid()}").write_text("x") > 0  # noqa: S108


def _network() -> bool:
    with socket.socket() as client:
        client.settimeout(0.5)
        client.connect(("127.0.0.1", int(os.environ.get("PORT", "9"))))  # noqa: TID251
    return True


REACHES = {
    "network": _network,
    "writing": _write,
    "reading": lambda: Path("pyproject.toml").read_text(),
    "environment": lambda: any("COOP" in name for name in os.environ),  # noqa: TID251
}
ACTS = {one.__name__: one for one in (segfault, hang, hang_on, eat, flood, disguise, outside)}


def redrawn(content: bytes, _: int) -> bytes:
    """The content is what to do."""
    return ACTS[content.decode()]()


if __name__ == "__main__":
    child.redrawn = redrawn
    sys.exit(child.main(sys.argv[1:]))
