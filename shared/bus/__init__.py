"""The bus: typed requests and replies, events in and out, over NATS and JetStream."""

from shared.bus.connection import Bus
from shared.bus.events import Handler
from shared.bus.replies import Operation

__all__ = ["Bus", "Handler", "Operation"]
