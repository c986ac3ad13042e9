"""Patterns of subjects; tokens themselves are tested at the door."""

import pytest

from services.storage.issuers.tokens import matches
from tests.effort import costing


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("a", "a"),
        ("a*", "a"),
        ("a*", "abc"),
        ("a*c", "abc"),
        ("a*c", "ac"),
        ("a*b*c", "a--b--c"),
        ("a**c", "abc"),
        ("a*a", "aa"),
        ("repo:o/*:ref:refs/heads/main", "repo:o/r:ref:refs/heads/main"),
    ],
)
def test_covered(pattern: str, text: str) -> None:
    assert matches(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("a", "ab"),
        ("a", "A"),
        ("a*", "b"),
        ("a*a", "a"),
        ("ab*b", "ab"),
        ("a*b*b", "ab"),
        ("a.c", "abc"),
        ("a?c", "abc"),
        ("a[b]c", "abc"),
        ("a*c", "abc\n"),
    ],
)
def test_not_covered(pattern: str, text: str) -> None:
    assert not matches(pattern, text)


def test_no_pattern_takes_long() -> None:
    with costing():
        assert not matches("a" + "*a" * 250 + "b", "a" * 1024)
