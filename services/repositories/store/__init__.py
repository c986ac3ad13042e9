"""Where repositories keeps its records; the only room that knows how the table is laid out."""
