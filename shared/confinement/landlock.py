"""No file is open to a confined process but what Python and its libraries are made of.

By Landlock (Linux 5.13). Best effort, as a kernel may not have it: then it may read what our own
user may.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

# The same on all architectures (asm-generic/unistd.h).
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
RULE_PATH_BENEATH = 1
EXECUTE, READ_FILE, READ_DIR = 1 << 0, 1 << 2, 1 << 3
# Everything that the first version of Landlock can forbid.
HANDLED = (1 << 13) - 1
READABLE = EXECUTE | READ_FILE | READ_DIR

SOURCES = Path(__file__).parents[2]
SYSTEM = ("/usr/lib", "/usr/lib64", "/usr/share", "/lib", "/lib64", "/etc/ld.so.cache")

libc = ctypes.CDLL(None, use_errno=True)


def readable_places() -> list[str]:
    """Where Python, its packages and our own modules are."""
    own = [str(SOURCES / room) for room in ("services", "shared")]
    return [sys.prefix, sys.base_prefix, *own, *SYSTEM]


def hide_files(places: Iterable[str]) -> bool:
    """Let this process and its children read below these places and nowhere else.

    False where the kernel cannot. Asks for no_new_privs to have been set.
    """
    ruleset = _call(CREATE_RULESET, ctypes.c_char_p(struct.pack("=Q", HANDLED)), 8, 0)
    if ruleset < 0:
        return False
    try:
        for place in places:
            _allow(ruleset, place)
        return _call(RESTRICT_SELF, ruleset, 0) == 0
    finally:
        os.close(ruleset)


def _allow(ruleset: int, place: str) -> None:
    """A place that is not there needs no permission."""
    try:
        descriptor = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    access = READABLE if Path(place).is_dir() else READ_FILE
    rule = ctypes.c_char_p(struct.pack("=Qi", access, descriptor))
    _call(ADD_RULE, ruleset, RULE_PATH_BENEATH, rule, 0)
    os.close(descriptor)


def _call(number: int, *arguments: object) -> int:
    result: int = libc.syscall(number, *arguments)
    return result
