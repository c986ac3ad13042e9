"""A child process that dies when its parent does, also when the parent is killed.

Linux tells the child by a signal (prctl PR_SET_PDEATHSIG); elsewhere nothing happens. Two traps:
the signal comes when the *thread* that forked ends, so fork from one that lasts; and the wish is
not inherited, so whoever forks again has to ask again.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(parent: int) -> None:
    """Call in the child, first of all: `parent` is who forked it."""
    if _libc is None:
        return
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # The parent may have died between the fork and the line above: then no signal comes.
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def tied_to_this_process() -> Callable[[], None]:
    """What a `preexec_fn` needs to be: made in the parent, called in the child."""
    parent = os.getpid()
    return lambda: die_with_parent(parent)
