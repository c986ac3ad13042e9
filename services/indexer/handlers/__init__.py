"""The bus door: who asks and which repository is meant are looked up, one operation is done."""

from services.indexer.handlers.events import EVENTS, FOLLOWED, LIVE, EventHandler
from services.indexer.handlers.requests import REQUESTS
from services.indexer.handlers.resources import Resources

__all__ = ["EVENTS", "FOLLOWED", "LIVE", "REQUESTS", "EventHandler", "Resources"]
