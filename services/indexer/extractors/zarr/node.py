"""One array of a store, as version 2 and version 3 describe it."""

from dataclasses import dataclass
from math import prod
from typing import Any

from services.indexer.extractors.arrays.array import Attributes
from services.indexer.extractors.columns import MAX_NAME
from services.indexer.extractors.facts import Malformed

Json = dict[str, Any]
# How an array's bytes were packed, in the order in which that was done.
Codecs = list[tuple[str, Json]]

# How `struct` reads each type that is a number.
LETTERS = {
    "int8": "b", "uint8": "B", "int16": "h", "uint16": "H", "int32": "i", "uint32": "I",
    "int64": "q", "uint64": "Q", "float16": "e", "float32": "f", "float64": "d",
}  # fmt: skip
KINDS = {"f": "float", "i": "int", "u": "uint", "c": "complex"}
OTHERS = {"b": "bool", "M": "datetime64", "m": "timedelta64", "O": "object"}
BIG = ">"
MAX_DIMENSIONS, MAX_SIZE = 32, 2**63
LONGEST_ATTRIBUTE = 64 * 1024
# GDAL keeps the system of an array's last two dimensions in this attribute, as WKT among others.
GDAL_CRS = "_CRS"
# The codec of several chunks in one object.
SHARDING = "sharding_indexed"


@dataclass(frozen=True)
class Node:
    """`path` is empty for an array that is the whole store; `order` is that of bytes."""

    path: str
    attributes: Attributes
    shape: tuple[int, ...]
    chunk: tuple[int, ...]
    data_type: str
    order: str
    names: tuple[str, ...]
    codecs: Codecs
    key: str
    separator: str
    fill: float | None

    @property
    def name(self) -> str:
        """For people, also of an array that is the whole store."""
        return self.path or "array"

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Their names; those without one are told apart by the array."""
        return tuple(one or f"{self.name}_{axis}" for axis, one in enumerate(self.names))

    @property
    def letter(self) -> str:
        """For `struct`; empty where the values are no numbers."""
        letter = LETTERS.get(self.data_type, "")
        return self.order + letter if letter else ""

    @property
    def grid(self) -> tuple[int, ...]:
        """How many chunks there are along each dimension."""
        pairs = zip(self.shape, self.chunk, strict=True)
        return tuple(-(-size // step) for size, step in pairs)

    def chunk_name(self, place: tuple[int, ...]) -> str:
        """Of the chunk at this place of the grid, within the array's folder."""
        parts = [*([self.key] if self.key else []), *map(str, place)]
        return self.separator.join(parts) or "0"

    @property
    def chunk_values(self) -> int:
        """How many values one chunk holds."""
        return prod(self.chunk)

    @property
    def inner(self) -> tuple[int, ...]:
        """The shape of the chunks in a shard; empty where there are none, or none that can be."""
        said = next((config for name, config in self.codecs if name == SHARDING), {})
        try:
            return _steps(said.get("chunk_shape"), self.shape)
        except Malformed:
            return ()


def node_v3(path: str, said: Json) -> Node:
    """Raises Malformed."""
    shape = _sizes(said.get("shape"))
    grid = _config(said.get("chunk_grid")).get("chunk_shape", list(shape))
    encoding = said.get("chunk_key_encoding")
    is_old = isinstance(encoding, dict) and encoding.get("name") == "v2"
    codecs = codecs_of(said.get("codecs"))
    kind = said.get("data_type")
    return Node(
        path=path,
        attributes=plain(said.get("attributes")),
        shape=shape,
        chunk=_steps(grid, shape),
        data_type=kind[:MAX_NAME] if isinstance(kind, str) else _codec(kind)[0],
        order=_order_v3(codecs),
        names=_names(said.get("dimension_names"), shape),
        codecs=codecs,
        key="" if is_old else "c",
        separator=_separator(_config(encoding), "." if is_old else "/"),
        fill=_number(said.get("fill_value")),
    )


def codecs_of(value: object) -> Codecs:
    """As version 3 lists them."""
    return [_codec(one) for one in _list(value)]


