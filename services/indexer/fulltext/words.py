"""A person's words as FTS5 wants them: quoted, so that nothing of its language is reached."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from string import ascii_lowercase

# More of them narrow nothing down any more and each costs.
MOST_WORDS = 24
# A shorter beginning is that of too many words to tell repositories apart.
SHORTEST_BEGINNING = 3
UNSEARCHABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
TOKEN = re.compile(r"[^\W_]+")


# Shorter words, and those of other letters, are one slip from too much else.
MENDABLE = re.compile(r"[a-z0-9]{4,30}")


def spellings(word: str) -> dict[str, str]:
    """A word and all that are one slip of the hand from it, each as it is looked for.

    Two letters in the wrong order, one too many, one left out or one for another: most slips are
    that, and come in this order.
    """
    plain, looked_for = word.lower(), expression((word,))
    said = {plain: looked_for} if looked_for else {}
    slips = _slips(plain) if MENDABLE.fullmatch(plain) else ()
    return {slip: f'"{slip}"' for slip in slips} | said


def _slips(word: str) -> Iterator[str]:
    parts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    for before, after in parts:
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
    for before, after in parts:
        if after:
            yield before + after[1:]
    for letter in ascii_lowercase:
        yield from (before + letter + after for before, after in parts)
    for letter in ascii_lowercase:
        yield from (before + letter + after[1:] for before, after in parts if after)


def expression(texts: Sequence[str]) -> str:
    """One of the texts, each as `_all_words`; empty where nothing can be looked for."""
    return " OR ".join(f"({said})" for said in map(_all_words, texts) if said)


def _all_words(text: str) -> str:
    """All its words, the last one also as the beginning of one.

    https://www.sqlite.org/fts5.html §3: in a string only the quote has a meaning, and is doubled.
    """
    found = (word for word in UNSEARCHABLE.sub(" ", text).split() if TOKEN.search(word))
    words = list(islice(found, MOST_WORDS))
    said = " AND ".join('"{}"'.format(word.replace('"', '""')) for word in words)
    return f"{said} *" if words and _begins(words[-1]) else said


def _begins(word: str) -> bool:
    """Whether its last token, which FTS5 takes as a beginning, is long enough."""
    return len(TOKEN.findall(word)[-1]) >= SHORTEST_BEGINNING
