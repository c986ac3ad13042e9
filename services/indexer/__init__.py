"""Indexer: everything derived. All of it can be made anew from what the others have.

Owns file metadata, sums of directories and repositories, STAC items and collections, tables of all
items of a collection, and the words that repositories are found by (a file of each host's own,
beside the records). Answers `coop.rpc.indexer.*`; announces `item_*` and `file_*`; hears storage's
objects, and accounts and repositories, whose facts it keeps so as to answer while they are away.
Reads bytes through the data door, also to tell what a file shows of itself when somebody looks.
`python -m services.indexer rebuild` makes everything anew while the others go on.
"""
