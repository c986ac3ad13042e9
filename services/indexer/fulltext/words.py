"""A person's words as FTS5 wants them: quoted, so that nothing of its language is reached."""

import re

# More of them narrow nothing down any more and each costs.
MOST_WORDS = 24
UNSEARCHABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def expression(text: str) -> str:
    """All words, the last one also as the beginning of one; empty where nothing can be looked for.

    https://www.sqlite.org/fts5.html §3: in a string only the quote has a meaning, and is doubled.
    """
    words = [word for word in UNSEARCHABLE.sub(" ", text).split() if _has_letter(word)]
    quoted = ['"{}"'.format(word.replace('"', '""')) for word in words[:MOST_WORDS]]
    return " AND ".join(quoted) + " *" if quoted else ""


def _has_letter(word: str) -> bool:
    return any(letter.isalnum() for letter in word)
