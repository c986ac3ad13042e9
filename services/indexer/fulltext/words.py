"""A person's words as FTS5 wants them: quoted, so that nothing of its language is reached."""

import re
from collections.abc import Sequence
from itertools import islice

# More of them narrow nothing down any more and each costs.
MOST_WORDS = 24
# A shorter beginning is that of too many words to tell repositories apart.
SHORTEST_BEGINNING = 3
UNSEARCHABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
TOKEN = re.compile(r"[^\W_]+")


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
