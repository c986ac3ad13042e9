"""The table of repositories.

| pk                      | sk               | what                                               |
| ----------------------- | ---------------- | -------------------------------------------------- |
| OWNER#<account uid>     | <repository uid> | a repository                                       |
| NAME#<account uid>      | <repository id>  | whose name it is: makes names unique in an account |
| MOVED#<repository uid>  | MOVED            | whose it is, if another account had it once        |
| OFFER#<repository uid>  | OFFER            | a transfer that is offered                         |
| OFFERED#<account uid>   | <repository uid> | the same, for the account that may take it         |
| LINK#<link id>          | LINK, USED       | a share link; how often it was used, beside it     |
| LINKS#<repository uid>  | <link id>        | which share links there are of a repository        |
| MADE#<repository uid>   | LAST             | which of them was made last: one is made at a time |
| CONNECTIONS#<account>   | <connection uid> | a data connection                                  |
| PURGED#<repository uid> | PURGED           | one whose history is still to be removed           |
| IDEMPOTENCY#<hash>      | IDEMPOTENCY      | an answer to a creation (shared.idempotency)       |
| EVT#<aggregate>         | <version>#<...>  | events (shared.outbox)                             |

Beside them the same table holds the projection of accounts (shared.projection). An account's list
is its partition, and so is never behind; the list of all comes from an index, which may be late, so
what it names is read anew: what was hidden a moment ago is not shown. The index `due` holds what a
clock will change: repositories to be purged, histories to be removed.
"""

from shared.outbox import OUTBOX_INDEX
from shared.tables import Index, Schema

ALL = Index(name="all", partition="all", sort="made")
SHOWN = Index(name="shown", partition="shown", sort="made")
DUE = Index(name="due", partition="due", sort="due_at")
SCHEMA = Schema(name="repositories", indexes=(OUTBOX_INDEX, ALL, SHOWN, DUE))
RECORD_VERSION = 1
PURGE = "PURGE"
# The sort key of `due` is text: seconds since 1970, as wide as they will be for long.
SECONDS_DIGITS = 12


def owner_key(account_uid: str) -> str:
    """The partition of an account's repositories."""
    return f"OWNER#{account_uid}"


def name_key(account_uid: str) -> str:
    """The partition of an account's names."""
    return f"NAME#{account_uid}"


def due_at(seconds: float) -> str:
    """A moment as the index sorts it."""
    return f"{int(seconds):0{SECONDS_DIGITS}d}"
