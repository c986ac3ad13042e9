"""Questions to the index, each one statement."""

import sqlite3
from collections import defaultdict
from collections.abc import Mapping

import orjson

from services.indexer.fulltext.port import MOST_MATCHES
from services.indexer.fulltext.schema import WEIGHTS
from services.indexer.fulltext.words import expression
from services.indexer.models.texts import Match, Piece, Question
from shared.contracts.repositories import State, Visibility
from shared.policy import RepositoryResource

COLUMNS = "r.id, r.owner, r.uid, r.visibility, r.state, r.shut"
RANKED = f"""
SELECT {COLUMNS} FROM texts JOIN repositories r ON r.id = texts.rowid
WHERE texts MATCH :words {{narrowed}}
ORDER BY bm25(texts, {", ".join(map(str, WEIGHTS))}), r.id LIMIT {MOST_MATCHES}
"""  # noqa: S608 - our own names and numbers
LISTED = f"""
SELECT {COLUMNS} FROM repositories r WHERE true {{narrowed}}
ORDER BY r.updated DESC, r.id LIMIT {MOST_MATCHES}
"""  # noqa: S608 - our own names and numbers
HAS = "AND r.id IN (SELECT id FROM facets WHERE kind = :kind{0} AND value = :value{0})"
BESIDE = """
AND (r.visibility = 'public' OR r.owner IN (SELECT value FROM json_each(:beside))
     OR r.uid IN (SELECT value FROM json_each(:beside)))
"""
COUNTED = """
SELECT kind, value, count(*) FROM facets WHERE id IN (SELECT value FROM json_each(?))
GROUP BY kind, value ORDER BY kind, count(*) DESC, value
"""
# Marks around a word that was found: control characters, which no text of ours has.
BEGIN, END = "\x02", "\x03"
SNIPPET_WORDS = 28
PASSAGES = f"""
SELECT r.uid, snippet(texts, -1, '{BEGIN}', '{END}', '…', {SNIPPET_WORDS})
FROM texts JOIN repositories r ON r.id = texts.rowid
WHERE texts MATCH ? AND texts.rowid IN (SELECT value FROM json_each(?))
"""  # noqa: S608 - our own names and numbers


def find(connection: sqlite3.Connection, question: Question) -> list[Match]:
    """See FullText."""
    words = expression(question.words)
    if question.words.strip() and not words:
        return []
    values = {"words": words}
    narrowed = ""
    if question.beside_public is not None:
        narrowed = BESIDE
        values["beside"] = orjson.dumps(sorted(question.beside_public)).decode()
    for place, (kind, value) in enumerate(question.facets):
        narrowed += HAS.format(place)
        values |= {f"kind{place}": kind, f"value{place}": value}
    statement = (RANKED if words else LISTED).format(narrowed=narrowed)
    return [_match(row) for row in connection.execute(statement, values)]


def facets(connection: sqlite3.Connection, places: str) -> Mapping[str, Mapping[str, int]]:
    """See FullText; `places` are the rows as JSON."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for kind, value, count in connection.execute(COUNTED, (places,)):
        counts[kind][value] = count
    return counts


def passages(connection: sqlite3.Connection, words: str, places: str) -> dict[str, list[Piece]]:
    """See FullText; `places` are the rows as JSON."""
    wanted = expression(words)
    if not wanted:
        return {}
    rows = connection.execute(PASSAGES, (wanted, places))
    return {uid: list(_pieces(text)) for uid, text in rows}


def _pieces(text: str) -> list[Piece]:
    first, *marked = text.split(BEGIN)
    pieces = [Piece(first, is_found=False)]
    for one in marked:
        found, _, rest = one.partition(END)
        pieces += [Piece(found, is_found=True), Piece(rest, is_found=False)]
    return [piece for piece in pieces if piece.text]


def _match(row: tuple[int, str, str, str, str, int]) -> Match:
    place, owner, uid, visibility, state, shut = row
    resource = RepositoryResource(owner, uid, Visibility(visibility), State(state), bool(shut))
    return Match(place, resource)
