"""How a message is called in the documents."""

from typing import Any

from shared.cloudevents import EventData
from shared.contracts.base import Request


def address(event: type[EventData]) -> str:
    """The subject of an event, with a parameter for each level that varies."""
    account, repository = levels(event)
    return f"{event.root}.{event.owner}.{account}.{repository}.{event.event}"


def levels(event: type[EventData]) -> tuple[str, str]:
    """The account and repository levels of its subject: a parameter, or `-`."""
    return (
        "{account}" if "account_id" in event.model_fields else "-",
        "{repository}" if "repository_id" in event.model_fields else "-",
    )


def channel_name(message: type[EventData] | type[Request[Any]]) -> str:
    """Owner and event, or owner and operation."""
    kind = message.event if issubclass(message, EventData) else message.operation()
    return f"{message.owner}.{kind}"


def first_line(model: type[Any]) -> str:
    """The first line of its docstring."""
    return (model.__doc__ or "").partition("\n")[0]
