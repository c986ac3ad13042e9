"""Questions to the index, each one statement."""

import sqlite3
from collections.abc import Sequence

import orjson

from services.indexer.fulltext.port import MOST_MATCHES
from services.indexer.fulltext.schema import WEIGHTS
from services.indexer.fulltext.words import expression, spellings
from services.indexer.models.texts import Begun, Match, Order, Piece, Question
from shared.contracts.repositories import State, Visibility
from shared.policy import RepositoryResource

Values = dict[str, str | int | float]
COLUMNS = "r.id, r.owner, r.uid, r.visibility, r.state, r.shut, r.facets"
# Ranking costs by the match, so only so many are; each of these joins begins with the words.
RANKED = f"""
SELECT id, owner, uid, visibility, state, shut, facets, count(*) OVER () FROM (
    SELECT {COLUMNS}, bm25(texts, {", ".join(map(str, WEIGHTS))}) AS score
    FROM texts CROSS JOIN repositories r ON r.id = texts.rowid
    WHERE texts MATCH :words {{narrowed}} ORDER BY texts.rowid DESC LIMIT :most_ranked
) ORDER BY score, uid LIMIT {MOST_MATCHES}
"""  # noqa: S608 - our own names and numbers
CALLED = "{title names tags}"
LISTED = f"""
SELECT {COLUMNS}, 0 FROM repositories r WHERE true {{narrowed}}
ORDER BY r.updated DESC, r.uid LIMIT {MOST_MATCHES}
"""  # noqa: S608 - our own names and numbers
ORDERED = f"""
SELECT {COLUMNS}, r.{{field}} FROM {{source}} WHERE {{begin}} {{narrowed}}
ORDER BY r.{{field}} {{direction}}, r.uid {{direction}} LIMIT :most
"""  # noqa: S608 - our own names
FIELDS = {"id": "collection_id", "title": "title", "created": "created", "updated": "modified"}
WORDS_FIRST = "texts CROSS JOIN repositories r ON r.id = texts.rowid"
# Of a group SQLite tells the row that its max() is of: a repository that has the value.
BEGUN = f"""
SELECT {COLUMNS}, f.kind, f.value, count(*), max(r.id)
FROM facets f CROSS JOIN repositories r ON r.id = f.id
WHERE f.kind = :kind AND f.value >= :begin AND f.value < :end
  AND r.state = '{State.ACTIVE}' AND NOT r.shut {{narrowed}}
GROUP BY f.value ORDER BY count(*) DESC, f.value LIMIT :most
"""  # noqa: S608 - our own names
MOST_BEGUN = {"account": 3, "tag": 4}
LAST = "\U0010ffff"
# How often a word stands somewhere is told as far as it matters; likely slips come first.
STANDING = """
SELECT key, (
    SELECT count(*) FROM (
        SELECT 1 FROM texts CROSS JOIN repositories r ON r.id = texts.rowid
        WHERE texts MATCH value {narrowed} LIMIT 50
    )
) AS uses FROM json_each(:said) WHERE uses > 0 ORDER BY key <> :word, uses DESC, id LIMIT 1
"""
AFTER = "AND (r.{field}, r.uid) {sign} (:value, :uid)"
HAS = "AND r.id IN (SELECT id FROM facets WHERE kind = :kind{0} AND value = :value{0})"
# A repository around the antimeridian has its west east of its east.
MEETS = """(CASE WHEN r.west <= r.east THEN r.west <= :east{0} AND r.east >= :west{0}
            ELSE r.west <= :east{0} OR r.east >= :west{0} END)"""
LIES = "AND r.south <= :north AND r.north >= :south AND ({0})"
LOCATED, DATED = "AND r.located ", "AND r.first <> '' "
STARTS = "AND (r.first = '' OR r.first <= :end)"
ENDS = "AND (r.last = '' OR r.last >= :start)"
BESIDE = """
AND (r.visibility = 'public' OR r.owner IN (SELECT value FROM json_each(:beside))
     OR r.uid IN (SELECT value FROM json_each(:beside)))
"""
# Marks around a word that was found: control characters, which no text of ours has.
BEGIN, END = "\x02", "\x03"
SNIPPET_WORDS = 28
PASSAGES = f"""
SELECT r.uid, snippet(texts, -1, '{BEGIN}', '{END}', '…', {SNIPPET_WORDS})
FROM texts CROSS JOIN repositories r ON r.id = texts.rowid
WHERE texts MATCH ? AND +texts.rowid IN (SELECT value FROM json_each(?))
"""  # noqa: S608 - our own names and numbers


