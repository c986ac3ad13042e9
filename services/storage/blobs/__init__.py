"""Where bytes are kept: the port, and the adapter for local files."""
