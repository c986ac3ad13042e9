"""Files of which the name tells all that can be told, so that nothing of them is read."""

import re
from itertools import takewhile

from services.indexer.extractors.facts import Facts

BINARY = "application/octet-stream"
# A store of Zarr that says so: below its arrays are chunks by their places in a grid.
STORE = ".zarr/"
# A repository of Icechunk that says so.
ICECHUNK = re.compile(r"(.*\.icechunk/)chunks/[0-9A-HJKMNP-TV-Z]{20}", re.DOTALL)
PLACE, PLACES_V2, PLACES_V3 = (
    re.compile(form) for form in (r"[0-9]+", r"[0-9]+(?:\.[0-9]+)*", r"c(?:\.[0-9]+)*")
)


def known_by_name(name: str) -> Facts | None:
    """A chunk of an array, of which there may be millions; None for all else."""
    if repository := ICECHUNK.fullmatch(name):
        return Facts("Icechunk chunk", BINARY, "Icechunk chunk", part_of=f"{repository[1]}repo")
    store, mark, inner = name.partition(STORE)
    document = _document_of(inner.split("/")) if mark else ""
    if not document:
        return None
    return Facts("Zarr chunk", BINARY, "Zarr chunk", part_of=f"{store}{mark}{document}")


def _document_of(path: list[str]) -> str:
    """What describes the array of a chunk; empty where the path is not that of one."""
    places = len(list(takewhile(PLACE.fullmatch, reversed(path))))
    above, last = path[: len(path) - places], path[-1]
    if above and PLACES_V3.fullmatch(above[-1]):
        return "/".join([*above[:-1], "zarr.json"])
    if places:
        return "/".join([*above, ".zarray"])
    return "/".join([*path[:-1], ".zarray"]) if PLACES_V2.fullmatch(last) else ""
