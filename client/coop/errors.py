"""What goes wrong, in one sentence each, with the exit code of the command.

CoopError          1  it failed, and none of the others says why
 +- SomeFailed     1  of several files some were not transferred
 +- Invalid        2  what was asked for cannot be
 +- Refused        3  not signed in, or the access key is not accepted
 +- NotFound       4  it is not there, or not for you
 +- Forbidden      5  you may see it, but not do this to it
 +- Conflict       6  it is there already, or was changed meanwhile
 +- Unavailable    7  the server does not answer; try again
 +- Damaged        8  what arrived is not what was sent
 +- Untrusted      9  nobody vouches for the server's certificate
"""

from collections.abc import Sequence
from typing import ClassVar


class CoopError(Exception):
    """The root: its text is a sentence for people, `code` is for programs."""

    exit_code: ClassVar[int] = 1
    code: ClassVar[str] = "failed"


class Invalid(CoopError):
    """What was asked for cannot be."""

    exit_code, code = 2, "invalid"


class Refused(CoopError):
    """Not signed in, or the access key is not accepted."""

    exit_code, code = 3, "unauthenticated"


class NotFound(CoopError):
    """It is not there, or not for you."""

    exit_code, code = 4, "not-found"


class Forbidden(CoopError):
    """You may see it, but not do this to it."""

    exit_code, code = 5, "forbidden"


class Conflict(CoopError):
    """It is there already, or was changed meanwhile."""

    exit_code, code = 6, "conflict"


class Unavailable(CoopError):
    """The server does not answer; try again."""

    exit_code, code = 7, "unavailable"


class Damaged(CoopError):
    """What arrived is not what was sent."""

    exit_code, code = 8, "damaged"


class Untrusted(CoopError):
    """Nobody that is trusted here vouches for the server's certificate, or not for its name."""

    exit_code, code = 9, "untrusted"


class SomeFailed(CoopError):
    """Of several files some were not transferred: `failures` says which, `done` the others."""

    code = "some-failed"

    def __init__(self, failures: Sequence[tuple[str, CoopError]], done: Sequence[object]) -> None:
        several = len(failures) + len(done)
        super().__init__(
            f"{len(failures)} of {several} files failed; run it again to try them again."
        )
        self.failures = list(failures)
        self.done = list(done)


BY_STATUS: dict[int, type[CoopError]] = {
    400: Invalid,
    401: Refused,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: Conflict,
    429: Unavailable,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}
