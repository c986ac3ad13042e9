"""Finding in spite of a slip of the hand: a word that stands nowhere is taken for one that does."""

from dataclasses import replace

from services.indexer.fulltext import FullText
from services.indexer.models.texts import Question

# Each word is looked for in some hundred spellings.
MOST_WORDS = 8


async def mended(fulltext: FullText, question: Question) -> Question | None:
    """The same question put right; None where that cannot be, or nothing is wrong with it.

    The words are of what may be looked at, and are told to nobody who finds nothing by them.
    """
    words = " ".join(question.texts).split()
    if not words or len(words) > MOST_WORDS:
        return None
    anything = replace(question, texts=())
    right = [await fulltext.standing(word, anything) for word in words]
    is_as_it_was = [word.lower() for word in words] == right
    return None if is_as_it_was or not all(right) else replace(question, texts=(" ".join(right),))
