"""STAC 1.1.0: items and collections from facts. The only room that knows pystac.

Documents are made without links and without any address of ours: the edge adds its own when they
are read, so that an installation may move and a repository be renamed.
"""
