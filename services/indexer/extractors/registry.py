"""Which extractor reads a file: by its content first, and by what its name promises."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, TypeVar, cast

from services.indexer import extractors
from services.indexer.extractors.content import content_of, described
from services.indexer.extractors.facts import MAX_TEXT, Facts, Malformed
from services.indexer.extractors.preview import Preview, beginning
from services.indexer.extractors.sparse_file import OutOfBytes, SparseFile

MEMBERS = ("SUFFIXES", "LABEL", "recognises", "parse")
Read = TypeVar("Read")


class Extractor(Protocol):
    """A module that reads one format. `SUFFIXES` are the names that promise it.

    One whose files have rows or text to show has a `preview(file) -> Preview` too, which raises the
    same as `parse`.
    """

    SUFFIXES: frozenset[str]
    LABEL: str

    @staticmethod
    def recognises(file: SparseFile) -> bool:
        """Whether the content is of this format, from the head of it."""

    @staticmethod
    def parse(file: SparseFile) -> Facts:
        """What it says of itself. Raises Malformed, NeedBytes, OutOfBytes."""


@cache
def extractors_found() -> tuple[Extractor, ...]:
    """Every module of the folder that is an extractor, by name."""
    names = sorted(module.name for module in iter_modules(extractors.__path__))
    modules = (
        import_module(f"{extractors.__name__}.{name}") for name in names if name != "registry"
    )
    return tuple(
        cast("Extractor", module)
        for module in modules
        if all(hasattr(module, member) for member in MEMBERS)
    )


def extract(file: SparseFile) -> Facts:
    """The facts of a file of any kind; what no extractor reads is described by its content.

    Raises Malformed where the content is broken or is not what the name promises, NeedBytes where
    more of it is needed, OutOfBytes where no more will come and nothing can be said without.
    """
    if file.size == 0:
        return described(file)
    extractor = _extractor_of(file)
    if extractor is not None:
        return _read(extractor, extractor.parse, file)
    for one in extractors_found():
        if file.suffix in one.SUFFIXES:
            label = content_of(file.name, file.head()).label
            raise Malformed(f"Its name says {one.LABEL}, but its content is: {label}.")
    return described(file)


def preview(file: SparseFile) -> Preview:
    """What a file of any kind shows of itself. Raises as `extract` does."""
    if file.size == 0:
        return Preview()
    extractor = _extractor_of(file)
    shown: Callable[[SparseFile], Preview] | None = getattr(extractor, "preview", None)
    if extractor is None or shown is None:
        return beginning(file)
    return _read(extractor, shown, file)


def _extractor_of(file: SparseFile) -> Extractor | None:
    """That which knows the content; of the format that the name promises are asked first."""
    asked = sorted(extractors_found(), key=lambda one: file.suffix not in one.SUFFIXES)
    return next((one for one in asked if one.recognises(file)), None)


def _read(extractor: Extractor, read: Callable[[SparseFile], Read], file: SparseFile) -> Read:
    """Whatever else a parser stumbles over means that the content is not as the format has it."""
    try:
        return read(file)
    except (Malformed, OutOfBytes, MemoryError):
        raise
    except RecursionError as error:
        raise Malformed("It is nested too deeply.") from error
    except Exception as error:
        said = f"{type(error).__name__}: {error}"[:MAX_TEXT]
        raise Malformed(f"It is not as {extractor.LABEL} should be ({said}).") from error
