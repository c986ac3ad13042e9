"""What the operations of one process work with."""

from dataclasses import dataclass, field

from services.repositories.models import Rules
from shared.outbox import Outbox


@dataclass(frozen=True)
class Resources:
    """Records and events, the rules of the house, and what seals credentials of buckets."""

    outbox: Outbox
    rules: Rules = field(default_factory=Rules)
    connections_key: bytes = field(default=b"", repr=False)
