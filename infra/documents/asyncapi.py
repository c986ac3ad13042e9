"""docs/asyncapi.json: everything that is said on the bus, as AsyncAPI 3.0.

Our own, since FastStream's document knows neither replies nor the parameters of a subject, and
names only what one process binds.
"""

from typing import Any

from infra.documents.channels import event_channel, request_channels
from infra.documents.messages import all_events, all_requests
from infra.documents.names import channel_name
from infra.documents.operations import event_operations, request_operations
from infra.documents.payloads import messages, schemas

Node = dict[str, Any]
VERSION = "1.0.0"
ABOUT = (
    "Events and requests between the services. Events are CloudEvents 1.0 in structured JSON, kept "
    "in JetStream streams and delivered at least once; `id` tells doubles and `sequence` what is "
    "newer. Requests are core NATS; a reply with the header `coop-problem` is an RFC 9457 problem."
)


def asyncapi() -> Node:
    """The whole document."""
    events, requests = all_events(), all_requests()
    channels: Node = {}
    operations: Node = {}
    for event in events:
        channels[channel_name(event)] = event_channel(event)
        operations |= event_operations(event)
    for request in requests:
        channels |= request_channels(request)
        operations |= request_operations(request)
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Coop on the bus", "version": VERSION, "description": ABOUT},
        "defaultContentType": "application/json",
        "servers": {"nats": _server()},
        "channels": channels,
        "operations": operations,
        "components": {
            "messages": messages(events, requests),
            "schemas": schemas(events, requests),
            "securitySchemes": {
                "nkey": {
                    "type": "asymmetricEncryption",
                    "description": "An nkey of the client's own, derived from the key file.",
                }
            },
        },
    }


def _server() -> Node:
    return {
        "host": "127.0.0.1:4222",
        "protocol": "nats",
        "description": "The embedded server; COOP_NATS__URL names another.",
        "security": [{"$ref": "#/components/securitySchemes/nkey"}],
    }
