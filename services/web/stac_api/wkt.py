"""Shapes as CQL2 writes them, which is as well-known text does, read into GeoJSON."""

from collections.abc import Callable
from typing import Any, Protocol

Shape = dict[str, Any]

# How many lists are around a position, by the word of the shape.
DEPTHS = {
    "point": 0,
    "linestring": 1,
    "multipoint": 1,
    "polygon": 2,
    "multilinestring": 2,
    "multipolygon": 3,
    "geometrycollection": 0,
}
NAMES = {
    "point": "Point",
    "linestring": "LineString",
    "multipoint": "MultiPoint",
    "polygon": "Polygon",
    "multilinestring": "MultiLineString",
    "multipolygon": "MultiPolygon",
    "geometrycollection": "GeometryCollection",
}


class Tokens(Protocol):
    """What is read from: the text's reader."""

    @property
    def token(self) -> Any:  # noqa: ANN401
        """The one that is not read yet."""

    def take(self) -> Any:  # noqa: ANN401
        """It, and go on."""

    def meets(self, *words: str) -> bool:
        """Whether these follow; they are read then."""

    def listed(self, read: Callable[[], Any]) -> list[Any]:
        """Some between parentheses, with commas."""

    def deeper(self, read: Callable[[], Any]) -> Any:  # noqa: ANN401
        """One level down."""

    def fault(self, expected: str) -> ValueError:
        """What is said where something else follows."""


def geometry_of(tokens: Tokens, word: str) -> Shape:
    """The shape whose word was read. ValueError says where it cannot be read on."""
    tokens.meets("z")
    if word == "geometrycollection":
        return {"type": NAMES[word], "geometries": tokens.listed(lambda: _inner(tokens))}
    if word == "point":
        positions = tokens.listed(lambda: _position(tokens))
        if len(positions) != 1:
            raise ValueError("has a point of several positions")
        return {"type": NAMES[word], "coordinates": positions[0]}
    loose = word == "multipoint"
    return {"type": NAMES[word], "coordinates": _coordinates(tokens, DEPTHS[word], loose=loose)}


def _inner(tokens: Tokens) -> Shape:
    if tokens.token.word not in DEPTHS:
        raise tokens.fault("a shape")
    word = tokens.take().word
    shape: Shape = tokens.deeper(lambda: geometry_of(tokens, word))
    return shape


def _coordinates(tokens: Tokens, depth: int, *, loose: bool) -> list[Any]:
    """Positions of a multipoint may stand between parentheses of their own."""

    def read() -> Any:  # noqa: ANN401
        if depth > 1:
            return _coordinates(tokens, depth - 1, loose=False)
        if loose and tokens.token.text == "(":
            return tokens.listed(lambda: _position(tokens))[0]
        return _position(tokens)

    return tokens.listed(read)


def _position(tokens: Tokens) -> list[float]:
    position: list[float] = []
    while tokens.token.kind == "number":
        position.append(float(tokens.take().text))
    if len(position) not in {2, 3}:
        raise tokens.fault("a position of two or three numbers")
    return position
