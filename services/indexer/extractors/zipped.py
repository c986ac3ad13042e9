"""ZIP archives: their directory alone. Nothing in one is unpacked."""

from services.indexer.extractors import words
from services.indexer.extractors.columns import MAX_NAME
from services.indexer.extractors.facts import Facts, Group
from services.indexer.extractors.sparse_file import SparseFile
from services.indexer.extractors.zip_archive import MAGIC, entries_of, read_directory

SUFFIXES = frozenset({"zip", "npz"})
LABEL = "ZIP archive"
MEDIA_TYPE = "application/zip"
MAX_SHOWN = 100


def recognises(file: SparseFile) -> bool:
    """By its first bytes, where the name promises nothing else: many formats are archives."""
    return file.head(4) in MAGIC and file.suffix in SUFFIXES | {""}


def parse(file: SparseFile) -> Facts:
    """The names and sizes of what is in it. Raises Malformed."""
    directory = read_directory(file)
    group = Group("Contents")
    summary = f"{LABEL}, {words.count(directory.count, 'entry')}"
    facts = Facts(LABEL, MEDIA_TYPE, summary, groups=[group])
    if directory.is_too_long:
        facts.partial = f"Its directory is {words.size(directory.length)} long, and was not read."
        return facts
    entries = entries_of(file, directory)
    files = [one for one in entries if not one.name.endswith("/")]
    total = sum(one.size for one in files)
    facts.summary = f"{LABEL}, {words.count(len(files), 'file')}, {words.size(total)} unpacked"
    for one in files[:MAX_SHOWN]:
        group.add(one.name[: 2 * MAX_NAME], words.size(one.size))
    if len(files) > MAX_SHOWN:
        group.add("…", f"{len(files) - MAX_SHOWN:,} more")
    return facts
