"""An object as storage tells of it, or as it is known here: both say where it is and what it is."""

from shared.contracts.indexer import FileMetadata
from shared.contracts.storage import StoredObject

Stored = StoredObject | FileMetadata
