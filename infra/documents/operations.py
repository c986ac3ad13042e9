"""Who says and hears what, as the topology has it."""

from typing import Any

from infra.documents.names import address, channel_name
from shared.cloudevents import EventData
from shared.contracts.base import Request
from shared.topology import CALLS, CONSUMERS, HEARS, PRIVATE, PRIVATE_READERS, SERVICES, Consumer

Node = dict[str, Any]


def event_operations(event: type[EventData]) -> Node:
    """The owner announces it; others take it from a durable consumer, or may hear it live."""
    name = channel_name(event)
    operations = {f"{event.owner}.announce.{event.event}": _operation("send", name, event)}
    for service in SERVICES:
        durables = [
            one.durable for one in CONSUMERS if one.service == service and _takes(one, event)
        ]
        if durables or (service != event.owner and _may_hear(service, event)):
            operation = _operation("receive", name, event)
            operation["description"] = (
                f"From the durable consumer {', '.join(durables)}."
                if durables
                else "May be heard live, in every process that listens; what is missed is missed."
            )
            operations[f"{service}.hear.{name}"] = operation
    return operations


def _takes(consumer: Consumer, event: type[EventData]) -> bool:
    stems = (subject.removesuffix(">") for subject in consumer.subjects)
    return any(address(event).startswith(stem) for stem in stems)


def _may_hear(service: str, event: type[EventData]) -> bool:
    if any(address(event).startswith(one.removesuffix(">")) for one in PRIVATE.subjects):
        return service in PRIVATE_READERS
    return event.owner in HEARS[service]


def _operation(action: str, channel: str, message: type[Any]) -> Node:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{message.__name__}"}],
    }


def request_operations(request: type[Request[Any]]) -> Node:
    """Its owner answers it, one process of those that run; the services that may, ask."""
    name = channel_name(request)
    reply = f"#/channels/{name}.reply"
    askers = [service for service in SERVICES if request.owner in CALLS[service]]
    operation = _operation("receive", name, request) | {
        "description": f"May be asked by {', '.join(askers)}.",
        "reply": {
            "channel": {"$ref": reply},
            "messages": [
                {"$ref": f"{reply}/messages/{one}"}
                for one in (request.reply_type().__name__, "Problem")
            ],
        },
        "bindings": {"nats": {"queue": request.owner, "bindingVersion": "0.1.0"}},
    }
    return {f"{request.owner}.answer.{request.operation()}": operation}
