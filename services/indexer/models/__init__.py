"""Records that nobody outside the indexer sees."""
