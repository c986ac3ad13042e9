"""What is said: messages with their headers, and the schemas of their bodies."""

from typing import Any

from pydantic.json_schema import models_json_schema

from infra.documents.envelope import envelope_schema
from infra.documents.names import first_line
from shared.bus.requests import CORRELATION_HEADER, DEADLINE_HEADER, PROBLEM_HEADER
from shared.cloudevents import CONTENT_TYPE, EventData
from shared.contracts.base import Request
from shared.errors import PROBLEM_SCHEMA

Node = dict[str, Any]
SCHEMAS = "#/components/schemas/{model}"


def messages(events: list[type[EventData]], requests: list[type[Request[Any]]]) -> Node:
    """All of them by the names of their classes."""
    found = {event.__name__: _event_message(event) for event in events}
    for request in requests:
        reply = request.reply_type()
        found[request.__name__] = _message(request, headers=_REQUEST_HEADERS)
        found[reply.__name__] = _message(reply)
    found["Problem"] = {
        "contentType": "application/problem+json",
        "headers": _REPLY_HEADERS,
        "payload": {"$ref": "#/components/schemas/Problem"},
        "summary": "What went wrong, as RFC 9457 has it.",
    }
    return dict(sorted(found.items()))


def _event_message(event: type[EventData]) -> Node:
    return {
        "name": event.type_name(),
        "summary": first_line(event),
        "contentType": CONTENT_TYPE,
        "headers": _EVENT_HEADERS,
        "payload": {"$ref": f"#/components/schemas/{event.__name__}.event"},
    }


def _message(model: type[Any], headers: Node | None = None) -> Node:
    message = {
        "summary": first_line(model),
        "payload": {"$ref": SCHEMAS.format(model=model.__name__)},
    }
    return message | ({"headers": headers} if headers else {})


def schemas(events: list[type[EventData]], requests: list[type[Request[Any]]]) -> Node:
    """The body of each, and what these are made of."""
    models = [*events, *requests, *(request.reply_type() for request in requests)]
    _, found = models_json_schema(
        [(model, "validation") for model in dict.fromkeys(models)], ref_template=SCHEMAS
    )
    bodies: Node = found["$defs"]
    bodies |= {f"{event.__name__}.event": envelope_schema(event) for event in events}
    return dict(sorted((bodies | {"Problem": PROBLEM_SCHEMA}).items()))


def _headers(described: dict[str, str]) -> Node:
    properties = {name: {"type": "string", "description": said} for name, said in described.items()}
    return {"type": "object", "properties": properties}


_EVENT_HEADERS = _headers(
    {
        "Nats-Msg-Id": "`<id>:<event>`: the stream takes a message with the same one only once.",
        "content-type": CONTENT_TYPE,
    }
)
_REQUEST_HEADERS = _headers(
    {
        DEADLINE_HEADER: "Seconds since 1970 after which nobody waits for the reply any more.",
        CORRELATION_HEADER: "What the request belongs to, for logs and for the events it causes.",
    }
)
_REPLY_HEADERS = _headers({PROBLEM_HEADER: "The problem's code; no other reply has this."})
