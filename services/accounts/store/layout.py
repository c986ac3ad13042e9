"""The table: its keys and indexes, and what a refused write means.

| pk               | sk              | what                                               |
| ---------------- | --------------- | -------------------------------------------------- |
| ACCOUNT#<uid>    | ACCOUNT         | an account                                         |
| ACCOUNT#<uid>    | MEMBER#<uid>    | a member of that organization                      |
| ACCOUNT#<uid>    | OWNERS          | how many owners that organization has              |
| ACCOUNT#<uid>    | KEY#<when>#<id> | a key's place in its owner's list                  |
| NAME#<id>        | NAME            | whose name it is: makes names unique               |
| IDENTITY#<id>    | IDENTITY        | whose Kratos identity it is: one account for each  |
| KEY#<id>         | KEY             | an access key                                      |
| EVT#<aggregate>  | <version>#<...> | events (shared.outbox)                             |
"""

from shared.errors import Conflict
from shared.outbox import OUTBOX_INDEX, Outbox
from shared.tables import Absent, Action, ConditionFailed, Index, Schema

ALL = Index(name="all", partition="all", sort="made")
SCHEMA = Schema(name="accounts", indexes=(OUTBOX_INDEX, ALL))
RECORD_VERSION = 1

TAKEN = {
    "NAME": "This name is taken; choose another.",
    "IDENTITY": "You have an account already.",
    "KEY": "There is an access key of this id already.",
}


async def commit(outbox: Outbox, *actions: Action) -> None:
    """One transaction. Raises Conflict where a name, identity or key id is taken.

    Raises ConditionFailed where another change of the same records came first.
    """
    try:
        await outbox.commit(*actions)
    except ConditionFailed as failed:
        refused = actions[failed.positions[0]]
        kind = refused.pk.partition("#")[0]
        if kind in TAKEN and refused.when == Absent():
            raise Conflict(TAKEN[kind]) from failed
        raise
