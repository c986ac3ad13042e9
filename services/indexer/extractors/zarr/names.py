"""Names inside a store: which file describes what."""

# What makes a folder a store, the best first: it is told there what all of it is.
V3, CONSOLIDATED, GROUP, ARRAY, ATTRIBUTES = (
    "zarr.json", ".zmetadata", ".zgroup", ".zarray", ".zattrs",
)  # fmt: skip
DOCUMENTS = (V3, CONSOLIDATED, GROUP, ARRAY, ATTRIBUTES)
GROUPS = (V3, CONSOLIDATED, GROUP)


def split(name: str) -> tuple[str, str]:
    """The folder of a file, which is empty or ends in `/`, and its name in it."""
    folder, slash, last = name.rpartition("/")
    return folder + slash, last
