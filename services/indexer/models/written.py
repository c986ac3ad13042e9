"""An item as a text that is judged, and told under today's names, without being read.

The text is JSON as any other. orjson writes no blank between tokens, and no quote in a text without
a backslash before it: so the blank that stands before each relative reference can be nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote

import orjson

from services.indexer.models.boxes import Box, rectangle_of
from services.indexer.models.hrefs import TOP, is_relative
from services.indexer.models.placed import placed_of

Document = Mapping[str, Any]
DATA, THUMBNAIL = "data", "thumbnail"
# Told apart from the rest, in this order, at the end of the text.
APART = ("collection", "links", "assets")
LINKS = ',"links":['
HREF, PLAIN, MARKED = '{"href":"', '":"', '": "'


class Outline(NamedTuple):
    """What is known of an item without reading its text.

    Links begin at `cut`. `rectangle` is all of its footprint, if it has that form; `start` and
    `end` are as in `Placed`. `format` and `key` are of the file that a small picture of it shows,
    empty where it has none or has a thumbnail already.
    """

    cut: int
    rectangle: Box | None
    start: int
    end: int
    format: str
    key: str


@dataclass(frozen=True, slots=True)
class Written:
    """An item as it is kept."""

    text: str
    outline: Outline

    def told(self, base: str) -> tuple[str, str]:
        """What comes before its collection and links, and what comes after `"links":[`.

        `base` is where its repository's objects are, with a slash at its end.
        """
        cut = self.outline.cut
        rest = self.text[cut + len(LINKS) :]
        rest = rest.replace(f"{MARKED}{TOP}", f"{PLAIN}{base}")
        return self.text[:cut], rest.replace(MARKED, f"{PLAIN}{base}")

    def read(self) -> dict[str, Any]:
        """The item."""
        item: dict[str, Any] = orjson.loads(self.text)
        return item


def written(item: Document) -> Written:
    """The text of an item, and its outline."""
    rest = _json({name: value for name, value in item.items() if name not in APART})[:-1]
    links = ",".join(_marked(one) for one in item.get("links", ()))
    assets = ",".join(f"{_json(name)}:{_marked(one)}" for name, one in item["assets"].items())
    placed = placed_of(item)
    rectangle = rectangle_of(item["geometry"]) if item["geometry"] else None
    outline = Outline(len(rest), rectangle, placed.start, placed.end, *_pictured(item))
    return Written(f'{rest}{LINKS}{links}],"assets":{{{assets}}}}}', outline)


def _marked(one: Document) -> str:
    """An asset or a link, its reference first."""
    text = _json({"href": one["href"], **one})
    return f'{{"href"{MARKED[1:]}{text[len(HREF) :]}' if is_relative(one["href"]) else text


def _pictured(item: Document) -> tuple[str, str]:
    """The format and the key of the file that the item is of."""
    assets, said = item["assets"], item["properties"].get("coop:format")
    href = assets.get(DATA, {}).get("href", "")
    if THUMBNAIL in assets or not isinstance(said, str) or not is_relative(href):
        return "", ""
    return said, unquote(href.removeprefix(TOP))


def _json(value: Any) -> str:  # noqa: ANN401
    return orjson.dumps(value).decode()
