"""Full text search: a port, and SQLite's FTS5 behind it.

What is kept here is made of the indexer's own records and can be thrown away at any time.
"""

from services.indexer.fulltext.fts5 import open_fts5
from services.indexer.fulltext.port import MOST_MATCHES, FullText

__all__ = ["MOST_MATCHES", "FullText", "open_fts5"]
