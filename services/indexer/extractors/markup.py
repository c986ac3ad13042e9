"""XML as strangers write it, in one pass by expat.

A document type is refused at its first sign, so no entity is ever expanded; depth is limited.
"""

from collections.abc import Callable
from xml.parsers import expat

from services.indexer.extractors.facts import Malformed

MAX_DEPTH = 64
BEGINNINGS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe", b"\xfe\xff")

# Called at the end of each element: its path from the root, its attributes, its own text.
Take = Callable[[list[str], dict[str, str], str], None]


class _Root(Exception):
    """The name of the root, as soon as it is known."""


def root_of(head: bytes) -> str:
    """The name of the first element, without its prefix; empty where it is no XML."""
    if not head.lstrip().startswith(BEGINNINGS):
        return ""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = parser.StartElementHandler = _root
    try:
        parser.Parse(head, False)
    except _Root as found:
        return str(found)
    except (expat.ExpatError, ValueError, LookupError):
        return ""
    return ""


def _root(name: str, *_: object) -> None:
    raise _Root(_local(name))


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def read_xml(data: bytes, take: Take, *, is_whole: bool = True) -> None:
    """Hand over each element; of data that is not whole those that are. Raises Malformed."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    reader = _Reader(take)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(data, is_whole)
    except expat.ExpatError as error:
        if is_whole:
            raise Malformed(f"It is not XML as it should be: {error}") from error
    except (ValueError, LookupError) as error:
        raise Malformed(f"It is not XML that can be read: {error}") from error


def _refuse(*_: object) -> None:
    raise Malformed("It has a document type of its own, which is not read.")


class _Reader:
    """Where the parser is: the open elements, and the attributes and the text of each."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._path: list[str] = []
        self._open: list[tuple[dict[str, str], list[str]]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if len(self._path) == MAX_DEPTH:
            raise Malformed("It is nested too deeply.")
        self._path.append(_local(name))
        self._open.append((attributes, []))

    def text(self, data: str) -> None:
        """Some of the text of the element that began last."""
        if self._open:
            self._open[-1][1].append(data)

    def end(self, _name: str) -> None:
        """The element that began last ends."""
        attributes, text = self._open.pop()
        self._take(self._path, attributes, "".join(text).strip())
        self._path.pop()
