"""Indexer: everything derived."""
