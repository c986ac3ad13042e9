"""What a child gives up before it touches a stranger's bytes (Linux: prctl, namespaces, rlimits).

Namespaces are best effort: a kernel or container may refuse them. The limits are not.
"""

import ctypes
import resource
from dataclasses import dataclass

PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 4, 38
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
OPEN_FILES = 32

libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Limits:
    """Of one confined process."""

    memory_bytes: int
    parse_seconds: float


def cut_network() -> bool:
    """Leave for a network of our own with nothing in it; False where that is refused.

    Only a process of a single thread may do this.
    """
    ways = (CLONE_NEWNET, CLONE_NEWUSER | CLONE_NEWNET)
    return any(libc.unshare(flags) == 0 for flags in ways)


def renounce() -> None:
    """No program that we start gives us more rights, and nobody may look into us."""
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def confine(limits: Limits) -> None:
    """No more memory, open files or core dumps than reading one file takes; no way back."""
    for what, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
