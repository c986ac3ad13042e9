"""The bus door: what other services ask of objects, and what storage hears of other services."""

from services.storage.handlers.answering import Answering
from services.storage.handlers.events import on_account, on_created, on_renamed
from services.storage.handlers.requests import REQUESTS

__all__ = ["REQUESTS", "Answering", "on_account", "on_created", "on_renamed"]
