"""The table: its keys and indexes, and what a refused write means.

| pk                 | sk              | what                                                |
| ------------------ | --------------- | --------------------------------------------------- |
| ACCOUNT#<uid>      | ACCOUNT         | an account                                          |
| ACCOUNT#<uid>      | MEMBER#<uid>    | a member of that organization                       |
| REPOSITORY#<uid>   | MEMBER#<uid>    | who holds a role on that repository                 |
| INVITATION#<uid>   | INVITATION      | an invitation                                       |
| the place's pk     | INVITE#<uid>    | an invitation's place in that list                  |
| the place's pk     | OFFER#<whom>    | that somebody is invited there, while it is so      |
| ACCOUNT#<uid>      | INVITED#<uid>   | what is offered to that account, while it is so     |
| EMAIL#<sha256>     | INVITED#<uid>   | what is offered to that address, while it is so     |
| REQUEST#<uid>      | REQUEST         | a request for access                                |
| ACCOUNT#<uid>      | ASKED#<uid>     | a request's place in the list of who made it        |
| ACCOUNT#<uid>      | ASKING#<name>   | that they ask for what has this name, while so      |
| ACCOUNT#<uid>      | ASKED           | which request of theirs is the newest               |
| ACCOUNT#<uid>      | TOLD#<uid>      | that a mail tells of them at that repository today  |
| REPOSITORY#<uid>   | ASK#<uid>       | a request that waits there, while it does           |
| TRANSFER#<uid>     | TRANSFER        | to whom that repository is offered, while it is     |
| ACCOUNT#<uid>      | OFFERS#<uid>    | that a mail tells of that account's offers today    |
| AUDIT#<uid>        | ENTRY#<number>  | an account's audit trail                            |
| AUDIT#<uid>        | HEAD            | where its chain of hashes ends                      |
| AUDIT#<uid>        | HEARD#<event>   | which events of others are in it already            |
| ACCOUNT#<uid>      | OWNERS          | how many owners that organization has               |
| ACCOUNT#<uid>      | KEY#<when>#<id> | a key's place in its owner's list                   |
| TRUST#<uid>        | TRUST           | a trust: whose tokens act for an account            |
| ACCOUNT#<uid>      | TRUST#<uid>     | a trust's place in its account's list               |
| NAME#<id>          | NAME            | whose name it is: makes names unique                |
| IDENTITY#<id>      | IDENTITY        | whose Kratos identity it is: one account for each   |
| ACCOUNT#<uid>      | IDENTITY        | what Kratos says of that identity: address, proven  |
| EMAIL#<uid>        | CHANGE          | an address that waits to be proven by its code      |
| EMAIL#<uid>        | CHANGED         | the address before, until it is told                |
| ACCOUNT#<uid>      | EXPORT          | which is its last export                            |
| ACCOUNT#<uid>      | DOMAIN#<name>   | a domain of that organization, proven or not        |
| ACCOUNT#<uid>      | DELETION        | that it is to be deleted, or was to be              |
| EXPORT#<uid>       | EXPORT          | an export                                           |
| EXPORT#<uid>       | DOCUMENT#<name> | what is in it                                       |
| JOBS               | <when>#<job>    | what is still to be done, and from when on          |
| RECONCILED         | RECONCILED      | when all of Kratos was last looked through          |
| KEY#<id>           | KEY             | an access key                                       |
| KEY#<id>           | USED            | when it was last used, to the minute                |
| IDEMPOTENCY#<hash> | IDEMPOTENCY     | answers to creations (shared.idempotency)           |
| EVT#<aggregate>    | <version>#<...> | events (shared.outbox)                              |
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
OFFER = "OFFER#"
OFFERED = "They are invited already; take that invitation back first, or send it again."


async def commit(outbox: Outbox, *actions: Action) -> None:
    """One transaction. Raises Conflict where a name, identity or key id is taken.

    Raises ConditionFailed where another change of the same records came first.
    """
    try:
        await outbox.commit(*actions)
    except ConditionFailed as failed:
        said = _taken(actions[failed.positions[0]])
        if said:
            raise Conflict(said) from failed
        raise


def _taken(refused: Action) -> str:
    """What is to be told of something that there may be once, or nothing."""
    if refused.sk.startswith(OFFER):
        return OFFERED
    return TAKEN.get(refused.pk.partition("#")[0], "") if refused.when == Absent() else ""
