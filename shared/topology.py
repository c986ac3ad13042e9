"""What the bus is made of: who speaks, the streams and the durable consumers, in one table.

`infra.streams` declares it, `infra.nats` turns it into permissions, `shared.bus` binds to it.
"""

from dataclasses import dataclass

SERVICES = ("accounts", "repositories", "storage", "indexer", "web")
ADMIN = "admin"
OPERATOR = "operator"

DAY_SECONDS = 24 * 3600
DUPLICATE_WINDOW_SECONDS = 600
MAX_MESSAGE_BYTES = 256 * 1024

ACK_WAIT_SECONDS = 30
MAX_DELIVER = 20
MAX_ACK_PENDING = 1000


@dataclass(frozen=True)
class Stream:
    """A stream; 0 means no limit. Kept on disk, full means that the publisher waits."""

    name: str
    subjects: tuple[str, ...]
    max_age_days: int = 30
    max_per_subject: int = 0
    max_bytes: int = 0


@dataclass(frozen=True)
class Consumer:
    """A durable pull consumer that all processes of one service share.

    `in_order`: one message at a time for all of them, where what is written keeps its order.
    """

    durable: str
    stream: str
    service: str
    subjects: tuple[str, ...]
    in_order: bool = False


CONTROL = Stream("COOP_CONTROL", ("coop.v1.accounts.>", "coop.v1.repositories.>"))
DATA = Stream("COOP_DATA", ("coop.v1.storage.>", "coop.v1.indexer.>"))
# Sealed credentials live as long as they are valid, so nothing here grows old.
PRIVATE = Stream("COOP_PRIVATE", ("coop.private.v1.>",), max_age_days=0, max_per_subject=1)
DEAD_LETTERS = Stream("COOP_DLQ", ("coop.dlq.>",), max_age_days=90)
ADVISORIES = Stream("COOP_ADVISORIES", ("$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>",))

STREAMS = (CONTROL, DATA, PRIVATE, DEAD_LETTERS, ADVISORIES)

CONSUMERS = (
    Consumer("storage-control", CONTROL.name, "storage", CONTROL.subjects),
    Consumer("storage-private", PRIVATE.name, "storage", PRIVATE.subjects),
    Consumer(
        "accounts-audit",
        CONTROL.name,
        "accounts",
        ("coop.v1.repositories.>",),
        in_order=True,
    ),
    Consumer("repositories-accounts", CONTROL.name, "repositories", ("coop.v1.accounts.>",)),
    Consumer("indexer-control", CONTROL.name, "indexer", CONTROL.subjects),
    Consumer("indexer-data", DATA.name, "indexer", ("coop.v1.storage.>",)),
)

# Whose requests a service may send. An edge more is a right more: add it with the reason.
CALLS: dict[str, tuple[str, ...]] = {
    "accounts": ("repositories",),
    "repositories": ("accounts",),
    "storage": ("accounts", "repositories"),
    "indexer": ("accounts", "repositories", "storage"),
    "web": ("accounts", "repositories", "storage", "indexer"),
}

# Whose events a service hears live, beside its durable consumers; its own it always hears.
HEARS: dict[str, tuple[str, ...]] = {
    "accounts": (),
    "repositories": ("accounts",),
    "storage": ("accounts", "repositories"),
    "indexer": ("accounts", "repositories", "storage"),
    "web": ("accounts", "repositories", "storage", "indexer"),
}

# Who seals: access keys, share links.
PRIVATE_WRITERS = ("accounts", "repositories")
PRIVATE_READERS = ("storage",)


def consumers_of(service: str) -> tuple[Consumer, ...]:
    """The durable consumers of one service."""
    return tuple(consumer for consumer in CONSUMERS if consumer.service == service)


def inbox_prefix(name: str) -> str:
    """Where replies to the client called `name` go; nobody else may listen there."""
    return f"_INBOX_{name}"
