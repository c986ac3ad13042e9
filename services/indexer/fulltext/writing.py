"""Documents into the index and out of it, inside a transaction."""

import sqlite3

import orjson

from services.indexer.fulltext.schema import COLUMNS
from services.indexer.models.texts import Document
from shared.policy import RepositoryResource

TOLD = ("version", "stamp", "updated", "collection_id", "title", "created", "modified")
EXTENT = ("west", "south", "east", "north", "located", "first", "last")
RIGHTS = ("owner", "visibility", "state", "shut")
KEPT = (*TOLD, *EXTENT, "facets", *RIGHTS)
KEEP = f"""
INSERT INTO repositories (uid, {", ".join(KEPT)}) VALUES (?{", ?" * len(KEPT)})
ON CONFLICT (uid) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in KEPT)}
WHERE version <= excluded.version
RETURNING id
"""  # noqa: S608 - our own names
ALLOW = """
UPDATE repositories SET version = ?, owner = ?, visibility = ?, state = ?, shut = ?
WHERE uid = ? AND version <= ?
"""
INSERTED = ", ".join(("rowid", *COLUMNS))
TEXTS = f"INSERT INTO texts ({INSERTED}) VALUES (?{', ?' * len(COLUMNS)})"  # noqa: S608 - ours


def put(connection: sqlite3.Connection, document: Document) -> None:
    """See FullText."""
    uid = document.resource.repository_uid
    told = (getattr(document, name) for name in TOLD)
    extent = (*document.bbox, document.is_located, document.first, document.last)
    facets = orjson.dumps([f"{kind}:{value}" for kind, value in document.facets]).decode()
    values = (uid, *told, *extent, facets, *_rights(document.resource))
    kept = connection.execute(KEEP, values).fetchall()
    for (row,) in kept:
        _forget_words(connection, row)
        connection.execute(TEXTS, (row, *(getattr(document, name) for name in COLUMNS)))
        connection.executemany(
            "INSERT OR IGNORE INTO facets (id, kind, value) VALUES (?, ?, ?)",
            [(row, kind, value) for kind, value in document.facets],
        )


def allow(connection: sqlite3.Connection, resource: RepositoryResource, version: int) -> None:
    """See FullText."""
    connection.execute(ALLOW, (version, *_rights(resource), resource.repository_uid, version))


def remove(connection: sqlite3.Connection, repository_uid: str) -> None:
    """See FullText."""
    gone = connection.execute(
        "DELETE FROM repositories WHERE uid = ? RETURNING id", (repository_uid,)
    ).fetchall()
    for (row,) in gone:
        _forget_words(connection, row)


def _forget_words(connection: sqlite3.Connection, row: int) -> None:
    connection.execute("DELETE FROM texts WHERE rowid = ?", (row,))
    connection.execute("DELETE FROM facets WHERE id = ?", (row,))


def _rights(resource: RepositoryResource) -> tuple[str, str, str, bool]:
    shut = resource.owner_disabled
    return (resource.owner_uid, str(resource.visibility), str(resource.state), shut)
