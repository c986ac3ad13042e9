"""Ctrl-C comes to us alone: `make`, which started us, would take it for a failure of ours."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def own_terminal() -> Iterator[None]:
    """Lead the terminal's foreground group meanwhile; without a terminal nothing happens.

    Ctrl-Z is ignored: who waits for us would not notice that we sleep.
    """
    before = _borrowed_group()
    if before is None:
        yield
        return
    # Who gives a terminal away while not in its foreground group is stopped by SIGTTOU.
    for number in (signal.SIGTTOU, signal.SIGTSTP):
        signal.signal(number, signal.SIG_IGN)
    os.setpgid(0, 0)
    os.tcsetpgrp(sys.stdin.fileno(), os.getpgrp())
    try:
        yield
    finally:
        os.tcsetpgrp(sys.stdin.fileno(), before)


def _borrowed_group() -> int | None:
    """The foreground group that we are in and do not lead, if there is one."""
    if not sys.stdin or not sys.stdin.isatty() or os.getpgrp() == os.getpid():
        return None
    foreground = os.tcgetpgrp(sys.stdin.fileno())
    return foreground if foreground == os.getpgrp() else None
