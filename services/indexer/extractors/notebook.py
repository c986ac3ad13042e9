"""Jupyter notebooks (nbformat 3 and 4): their cells and their language, never their outputs."""

import re
from collections import Counter
from typing import Any

import orjson

from services.indexer.extractors import words
from services.indexer.extractors.content.text import title_of
from services.indexer.extractors.facts import Facts, Group, Malformed
from services.indexer.extractors.preview import NotShown, Preview, text
from services.indexer.extractors.sparse_file import SparseFile

SUFFIXES = frozenset({"ipynb"})
LABEL = "Jupyter notebook"
MEDIA_TYPE = "application/x-ipynb+json"
PROSE, TICKS = ("markdown", "heading"), re.compile("`+")


def recognises(file: SparseFile) -> bool:
    """By its name, and by an object of JSON in it: what tells it is said at its end."""
    return file.suffix in SUFFIXES and file.head(64).lstrip().startswith(b"{")


def parse(file: SparseFile) -> Facts:
    """Cells by kind, language, title. Raises Malformed."""
    data = file.whole()
    if data is None:
        partial = "It is larger than 8 MB, and was not read."
        return Facts(LABEL, MEDIA_TYPE, f"{LABEL}, {words.size(file.size)}", partial=partial)
    said, cells = _read(data)
    counts = Counter(str(cell.get("cell_type"))[:40] for cell in cells)
    group = Group("Notebook")
    titles = (title_of(_source(cell)) for cell in cells if cell.get("cell_type") == "markdown")
    group.add("Title", next(filter(None, titles), ""))
    group.add("Language", _language(said))
    for kind, count in counts.most_common(8):
        group.add(f"{kind.capitalize()} cells", f"{count:,}")
    group.add("Format", f"nbformat {said.get('nbformat')}")
    return Facts(LABEL, MEDIA_TYPE, f"{LABEL}, {words.count(len(cells), 'cell')}", groups=[group])


def preview(file: SparseFile) -> Preview:
    """Its cells as they were written, one Markdown document. Raises Malformed."""
    data = file.whole()
    if data is None:
        raise NotShown("It is larger than 8 MB.")
    part = text("\n\n".join(_written(cell) for cell in _read(data)[1]))
    part.kind = "markdown"
    return Preview([part])


def _written(cell: dict[str, Any]) -> str:
    """Prose as it is; all else between marks that it cannot end."""
    source = _source(cell)
    if cell.get("cell_type") in PROSE:
        return source
    longest = max(map(len, TICKS.findall(source)), default=0)
    mark = "`" * max(3, longest + 1)
    return f"{mark}\n{source}\n{mark}"


def _read(data: bytes) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The whole and its cells, which version 3 has in sheets."""
    try:
        said = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"It is not JSON: {error}") from error
    if not isinstance(said, dict) or not isinstance(said.get("nbformat"), int):
        raise Malformed("It is JSON, but not a notebook: it has no nbformat.")
    sheets = said.get("worksheets") or [said]
    lists = [one.get("cells") for one in sheets if isinstance(one, dict)]
    cells = [cell for some in lists if isinstance(some, list) for cell in some]
    return said, [cell for cell in cells if isinstance(cell, dict)]


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source")
    return "".join(map(str, source)) if isinstance(source, list) else str(source or "")


def _language(said: dict[str, Any]) -> str:
    metadata = said.get("metadata")
    for part, name in (("language_info", "name"), ("kernelspec", "language")):
        found = metadata.get(part) if isinstance(metadata, dict) else None
        if isinstance(found, dict) and isinstance(found.get(name), str):
            return str(found[name])
    return ""