def is_sharded(codecs: Codecs) -> bool:
    """Whether chunks lie in shards."""
    return any(name == SHARDING for name, _ in codecs)


def _order_v3(codecs: Codecs) -> str:
    """That of bytes, also of those in shards."""
    inside = [one for name, said in codecs if name == SHARDING for one in _inner(said)]
    orders = [said.get("endian") for name, said in codecs + inside if name == "bytes"]
    return BIG if "big" in orders else "<"


def packed_by(node: Node) -> Codecs:
    """What packed its chunks, also those in shards."""
    inside = [one for name, said in node.codecs if name == SHARDING for one in _inner(said)]
    return inside or node.codecs


def _inner(said: Json) -> Codecs:
    return codecs_of(said.get("codecs"))


def node_v2(path: str, said: Json, attributes: object) -> Node:
    """Raises Malformed."""
    shape = _sizes(said.get("shape"))
    kind = said.get("dtype")
    kind = kind if isinstance(kind, str) else ""
    packed = [one for one in [*_list(said.get("filters")), said.get("compressor")] if one]
    named = attributes.get("_ARRAY_DIMENSIONS") if isinstance(attributes, dict) else None
    return Node(
        path=path,
        attributes=plain(attributes),
        shape=shape,
        chunk=_steps(said.get("chunks"), shape),
        data_type=_type_v2(kind),
        order=BIG if kind.startswith(BIG) else "<",
        names=_names(named, shape),
        codecs=[(str(_object(one).get("id")), _object(one)) for one in packed],
        key="",
        separator=_separator({"separator": said.get("dimension_separator")}, "."),
        fill=_number(said.get("fill_value")),
    )


def _type_v2(kind: str) -> str:
    """`<f4` is float32; structures and text have no name in numbers."""
    letter, size = kind[1:2], kind[2:]
    if letter in KINDS and size.isdecimal() and len(size) < 3:
        return f"{KINDS[letter]}{int(size) * 8}"
    return OTHERS.get(letter, "string" if letter in {"S", "U"} else "compound")


def plain(attributes: object) -> Attributes:
    """Text, and the first number of those that are numbers; what is neither is left out."""
    found: Attributes = {}
    for name, value in _object(attributes).items():
        first = value[0] if isinstance(value, list) and value else value
        if name == GDAL_CRS and isinstance(value, dict):
            name, first = "crs_wkt", value.get("wkt")  # noqa: PLW2901 -- as CF has it
        if isinstance(first, str):
            found[name] = first[:LONGEST_ATTRIBUTE]
        elif isinstance(first, int | float) and not isinstance(first, bool):
            found[name] = first
    return found


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _config(value: object) -> Json:
    return _object(_object(value).get("configuration"))


def _codec(value: object) -> tuple[str, Json]:
    """Its name and how it was set; some are told by their name alone."""
    name = value if isinstance(value, str) else _object(value).get("name")
    return str(name)[:MAX_NAME], _config(value)


def _sizes(value: object) -> tuple[int, ...]:
    sizes = _list(value)
    is_list = isinstance(value, list) and len(sizes) <= MAX_DIMENSIONS
    if not is_list or not all(type(one) is int and 0 <= one < MAX_SIZE for one in sizes):
        raise Malformed("One of its arrays has no shape that can be.")
    return tuple(sizes)


def _steps(value: object, shape: tuple[int, ...]) -> tuple[int, ...]:
    steps = _sizes(value)
    if len(steps) != len(shape) or 0 in steps:
        raise Malformed("One of its arrays has no chunks that can be.")
    return steps


def _names(value: object, shape: tuple[int, ...]) -> tuple[str, ...]:
    """Empty for a dimension without a name."""
    names = [one[:MAX_NAME] if isinstance(one, str) else "" for one in _list(value)]
    return tuple(names) if len(names) == len(shape) else ("",) * len(shape)


def _separator(config: Json, usual: str) -> str:
    found = config.get("separator")
    return found if found in {".", "/"} else usual


def _number(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else None  # type: ignore[arg-type]  # it is one
