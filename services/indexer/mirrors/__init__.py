"""All items of a collection as one table: stac-geoparquet, written in bounded memory.

Items are strangers' JSON, and the library that writes Parquet is not ours: both meet in a confined
process (services.indexer.sandbox). Items are given twice: first to find out which columns fit all
of them, then to be written.
"""

# What is asked of that process, with items as a list in JSON, and under which names it answers.
LOOK, WRITE, END = "look", "write", "end"
DATA, REFUSED, CHANGED = "data", "refused", "changed"
