"""The CloudEvents envelope of one event as a JSON schema (CloudEvents 1.0.2 §3)."""

from typing import Any

from shared.cloudevents import Event, EventData

# What `shared.cloudevents.envelop` always writes; CloudEvents itself asks for the first four.
ALWAYS = ["id", "source", "specversion", "type", "subject", "time", "datacontenttype"]


def envelope_schema(event: type[EventData]) -> dict[str, Any]:
    """Envelope and data; what can have one value only is stated as such."""
    schema = Event[event].model_json_schema()  # type: ignore[valid-type]
    properties = schema["properties"]
    for name, value in {
        "specversion": "1.0",
        "source": f"/coop/{event.owner}",
        "type": event.type_name(),
        "datacontenttype": "application/json",
        "dataschema": f"urn:coop:schema:{event.type_name()}",
    }.items():
        properties[name] = {"const": value}
    properties["id"]["description"] = "`<aggregate>:<version>`; the same for every delivery"
    properties["sequence"] = {"type": "string", "pattern": "^[0-9]+$"}
    properties["data"] = {"$ref": f"#/components/schemas/{event.__name__}"}
    return {
        "type": "object",
        "description": (event.__doc__ or "").partition("\n")[0],
        "required": [*ALWAYS, "sequence", "data"],
        "properties": properties,
    }
