"""The JSON API under /api/v1: the same reads and writes as the pages, for programs."""
