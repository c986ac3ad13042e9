"""Licenses by SPDX: what may stand in a license field, and what its parts are called."""

import json
import re
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

LIST = Path(__file__).with_name("licenses.json")
# A license that is on no list (SPDX 2.3, annex D); its text lies beside the data.
OWN = re.compile(r"LicenseRef-[A-Za-z0-9.-]{1,50}")
WORD = re.compile(r"[()]|[^\s()]+")
GRAMMAR = {"(": "(", ")": ")", "and": "AND", "or": "OR", "with": "WITH"}
SHORTEST = "MIT"


@lru_cache(maxsize=1)
def licenses() -> dict[str, str]:
    """The name of every license that is in use, by its identifier."""
    names: dict[str, str] = json.loads(LIST.read_text("utf-8"))
    return names


def check_license(text: str) -> str:
    """An expression as SPDX spells it (2.3, annex D; case is ignored); nothing stays nothing.

    ValueError, which names the part that is none.
    """
    if not text:
        return text
    words = [""]
    for word in WORD.findall(text):
        words.append(_spelt(word, words[-1]))
    _check_grammar(words)
    return " ".join(words[1:]).replace("( ", "(").replace(" )", ")")


def parts_of_license(text: str) -> list[str]:
    """The licenses of an expression, and what stands between them, in their order."""
    return [part for part in re.split(r"([\w.-]+)", text) if part]


def _spelt(word: str, before: str) -> str:
    """One word of an expression, after this one."""
    if grammar := GRAMMAR.get(word.lower()):
        return grammar
    if before == "WITH":
        return _exception(word)
    return word if OWN.fullmatch(word) else _license(word)


def _license(word: str) -> str:
    """With a `+` it stands for its later versions too."""
    name = word.removesuffix("+")
    found = _spellings().get(name.lower())
    if found is None:
        told = f"There is no SPDX license {word[:60]!r}"
        raise ValueError(f"{told}; write one such as CC-BY-4.0, or LicenseRef-... for your own")
    return found + word[len(name) :]


def _exception(word: str) -> str:
    try:
        return canonicalize_license_expression(f"{SHORTEST} WITH {word}").split()[-1]
    except InvalidLicenseExpression:
        raise ValueError(f"There is no SPDX license exception {word[:60]!r}") from None


def _check_grammar(words: list[str]) -> None:
    """Our list is newer than the library's, so that the grammar alone is asked of it."""
    known = [
        word if word in GRAMMAR.values() or before == "WITH" else SHORTEST
        for before, word in pairwise(words)
    ]
    try:
        canonicalize_license_expression(" ".join(known))
    except InvalidLicenseExpression:
        raise ValueError(
            "must be an SPDX license such as CC-BY-4.0, or several such as MIT OR Apache-2.0"
        ) from None


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    return {name.lower(): name for name in licenses()}
