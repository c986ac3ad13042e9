"""Names inside a store: which file describes what."""

# What makes a folder a store, the best first: it is told there what all of it is.
V3, CONSOLIDATED, GROUP, ARRAY, ATTRIBUTES = (
    "zarr.json", ".zmetadata", ".zgroup", ".zarray", ".zattrs",
)  # fmt: skip
DOCUMENTS = (V3, CONSOLIDATED, GROUP, ARRAY, ATTRIBUTES)
GROUPS = (V3, CONSOLIDATED, GROUP)
# What describes an array, and what the group around it is described by.
MEMBERS = {V3: V3, ARRAY: GROUP}


# A name that stands for the list of all that are called so one folder below.
ANY = "*"


def listing_of(folder: str, document: str) -> str:
    """What is asked for to be given the names of such documents in the folders of a folder."""
    return f"{folder}{ANY}/{document}"


def is_listing(name: str) -> bool:
    """Whether it is a list, and no file."""
    folder, document = split(name)
    return document in MEMBERS and split(folder[:-1])[1] == ANY


def split(name: str) -> tuple[str, str]:
    """The folder of a file, which is empty or ends in `/`, and its name in it."""
    folder, slash, last = name.rpartition("/")
    return folder + slash, last
