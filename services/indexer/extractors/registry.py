"""Which extractor reads a file: by its content first, and by what its name promises."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

from services.indexer import extractors
from services.indexer.extractors.content import content_of, described
from services.indexer.extractors.facts import MAX_TEXT, Facts, Malformed
from services.indexer.extractors.sparse_file import OutOfBytes, SparseFile

MEMBERS = ("SUFFIXES", "LABEL", "recognises", "parse")


class Extractor(Protocol):
    """A module that reads one format. `SUFFIXES` are the names that promise it."""

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
    # Those of the format that the name promises are asked before the others.
    asked = sorted(extractors_found(), key=lambda one: file.suffix not in one.SUFFIXES)
    for extractor in asked:
        if extractor.recognises(file):
            return _parsed(extractor, file)
    for extractor in asked:
        if file.suffix in extractor.SUFFIXES:
            label = content_of(file.name, file.head()).label
            raise Malformed(f"Its name says {extractor.LABEL}, but its content is: {label}.")
    return described(file)


def _parsed(extractor: Extractor, file: SparseFile) -> Facts:
    """Whatever else a parser stumbles over means that the content is not as the format has it."""
    try:
        return extractor.parse(file)
    except (Malformed, OutOfBytes, MemoryError):
        raise
    except RecursionError as error:
        raise Malformed("It is nested too deeply.") from error
    except Exception as error:
        said = f"{type(error).__name__}: {error}"[:MAX_TEXT]
        raise Malformed(f"It is not as {extractor.LABEL} should be ({said}).") from error
