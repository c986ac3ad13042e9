"""STAC 1.1.0: items, collections and catalogs from facts. The only room that knows pystac.

Documents are stored without links and without any address of ours: `links` adds those of the
moment, so that an installation may move and a repository be renamed.
"""
