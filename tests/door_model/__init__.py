"""The data door beside a dictionary: the same is done to both, and they are compared."""
