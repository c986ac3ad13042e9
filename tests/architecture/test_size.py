"""Nothing grows over what a reader takes in at once; a door-plate says what each file is for."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.sources import PROGRAM, TESTS, Source, sources

LONGEST_FUNCTION = 40
LONGEST_FILE = 300
LONGEST_TEST_FILE = 400


def functions(source: Source) -> Iterator[tuple[str, int]]:
    """Each function with its lines, decorators and docstring included."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(mark.lineno for mark in node.decorator_list)])
            yield node.name, (node.end_lineno or first) - first + 1


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{source.place}: {name} has {lines} lines"
        for source in sources(*PROGRAM)
        for name, lines in functions(source)
        if lines > LONGEST_FUNCTION
    ]
    assert not long, "\n".join(long)


@pytest.mark.parametrize(
    ("folders", "limit"), [(PROGRAM, LONGEST_FILE), (TESTS, LONGEST_TEST_FILE)]
)
def test_no_file_is_too_long(folders: tuple[str, ...], limit: int) -> None:
    long = [f"{one.place}: {one.lines} lines" for one in sources(*folders) if one.lines > limit]
    assert not long, "split by noun:\n" + "\n".join(long)


def test_every_file_says_what_it_is_for() -> None:
    silent = [one.place for one in sources(*PROGRAM) if not ast.get_docstring(one.tree)]
    assert not silent, "\n".join(silent)


def test_the_typical_function_is_short() -> None:
    """Median at most 10 lines, nine of ten at most 25: what the code that we like has."""
    lengths = sorted(lines for one in sources(*PROGRAM) for _, lines in functions(one))
    assert lengths[len(lengths) // 2] <= 10
    assert lengths[len(lengths) * 9 // 10] <= 25
