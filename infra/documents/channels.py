"""Where things are said: a channel for each event, two for each request."""

from typing import Any

from infra.documents.names import address, channel_name, first_line, levels
from shared.cloudevents import EventData
from shared.contracts.base import Request

Node = dict[str, Any]
PARAMETERS = {
    "account": "The account's id at the time, escaped: bytes outside [A-Za-z0-9_-] as =HH.",
    "repository": "The repository's id at the time (or what stands in its place), escaped alike.",
}


def event_channel(event: type[EventData]) -> Node:
    """The subject it is published on."""
    named = [level.strip("{}") for level in levels(event) if level != "-"]
    return {
        "address": address(event),
        "description": first_line(event),
        "messages": {event.__name__: {"$ref": f"#/components/messages/{event.__name__}"}},
        "parameters": {name: {"description": PARAMETERS[name]} for name in named},
    }


def request_channels(request: type[Request[Any]]) -> Node:
    """The subject its owner listens on, and the inbox of who asks."""
    reply = request.reply_type().__name__
    messages = {name: {"$ref": f"#/components/messages/{name}"} for name in (reply, "Problem")}
    return {
        channel_name(request): {
            "address": request.nats_subject(),
            "description": first_line(request),
            "messages": {request.__name__: {"$ref": f"#/components/messages/{request.__name__}"}},
        },
        f"{channel_name(request)}.reply": {
            "address": None,
            "description": "The reply subject of the request, in the inbox of who asks.",
            "messages": messages,
        },
    }
