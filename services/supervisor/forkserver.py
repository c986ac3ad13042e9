"""`python -m services.supervisor.forkserver FD MODULE...`: forks find imported what they run.

Imports are most of what a start of ours takes, and of the memory of a process; made once, all that
are forked afterwards share them. FD is a socket of sequenced packets. One request at a time:
`{"module", "environment", "log"}` is answered with the pid of what runs as `python -m module`, or
below zero with the errno of why there is none, `{"pid"}` with the exit code of one that has ended.
The end of the other side ends this process, and with it all that it forked.
"""

import errno
import gc
import importlib
import json
import os
import runpy
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from socket import socket
from typing import Any

from setproctitle import setproctitle

from infra.settings import take_environment
from shared.lifeline import die_with_parent

LONGEST_REQUEST = 64 * 1024


def serve(channel: socket) -> str:
    """Answer until nobody asks any more. In a process that was forked: the module it is to run."""
    while request := channel.recv(LONGEST_REQUEST):
        wanted = json.loads(request)
        if "pid" in wanted:
            answer = exit_code(wanted["pid"])
        else:
            answer = fork()
            if not answer:
                channel.close()
                become(wanted)
                return str(wanted["module"])
        channel.send(b"%d" % answer)
    return ""


def import_ahead(modules: Sequence[str]) -> None:
    """What each of them runs is its package's `app`."""
    # What is imported here stays, so there is no garbage in it to look for.
    gc.disable()
    for module in modules:
        # Whoever needs what cannot be imported says so in its own log.
        with suppress(Exception):
            importlib.import_module(f"{module}.app")
    # No look for garbage is to touch, and so to copy, what is shared.
    gc.freeze()


def fork() -> int:
    """The pid; 0 in the new one, which dies when this one does. Below zero: why there is none."""
    here = os.getpid()
    try:
        pid = os.fork()
    except OSError as error:
        return -(error.errno or errno.EAGAIN)
    if not pid:
        die_with_parent(here)
    return pid


def become(wanted: dict[str, Any]) -> None:
    """A process of its own: session, output, environment, name."""
    os.setsid()
    log = os.open(wanted["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    for output in (sys.stdout, sys.stderr):
        os.dup2(log, output.fileno())
    os.close(log)
    take_environment(wanted["environment"])
    sys.argv = [wanted["module"]]
    setproctitle(f"{sys.executable} -m {wanted['module']}")
    gc.enable()


def exit_code(pid: int) -> int:
    """As `subprocess` counts: below zero it is the signal."""
    try:
        _, status = os.waitpid(pid, 0)
    except ChildProcessError:
        # It was forked by one before us, and went with it.
        return -signal.SIGKILL
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    import_ahead(sys.argv[2:])
    if module := serve(socket(fileno=int(sys.argv[1]))):
        runpy.run_module(module, run_name="__main__", alter_sys=True)