def find(connection: sqlite3.Connection, question: Question, most_ranked: int) -> list[Match]:
    """See FullText. `most_ranked` is of WordsSettings."""
    words = expression(question.texts)
    if any(question.texts) and not words:
        return []
    narrowed, values = _narrowed(question)
    if words:
        words = f"{CALLED} : ({words})" if question.is_called else words
        values |= {"words": words, "most_ranked": most_ranked}
        return _ranked(connection, RANKED.format(narrowed=narrowed), values)
    return [_match(row) for row in connection.execute(LISTED.format(narrowed=narrowed), values)]


def page(
    connection: sqlite3.Connection, question: Question, order: Order, most: int
) -> list[Match]:
    """See FullText."""
    words = expression(question.texts)
    if any(question.texts) and not words:
        return []
    narrowed, values = _narrowed(question)
    field, direction = FIELDS[order.field], "DESC" if order.is_falling else "ASC"
    if order.after is not None:
        narrowed += AFTER.format(field=field, sign="<" if order.is_falling else ">")
        values |= {"value": order.after[0], "uid": order.after[1]}
    source, begin = (WORDS_FIRST, "texts MATCH :words") if words else ("repositories r", "true")
    parts = {"field": field, "direction": direction, "source": source, "begin": begin}
    statement = ORDERED.format(**parts, narrowed=narrowed)
    rows = connection.execute(statement, values | {"words": words, "most": most})
    return [_match(row) for row in rows]


def _ranked(connection: sqlite3.Connection, statement: str, values: Values) -> list[Match]:
    """The best first. Of more than are ranked, those that are called so come before all others."""
    rows = connection.execute(statement, values).fetchall()
    if rows and rows[0][-1] == values["most_ranked"]:
        called = values | {"words": f"{CALLED} : ({values['words']})"}
        rows = [*connection.execute(statement, called), *rows]
    best = {match.row: match for match in map(_match, rows)}
    return list(best.values())[:MOST_MATCHES]


def _narrowed(question: Question) -> tuple[str, Values]:
    """What a statement says of rights and facets, and its values."""
    narrowed, values = "", Values()
    if question.beside_public is not None:
        narrowed = BESIDE
        values["beside"] = orjson.dumps(sorted(question.beside_public)).decode()
    for place, (kind, value) in enumerate(question.facets):
        narrowed += HAS.format(place)
        values |= {f"kind{place}": kind, f"value{place}": value}
    if question.spans:
        narrowed += LIES.format(" OR ".join(map(MEETS.format, range(len(question.spans)))))
        values |= {"south": question.south, "north": question.north}
    for place, (west, east) in enumerate(question.spans):
        values |= {f"west{place}": west, f"east{place}": east}
    if question.is_located:
        narrowed += LOCATED
    said, times = _timed(question)
    return narrowed + said, values | times


def _timed(question: Question) -> tuple[str, Values]:
    """What a statement says of time, and its values."""
    said, values = DATED if question.is_dated else "", Values()
    if question.start:
        said, values["start"] = said + ENDS, question.start
    if question.end:
        said, values["end"] = said + STARTS, question.end
    return said, values


def begun(connection: sqlite3.Connection, text: str, question: Question) -> list[Begun]:
    """See FullText."""
    narrowed, values = _narrowed(question)
    values |= {"begin": text, "end": text + LAST}
    statement = BEGUN.format(narrowed=narrowed)
    return [
        Begun(row[7], row[8], _match((*row[:7], "")).resource)
        for kind, most in MOST_BEGUN.items()
        for row in connection.execute(statement, values | {"kind": kind, "most": most})
    ]


def standing(connection: sqlite3.Connection, word: str, question: Question) -> str:
    """See FullText."""
    narrowed, values = _narrowed(question)
    values |= {"said": orjson.dumps(spellings(word)).decode(), "word": word.lower()}
    row = connection.execute(STANDING.format(narrowed=narrowed), values).fetchone()
    return row[0] if row else ""


def passages(
    connection: sqlite3.Connection, texts: Sequence[str], places: str
) -> dict[str, list[Piece]]:
    """See FullText; `places` are the rows as JSON."""
    wanted = expression(texts)
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


def _match(row: tuple[int, str, str, str, str, int, str, str | int]) -> Match:
    place, owner, uid, visibility, state, shut, facets, key = row
    resource = RepositoryResource(owner, uid, Visibility(visibility), State(state), bool(shut))
    return Match(place, resource, facets, str(key))
