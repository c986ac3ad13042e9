"""Whether those who know the old form of a message can live with the new one.

Only optional fields may be added. Everything else would break a process of the last release, a
message that waits in a stream, or a stranger who reads our events.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """A place in a message: what may stand there, and whether something must."""

    type: str
    required: bool


def breaches(old: Schema, new: Schema) -> list[str]:
    """What was removed, retyped or newly required, one sentence each; empty if nothing was."""
    before, after = fields(old), fields(new)
    said = [f"{path} was removed" for path in before if path not in after]
    for path, field in after.items():
        if path not in before:
            if field.required and path.rpartition(".")[0] in before:
                said.append(f"{path} is new and required")
        elif field.type != before[path].type:
            said.append(f"{path} was {before[path].type}, is {field.type}")
        elif field.required and not before[path].required:
            said.append(f"{path} was optional, is required")
    return said


def fields(schema: Schema) -> dict[str, Field]:
    """Every place of a message by its path: `object.size`, `items[].name`, `roles.*`."""
    return dict(_walk(schema, schema.get("$defs", {}), "", required=True))


def _walk(
    node: Schema, known: dict[str, Schema], path: str, *, required: bool
) -> Iterator[tuple[str, Field]]:
    yield path, Field(_type(node, known), required)
    for option in _options(node, known):
        must = option.get("required", ())
        for name, child in option.get("properties", {}).items():
            here = f"{path}.{name}" if path else name
            yield from _walk(child, known, here, required=name in must)
        for mark, key in ((".*", "additionalProperties"), ("[]", "items")):
            if isinstance(option.get(key), dict):
                yield from _walk(option[key], known, path + mark, required=False)


def _options(node: Schema, known: dict[str, Schema]) -> list[Schema]:
    """What a node may be: its union's members, or itself, with references followed."""
    if "$ref" in node:
        return _options(known[node["$ref"].rpartition("/")[2]], known)
    if "anyOf" in node:
        return [option for one in node["anyOf"] for option in _options(one, known)]
    return [node]


def _type(node: Schema, known: dict[str, Schema]) -> str:
    return " or ".join(sorted({_name(option) for option in _options(node, known)}))


def _name(option: Schema) -> str:
    if "const" in option:
        return f"'{option['const']}'"
    if "enum" in option:
        return "one of " + ", ".join(sorted(map(str, option["enum"])))
    kind = str(option.get("type", "anything"))
    return f"{kind} ({option['format']})" if "format" in option else kind
